"""What no event told of is found: by one listing of each repository."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.builders.gitlab_events import tag_push
from tests.builders.library import Library, example_files
from tests.builders.repositories import Repository, build_repository

from courseline.adapters.gitlab_payloads import read_event
from courseline.usecases.react.receive import Receipt, receive
from courseline.usecases.react.reconcile import reconcile
from courseline.usecases.react.rows import DeliveryState
from courseline.usecases.react.work import work_publish_tag


@pytest.fixture
def source(tmp_path: Path, library: Library) -> Repository:
    """A repository whose v1.0 is published."""
    made = build_repository(tmp_path / "examples.git", [example_files()], tags={"v1.0": 0})
    library.sync(made, "v1.0")
    return made


def waiting(library: Library) -> list[str]:
    with library.database.transaction() as rows:
        found = rows.inbox.latest([DeliveryState.RECEIVED], 100)
    return sorted(str(one.facts["tag"]) for one in found)


def test_a_push_of_five_tags_sends_no_webhook_and_all_are_found(source: Repository, library: Library) -> None:
    for number in range(1, 6):
        source.git("tag", f"v1.{number}")
    source.git("tag", "draft")
    found = reconcile(library.neighbours)
    assert found.queued == tuple(f"examples v1.{number}" for number in range(1, 6))
    assert (found.looked_at, found.problems) == (1, ())
    assert waiting(library) == [f"v1.{number}" for number in range(1, 6)]


def test_what_is_known_is_not_queued_again_and_one_listing_a_repository_is_all(
    source: Repository, library: Library
) -> None:
    source.git("tag", "v1.1")
    reconcile(library.neighbours)
    library.calls.clear()
    assert reconcile(library.neighbours).queued == ()
    talked = [name for name, _ in library.calls if name.startswith(("remote", "git", "store"))]
    assert talked.count("remote.refs") == 1
    assert not [name for name in talked if "fetch" in name or name.startswith("store")]


def test_a_tag_that_moved_is_another_piece_of_work(source: Repository, library: Library) -> None:
    source.git("tag", "v1.1")
    reconcile(library.neighbours)
    source.commit({**example_files(), "README.md": "# More\n"})
    source.git("tag", "--force", "v1.1", "main")
    assert reconcile(library.neighbours).queued == ("examples v1.1",)


def test_a_repository_that_is_away_is_named_and_the_others_are_looked_at(
    source: Repository, library: Library, tmp_path: Path
) -> None:
    gone = build_repository(tmp_path / "gone.git", [example_files("other")], tags={"v1.0": 0})
    library.sync(gone, "v1.0")
    shutil.rmtree(gone.path)
    source.git("tag", "v1.1")
    found = reconcile(library.neighbours)
    assert (found.looked_at, found.queued) == (1, ("examples v1.1",))
    (problem,) = found.problems
    assert "gone.git" in problem.path


def test_queued_work_publishes_the_tag_and_says_so(source: Repository, library: Library) -> None:
    source.commit({**example_files(), "hello/README.md": "# Better\n"})
    source.git("tag", "v1.1", "main")
    reconcile(library.neighbours)
    with library.database.transaction() as rows:
        (delivery,) = rows.inbox.latest([DeliveryState.RECEIVED], 10)
    arguments = {"project": "", "url": source.url, "tag": "v1.1", "delivery": str(delivery.number)}
    state, message = work_publish_tag(arguments, False, library.neighbours)
    assert (state, "published" in message) == (DeliveryState.DONE, True)
    with library.database.transaction() as rows:
        assert rows.inbox.find(delivery.number) is not None
        assert rows.inbox.latest([DeliveryState.RECEIVED], 10) == []
    assert library.sync(source, "v1.1").examples[0].status == "unchanged"


def test_a_tag_of_an_unknown_repository_is_ignored_with_the_command_that_registers_one(
    library: Library, tmp_path: Path
) -> None:
    stranger = build_repository(tmp_path / "stranger.git", [example_files()], tags={"v1.0": 0})
    event = read_event(tag_push(url=stranger.url))
    assert receive("id:1", event, library.database, library.neighbours.clock()) is Receipt.ACCEPTED
    arguments = {
        "project": "gitlab.example.org#7",
        "url": stranger.url,
        "tag": "v1.0",
        "delivery": "1",
    }
    state, message = work_publish_tag(arguments, False, library.neighbours)
    assert (state, "courseline repositories add" in message) == (DeliveryState.IGNORED, True)


def test_a_tag_that_is_gone_again_fails_and_a_person_reads_why(source: Repository, library: Library) -> None:
    event = read_event(tag_push("v9.9", url=source.url))
    receive("id:1", event, library.database, library.neighbours.clock())
    arguments = {"project": "", "url": source.url, "tag": "v9.9", "delivery": "1"}
    state, message = work_publish_tag(arguments, False, library.neighbours)
    assert (state, "v9.9" in message) == (DeliveryState.FAILED, True)
