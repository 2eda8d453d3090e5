from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.builders.repositories import Repository, build_repository, git
from tests.builders.waiting import until

from courseline.adapters.git.askpass import write_script
from courseline.adapters.git.command import Command, find_git
from courseline.adapters.git.object_reader import ObjectReader
from courseline.domain.tree import blob_oid
from courseline.errors import InvalidInput, NeighbourFailed

MANY = {f"d/{number:04d}.txt": f"text {number}\n" for number in range(3000)}
SMALL, LARGE = b"small\n", b"x" * 5000
NOBODYS = "1" * 40


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    files = {**MANY, "small": SMALL.decode(), "large": LARGE.decode()}
    return build_repository(tmp_path / "r.git", [files], annotated_tags={"v1": 0})


@pytest.fixture
def command(repository: Repository, tmp_path: Path) -> Command:
    write_script(tmp_path / "askpass")
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "GIT_DIR": str(repository.path)}
    return Command(find_git("/usr/bin:/bin"), repository.path, environment, tmp_path / "askpass", 10**9)


@pytest.fixture
def reader(command: Command) -> Iterator[ObjectReader]:
    made = ObjectReader(command)
    yield made
    made.close()


def test_more_names_than_a_pipe_holds_are_answered(reader: ObjectReader) -> None:
    oids = [blob_oid(text.encode()) for text in MANY.values()]
    assert {oid: fact.size for oid, fact in reader.facts(oids).items()} == {
        blob_oid(text.encode()): len(text) for text in MANY.values()
    }
    assert [raw.decode() for _, raw in reader.contents(oids, 100).values()] == list(MANY.values())


def test_what_is_not_there_is_left_out(reader: ObjectReader) -> None:
    names = [NOBODYS, blob_oid(SMALL), "refs/heads/none", "refs/tags/v1^{commit}", "refs/tags/v1^{blob}"]
    assert {name: fact.kind for name, fact in reader.facts(names).items()} == {
        blob_oid(SMALL): "blob",
        "refs/tags/v1^{commit}": "commit",
    }
    assert reader.contents([NOBODYS, blob_oid(SMALL)], 100) == {blob_oid(SMALL): ("blob", SMALL)}


def test_one_process_answers_all_and_sees_what_comes_meanwhile(
    reader: ObjectReader, repository: Repository
) -> None:
    new = blob_oid(b"new\n")
    assert reader.facts([new]) == {}
    (pid,) = processes(repository)
    git(repository.path, "hash-object", "-w", "--stdin", feed=b"new\n")
    assert reader.contents([new], 100) == {new: ("blob", b"new\n")}
    assert processes(repository) == [pid]


def test_a_process_that_was_begun_early_answers_what_came_later(
    reader: ObjectReader, repository: Repository
) -> None:
    reader.begin()
    until(lambda: processes(repository), "the process has been started")
    (pid,) = processes(repository)
    git(repository.path, "hash-object", "-w", "--stdin", feed=b"new\n")
    assert set(reader.facts([blob_oid(b"new\n")])) == {blob_oid(b"new\n")}
    reader.begin()
    assert processes(repository) == [pid]


def test_after_an_object_that_is_too_large_the_next_answer_is_right(reader: ObjectReader) -> None:
    with pytest.raises(InvalidInput, match="has 5000 bytes; at most 100 are read"):
        reader.contents([blob_oid(SMALL), blob_oid(LARGE)], 100)
    assert reader.contents([blob_oid(SMALL)], 100) == {blob_oid(SMALL): ("blob", SMALL)}


def test_a_process_that_was_killed_is_a_failed_neighbour_and_the_next_question_starts_another(
    reader: ObjectReader, repository: Repository
) -> None:
    reader.facts([NOBODYS])
    (pid,) = processes(repository)
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(NeighbourFailed, match="git cat-file in the temporary repository stopped"):
        reader.facts([NOBODYS])
    assert set(reader.facts([blob_oid(SMALL)])) == {blob_oid(SMALL)}


def test_a_process_that_does_not_answer_in_time_is_killed(command: Command, repository: Repository) -> None:
    slow = ObjectReader(command, seconds=0.2)
    while not processes(repository):  # on a slow machine it may not start in so short a time
        with suppress(NeighbourFailed):
            slow.facts([])
    (pid,) = processes(repository)
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(NeighbourFailed, match=r"had not answered after 0\.2 seconds"):
        slow.facts([NOBODYS])
    until(lambda: not processes(repository), "the process has ended")


def test_nothing_runs_after_it_was_closed(reader: ObjectReader, repository: Repository) -> None:
    reader.facts([NOBODYS])
    reader.close()
    assert processes(repository) == []


def processes(repository: Repository) -> list[int]:
    """Numbers of the processes that work in the repository's directory."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal() and (entry / "cwd").samefile(repository.path):
                found.append(int(entry.name))
        except OSError:
            continue
    return found
