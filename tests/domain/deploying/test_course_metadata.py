import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseline.domain.deploying.course_metadata import (
    KEPT_PER_PLACE,
    DeployedExample,
    HistoryEntry,
    merge_deployed,
    merge_history,
)

COURSE = UUID(int=9)
AT = datetime(2026, 1, 1, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
HELLO = DeployedExample(UUID(int=1), "week1.hello", "week1/hello", UUID(int=5), "v1.0", AT)
OTHER = DeployedExample(UUID(int=2), "week1.other", "tasks/größe", UUID(int=6), "v2", AT, is_customized=True)
ADDED = HistoryEntry(AT, "week1.hello", "add", None, "v1.0", UUID(int=7))


def deployed(raw: bytes) -> list[str]:
    return [entry["ltree_path"] for entry in json.loads(raw)["deployments"]]


def test_deployed_examples_are_written_one_a_line_in_order_of_paths():
    text = merge_deployed(None, COURSE, [OTHER, HELLO], (), AT).decode()
    assert text == (
        '{\n  "course_id": "00000000-0000-0000-0000-000000000009",\n  "deployments": [\n'
        '    {"course_content_id": "00000000-0000-0000-0000-000000000001", "deployed_at": "2026-01-01T00:00:00Z", '
        '"example_id": "00000000-0000-0000-0000-000000000005", "example_version": "v1.0", '
        '"filesystem_path": "week1/hello", "is_customized": false, "ltree_path": "week1.hello"},\n'
        '    {"course_content_id": "00000000-0000-0000-0000-000000000002", "deployed_at": "2026-01-01T00:00:00Z", '
        '"example_id": "00000000-0000-0000-0000-000000000006", "example_version": "v2", '
        '"filesystem_path": "tasks/größe", "is_customized": true, "ltree_path": "week1.other"}\n'
        '  ],\n  "last_updated": "2026-01-01T00:00:00Z"\n}\n'
    )


def test_a_course_with_nothing_deployed_has_an_empty_list():
    assert json.loads(merge_deployed(None, COURSE, [], (), AT)) == {
        "course_id": str(COURSE),
        "deployments": [],
        "last_updated": "2026-01-01T00:00:00Z",
    }


def test_a_batch_replaces_what_the_file_says_of_its_places_and_keeps_the_rest():
    first = merge_deployed(None, COURSE, [HELLO, OTHER], (), AT)
    moved = replace(HELLO, ltree_path="week9.hello", example_version="v1.1", deployed_at=LATER)
    second = merge_deployed(first, COURSE, [moved], (), LATER)
    assert deployed(second) == ["week1.other", "week9.hello"]
    assert json.loads(second)["last_updated"] == "2026-01-01T01:00:00Z"


def test_what_is_gone_is_taken_out():
    first = merge_deployed(None, COURSE, [HELLO, OTHER], (), AT)
    assert deployed(merge_deployed(first, COURSE, [], [HELLO.course_content_id], LATER)) == ["week1.other"]


def test_the_same_again_later_changes_no_byte():
    first = merge_deployed(None, COURSE, [HELLO, OTHER], (), AT)
    assert merge_deployed(first, COURSE, [OTHER, HELLO], [UUID(int=77)], LATER) == first


@pytest.mark.parametrize(
    "existing",
    [b"", b"[]", b"\xff", b"<<<<<<< HEAD\n", b"[" * 50_000, b'{"course_id": "other", "deployments": [{}]}',
     b'{"course_id": "00000000-0000-0000-0000-000000000009", "deployments": {"a": 1}, "last_updated": 5}',
     b'{"course_id": "00000000-0000-0000-0000-000000000009", "deployments": [null, {"ltree_path": []}, 5]}'],
)  # fmt: skip
def test_a_broken_file_is_built_anew_from_what_is_known(existing):
    assert merge_deployed(existing, COURSE, [HELLO], (), AT) == merge_deployed(None, COURSE, [HELLO], (), AT)


def test_a_sound_entry_beside_a_broken_one_is_kept():
    data = json.loads(merge_deployed(None, COURSE, [HELLO, OTHER], (), AT))
    data["deployments"][0]["is_customized"] = "maybe"
    assert deployed(merge_deployed(json.dumps(data).encode(), COURSE, [], (), LATER)) == ["week1.other"]


def test_the_file_of_a_copied_course_is_not_taken_over():
    first = merge_deployed(None, COURSE, [HELLO], (), AT)
    assert deployed(merge_deployed(first, UUID(int=10), [OTHER], (), AT)) == ["week1.other"]


def test_history_is_written_one_entry_a_line():
    assert merge_history(None, [ADDED]).decode() == (
        '[\n  {"action": "add", "at": "2026-01-01T00:00:00Z", "from": null, '
        '"operation": "00000000-0000-0000-0000-000000000007", "path": "week1.hello", "to": "v1.0"}\n]\n'
    )
    assert merge_history(None, []) == b"[]\n"


def test_history_is_ordered_by_path_and_time():
    entries = [replace(ADDED, path=path, at=at) for path in ("b", "a") for at in (LATER, AT)]
    merged = json.loads(merge_history(merge_history(None, entries[:2]), entries[2:]))
    assert [(entry["path"], entry["at"][11:13]) for entry in merged] == [
        ("a", "00"), ("a", "01"), ("b", "00"), ("b", "01"),
    ]  # fmt: skip


def test_only_the_last_entries_of_a_place_are_kept():
    entries = [replace(ADDED, at=AT + timedelta(days=day), to_label=f"v{day}") for day in range(30)]
    other = replace(ADDED, path="week1.other")
    merged = json.loads(merge_history(merge_history(None, [other, *entries[:25]]), entries[25:]))
    mine = [entry["to"] for entry in merged if entry["path"] == "week1.hello"]
    assert mine == [f"v{day}" for day in range(30 - KEPT_PER_PLACE, 30)]
    assert len(merged) == KEPT_PER_PLACE + 1


def test_a_resumed_operation_adds_its_entries_once():
    once = merge_history(None, [ADDED])
    assert merge_history(once, [ADDED]) == once


@pytest.mark.parametrize(
    "existing", [b"", b"{}", b"\xff", b"[null, 5, {}]", b'[{"at": 5, "path": [], "action": null}]']
)
def test_a_broken_history_begins_anew(existing):
    assert merge_history(existing, [ADDED]) == merge_history(None, [ADDED])


TIMES = st.integers(0, 10**9).map(lambda second: datetime.fromtimestamp(second, UTC))
HISTORY = st.lists(
    st.builds(
        HistoryEntry,
        at=TIMES,
        path=st.sampled_from(["a", "b"]),
        action=st.text(max_size=3),
        from_label=st.none() | st.text(max_size=3),
        to_label=st.none() | st.text(max_size=3),
        operation=st.uuids(),
    ),
    max_size=30,
)


@given(HISTORY, HISTORY)
def test_merging_a_batch_twice_is_merging_it_once(first, second):
    merged = merge_history(merge_history(None, first), second)
    assert merge_history(merged, second) == merged


@given(st.binary(max_size=100))
def test_no_existing_bytes_stop_a_deploy(raw):
    assert deployed(merge_deployed(raw, COURSE, [HELLO], (), AT)) == ["week1.hello"]
    assert len(json.loads(merge_history(raw, [ADDED]))) == 1
