"""Syncs that end in the middle, meet damaged objects, or run at the same time."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.builders.library import Library, Watch, example_files
from tests.builders.outputs import ROOT, job_environment, run_job
from tests.builders.postgres import PostgresServer
from tests.builders.repositories import Repository, build_repository

from courseline.adapters.database.database import PostgresDatabase
from courseline.domain.ledger.history import verify_chain
from courseline.domain.library.publication import PublicationStatus as Status
from courseline.usecases.library.read_version import verify_version

FIRST = {**example_files("hello"), **example_files("sums", body="print(1 + 1)\n")}
SECOND = {**FIRST, **example_files("hello", body="print('new')\n"), **example_files("third", body="3\n")}


class Killed(BaseException):
    """Stands for the end of the process: nothing in the program catches it."""


@pytest.fixture
def examples(tmp_path: Path) -> Repository:
    return build_repository(tmp_path / "examples.git", [FIRST, SECOND], tags={"v1.0": 0, "v1.1": 1})


def state(library: Library) -> dict[str, Any]:
    """What must be the same however often it was tried: all rows but those that count the tries."""
    rows = library.rows()
    for table in ("operation", "operation_event"):
        del rows[table]
    rows["example_version_tag"] = [tuple(map(str, row)) for row in rows["example_version_tag"]]
    return rows


def assert_whole(library: Library, source: Repository) -> None:
    """Every version of the database is in the store, and the chain holds."""
    repository = library.repository(source)
    with library.database.transaction() as rows:
        examples = {str(card.example.id): card.example for card in rows.library.cards()}
        labels = rows.library.labels([example.id for example in examples.values()])
        versions = rows.library.versions([one.version_id for found in labels.values() for one in found])
        chain = list(rows.ledger.history(repository.id))
    assert [verify_version(library.store, version) for version in versions.values()] == [[]] * len(versions)
    assert verify_chain(repository.id, chain)[1] is None


def test_a_sync_killed_at_any_call_that_writes_is_completed_by_the_next(
    postgres: PostgresServer, tmp_path: Path, examples: Repository
) -> None:
    with postgres.fresh() as url, opened(tmp_path / "whole", url) as whole:
        whole.sync(examples, "v1.0")
        calls, wanted, objects = [name for name, _ in whole.calls], state(whole), whole.objects()
    first = calls.index("library.add_repository")
    assert {"store.put", "library.add_versions", "ledger.append", "database.transaction: end"} <= {
        *calls[first:]
    }
    for number in range(first + 1, len(calls) + 1):
        with postgres.fresh() as url, opened(tmp_path / f"killed-{number}", url) as library:
            library.watch = killing(library, number)
            with pytest.raises(Killed):
                library.sync(examples, "v1.0")
            killed_at = f"{number}: {library.calls[-1][0]}"
            library.watch = None
            library.sync(examples, "v1.0")
            assert state(library) == wanted, killed_at
            assert library.objects() == objects, killed_at
            with library.database.transaction() as rows:
                assert rows.ledger.open_operation(library.repository(examples).identity) is None, killed_at


@contextmanager
def opened(directory: Path, url: str) -> Iterator[Library]:
    database = PostgresDatabase(url)
    yield Library(directory, database)
    database.close()


def killing(library: Library, number: int) -> Watch:
    """Ends the run at its call with this number, from 1."""

    def watch(_name: str, _args: tuple[Any, ...]) -> None:
        if len(library.calls) == number:
            raise Killed

    return watch


def test_a_first_sync_killed_in_the_middle_leaves_nothing_that_the_next_trips_over(
    library: Library, examples: Repository
) -> None:
    for name in ("store.put", "database.transaction: end", "ledger.append"):

        def stop(called: str, _args: tuple[Any, ...], name: str = name) -> None:
            if called == name:
                raise Killed

        library.watch = stop
        with pytest.raises(Killed):
            library.sync(examples, "v1.0")
    library.watch = None
    assert {example.status for example in library.sync(examples, "v1.0").examples} == {Status.PUBLISHED}
    assert_whole(library, examples)


def test_another_tag_takes_over_what_a_killed_sync_left_open(library: Library, examples: Repository) -> None:
    def stop(name: str, _args: tuple[Any, ...]) -> None:
        if name == "library.add_labels":
            raise Killed

    library.watch = stop
    with pytest.raises(Killed):
        library.sync(examples, "v1.0")
    library.watch = None
    library.sync(examples, "v1.1")
    library.sync(examples, "v1.0")
    with library.database.transaction() as rows:
        states = [str(one.state) for one in rows.ledger.operations(library.repository(examples).identity)]
    assert sorted(states) == ["abandoned", "done", "done"]
    assert library.labels(examples, "hello").keys() == {"v1.0", "v1.1"}


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda _: None, id="missing"),
        pytest.param(lambda raw: raw[: len(raw) // 2], id="torn"),
        pytest.param(lambda _: b"", id="empty"),
        pytest.param(lambda raw: re.sub(rb'"size": \d+', b'"size": 999', raw), id="changed"),
    ],
)
def test_publishing_a_tag_again_repairs_a_version_without_sound_manifest(
    library: Library, examples: Repository, damage: Any
) -> None:
    library.sync(examples, "v1.0")
    rows, objects = library.rows(), library.objects()
    (key,) = (
        key
        for key, data in objects.items()
        if key.endswith("metadata.json") and b'"directory": "hello"' in data
    )
    library.store.delete(key)
    library.store.delete(key.replace("metadata.json", "files/main.py"))
    if (left := damage(objects[key])) is not None:
        library.store.put(key, left)
    damaged = library.objects()
    told = library.sync(examples, "v1.0", dry_run=True)
    assert library.objects() == damaged
    again = library.sync(examples, "v1.0")
    assert again == told
    assert {example.directory: example.status for example in again.examples} == {
        "hello": Status.UNCHANGED,
        "sums": Status.UNCHANGED,
    }
    assert [problem.message for problem in again.examples[0].problems] == [
        "The object store had lost this version."
    ]
    assert (library.objects(), library.rows()) == (objects, rows)
    assert library.sync(examples, "v1.0").examples[0].problems == ()


def test_a_lost_version_is_repaired_by_the_next_label_of_the_same_content(
    library: Library, examples: Repository
) -> None:
    library.sync(examples, "v1.0")
    for key in library.objects():
        library.store.delete(key)
    synced = library.sync(examples, "v1.1")
    assert {example.directory: example.status for example in synced.examples} == {
        "hello": Status.PUBLISHED,
        "sums": Status.LABELLED,
        "third": Status.PUBLISHED,
    }
    library.sync(examples, "v1.0")
    assert_whole(library, examples)


def test_two_syncs_at_once_publish_once(database_url: str, tmp_path: Path, examples: Repository) -> None:
    env = job_environment(tmp_path, database_url)
    argv = [sys.executable, str(ROOT / "scripts" / "sync_examples.py"), "--source", examples.url, "--json"]
    runs = [
        subprocess.Popen([*argv, "--ref", tag], env={"PATH": "/usr/bin:/bin", **env}, stdout=subprocess.PIPE)
        for tag in ("v1.0", "v1.1", "v1.0", "v1.1")
    ]
    outputs = [run.communicate()[0] for run in runs]
    assert [run.returncode for run in runs] == [0] * 4, outputs
    library = Library(tmp_path, PostgresDatabase(database_url))
    assert library.labels(examples, "hello") == {"v1.1": "hello", "v1.0": "hello"}
    assert_whole(library, examples)
    library.database.close()
    code, output, _ = run_job("courseline-sync", ["--source", examples.url, "--ref", "v1.1"], env)
    assert (code, output["published"], output["unchanged"]) == (0, 0, 3)


def test_a_sync_that_waits_too_long_ends_with_3_naming_who_holds_the_repository(
    database_url: str, database: PostgresDatabase, tmp_path: Path, examples: Repository
) -> None:
    env = job_environment(tmp_path, database_url)
    args = ["--source", examples.url, "--ref", "v1.0", "--wait", "0"]
    with database.lease(f"file://{examples.path}", wait=0, holder="somebody else"):
        code, output, _ = run_job("courseline-sync", args, env)
    assert (code, output["error"]["kind"]) == (3, "neighbour_failed")
    assert "somebody else" in output["error"]["message"]
    assert run_job("courseline-sync", args, env)[0] == 0
