"""What a sync asks of git, store and database: it goes by what changed, not by how much there is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import event
from tests.builders.library import Library, example_files
from tests.builders.repositories import Content, Repository, build_repository

from courseline.adapters.database.database import PostgresDatabase
from courseline.domain.library.publication import PublicationStatus as Status

CHANGED = 10
SMALL, LARGE = 110, 220
"""Both more than a new label asks the store for."""


@dataclass(frozen=True)
class Asked:
    """What one sync asked for.

    Attributes:
        git: calls of workspaces and remotes, by name.
        blobs: asked of the remote.
        read: objects read of the store, the manifests of known versions among them.
        written: objects written to it.
        statements: sent to the database; one with many rows is one.
    """

    git: Counter[str]
    blobs: int
    read: int
    written: int
    statements: int


def release(size: int, edition: int) -> dict[str, Content]:
    """All examples, of which the first ten are of that edition."""
    files: dict[str, Content] = {}
    for number in range(size):
        body = f"print({number}, {edition if number < CHANGED else 0})\n"
        files |= example_files(f"ex-{number:04d}", body=body)
    return files


def asked(library: Library, source: Repository, tag: str) -> Asked:
    statements = 0

    def count(*_: object) -> None:
        nonlocal statements
        statements += 1

    event.listen(library.database._engine, "before_cursor_execute", count)
    library.sync(source, tag)
    event.remove(library.database._engine, "before_cursor_execute", count)
    names = Counter(name for name, _ in library.calls)
    keys = [args[0] for name, args in library.calls if name == "store.get_many"]
    return Asked(
        git=Counter({name: names[name] for name in names if name.startswith(("remote.", "workspace."))}),
        blobs=len(library.fetched()),
        read=sum(len(wanted) for wanted in keys) + names["store.get"],
        written=len(library.puts()),
        statements=statements,
    )


@pytest.fixture
def library(tmp_path: Path, database: PostgresDatabase) -> Library:
    return Library(tmp_path, database)


@pytest.fixture
def sources(tmp_path: Path, library: Library) -> tuple[Repository, Repository]:
    """Two repositories, published at v1.0, whose v1.1 changes ten examples."""
    made = []
    for size in (SMALL, LARGE):
        source = build_repository(
            tmp_path / f"examples{size}.git",
            [release(size, 0), release(size, 1)],
            tags={"v1.0": 0, "v1.1": 1},
        )
        library.sync(source, "v1.0")
        made.append(source)
    return made[0], made[1]


def test_ten_changed_examples_cost_the_same_in_a_repository_of_twice_the_size(
    library: Library, sources: tuple[Repository, Repository]
) -> None:
    small, large = (asked(library, source, "v1.1") for source in sources)
    assert replace(small, statements=0) == replace(large, statements=0)
    assert large.statements <= small.statements + 4, "many rows travel in few statements"
    assert small.blobs == CHANGED + 2, "each main.py and what all share, the meta.yaml among it, once"
    assert small.written == CHANGED * 5
    assert small.git["remote.fetch_blobs"] == 1
    assert small.statements < 50


def test_the_same_release_again_asks_git_for_no_blob_and_writes_nothing(
    library: Library, sources: tuple[Repository, Repository]
) -> None:
    small, large = (asked(library, source, "v1.0") for source in sources)
    assert (small.git, small.statements) == (large.git, large.statements)
    assert (small.blobs, small.written) == (large.blobs, large.written) == (0, 0)


def test_publishing_a_tag_again_looks_for_every_version_in_the_store(
    library: Library, sources: tuple[Repository, Repository]
) -> None:
    """A new label looks for some only; who repairs a store publishes the tag again."""
    _, large = sources
    prefix = f"repositories/{library.repository(large).id}/"
    key = max(entry.key for entry in library.store.list(prefix) if entry.key.endswith("metadata.json"))
    library.store.delete(key)
    (mended,) = (example for example in library.sync(large, "v1.0").examples if example.problems)
    assert mended.status is Status.UNCHANGED
    assert library.store.get(key) is not None
