import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseline.domain.deploying.tracking import TrackedDependency, TrackedFile, Tracking, parse_tracking
from courseline.domain.library.version import Role

TRACKING = Tracking(
    course_content_id=UUID(int=1),
    example_id=UUID(int=2),
    example_version="v1.0",
    example_version_id=UUID(int=3),
    content_digest="a" * 64,
    original_directory="functions-intro",
    rendered_tree="b" * 40,
    renderer=1,
    deployed_at=datetime(2026, 1, 1, tzinfo=UTC),
    dependencies=(
        TrackedDependency(
            example_id=UUID(int=4),
            example_version="v1.1",
            example_version_id=UUID(int=5),
            deployed_path="week1.variables",
            files=(TrackedFile("utils.py", Role.PUBLIC, "c" * 64),),
        ),
    ),
)
TEXT = """\
{
  "content_digest": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
  "course_content_id": "00000000-0000-0000-0000-000000000001",
  "dependencies": [
    {
      "deployed_path": "week1.variables",
      "example_id": "00000000-0000-0000-0000-000000000004",
      "example_version": "v1.1",
      "example_version_id": "00000000-0000-0000-0000-000000000005",
      "files": [
        {
          "path": "utils.py",
          "role": "public",
          "sha256": "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
        }
      ]
    }
  ],
  "deployed_at": "2026-01-01T00:00:00Z",
  "example_id": "00000000-0000-0000-0000-000000000002",
  "example_version": "v1.0",
  "example_version_id": "00000000-0000-0000-0000-000000000003",
  "original_directory": "functions-intro",
  "rendered_tree": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
  "renderer": 1
}
"""

TIMES = st.integers(0, 2_000_000_000).map(lambda second: datetime.fromtimestamp(second, UTC))
HEX64 = st.text("0123456789abcdef", min_size=64, max_size=64)
HEX40 = st.text("0123456789abcdef", min_size=40, max_size=40)
DEPENDENCIES = st.builds(
    TrackedDependency,
    example_id=st.uuids(),
    example_version=st.text(),
    example_version_id=st.uuids(),
    deployed_path=st.none() | st.text(),
    files=st.lists(st.builds(TrackedFile, st.text(), st.sampled_from(Role), HEX64), max_size=3).map(
        lambda files: tuple(sorted(files))
    ),
)
TRACKINGS = st.builds(
    Tracking,
    course_content_id=st.uuids(),
    example_id=st.uuids(),
    example_version=st.text(),
    example_version_id=st.uuids(),
    content_digest=HEX64,
    original_directory=st.text(),
    rendered_tree=HEX40,
    renderer=st.integers(0, 1000),
    deployed_at=TIMES,
    dependencies=st.lists(DEPENDENCIES, max_size=3).map(tuple),
)


def test_the_file_is_exactly_as_documented():
    assert TRACKING.to_bytes().decode() == TEXT
    assert parse_tracking(TEXT.encode()) == TRACKING


@given(TRACKINGS)
def test_a_tracking_file_comes_back_as_it_was_written(tracking):
    assert parse_tracking(tracking.to_bytes()) == tracking


def test_files_are_ordered_by_path_whatever_order_they_came_in():
    files = (TrackedFile("b", Role.TEST, "c" * 64), TrackedFile("a", Role.PUBLIC, "d" * 64))
    one, other = (TrackedDependency(UUID(int=4), "v1", UUID(int=5), None, files[::step]) for step in (1, -1))
    assert (
        len({Tracking(**{**_fields(), "dependencies": (entry,)}).to_bytes() for entry in (one, other)}) == 1
    )


def _fields() -> dict[str, object]:
    return {name: getattr(TRACKING, name) for name in Tracking.__dataclass_fields__}


def test_keys_of_a_newer_courseline_are_passed_over():
    assert parse_tracking(json.dumps({**json.loads(TEXT), "later": 1}).encode()) == TRACKING


@pytest.mark.parametrize("key", sorted(json.loads(TEXT)))
def test_a_file_without_one_of_its_keys_is_none(key):
    data = json.loads(TEXT)
    del data[key]
    assert parse_tracking(json.dumps(data).encode()) is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("course_content_id", "{00000000-0000-0000-0000-000000000001}"),
        ("course_content_id", "ABCDEF00-0000-0000-0000-000000000001"),
        ("example_id", 5),
        ("content_digest", "A" * 64),
        ("rendered_tree", "b" * 39),
        ("renderer", "1"),
        ("renderer", True),
        ("deployed_at", "yesterday"),
        ("dependencies", None),
        ("dependencies", [None]),
        ("dependencies", [{"example_id": "00000000-0000-0000-0000-000000000004"}]),
        ("original_directory", None),
    ],
)
def test_a_file_with_a_wrong_value_is_none(key, value):
    assert parse_tracking(json.dumps({**json.loads(TEXT), key: value}).encode()) is None


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"null", b"\xff", b"{" * 50_000, TEXT.encode() + b" " * 2_000_000]
)
def test_what_is_no_tracking_file_is_none(raw):
    assert parse_tracking(raw) is None


@given(st.binary(max_size=200))
def test_any_bytes_are_read_without_an_exception(raw):
    assert parse_tracking(raw) is None
