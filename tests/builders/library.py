"""A library on real git, real PostgreSQL and a folder, whose every call to a neighbour can be watched or cut off."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import create_engine, text
from tests.builders.repositories import Content, Repository

from courseline.adapters.database.connection import engine_url
from courseline.adapters.database.database import PostgresDatabase
from courseline.adapters.git import GitAdapter
from courseline.adapters.objects_folder import FolderStore
from courseline.adapters.yaml_files import read_yaml
from courseline.adapters.yaml_writer import write_yaml
from courseline.domain.ledger.history import HistoryRow
from courseline.domain.library.example import ExampleRepository
from courseline.usecases.library.register_repository import Registration
from courseline.usecases.library.sync import Synced, SyncRelease, sync
from courseline.usecases.neighbours import Neighbours
from courseline.wiring import resolve_url

NOW = datetime(2026, 3, 1, 8, 0, 0, tzinfo=UTC)
Watch = Callable[[str, tuple[Any, ...]], None]
"""(`store.put`, arguments), before the call."""


def example_files(
    directory: str = "hello", *, body: str = "print('hello')\n", meta: str = ""
) -> dict[str, Content]:
    """A small sound example; `meta` stands in front of its meta.yaml."""
    prefix = "" if directory == "." else f"{directory}/"
    listed = (
        "title: An example\nproperties:\n  studentSubmissionFiles: [main.py]\n  testFiles: [test_main.py]\n"
    )
    return {
        f"{prefix}meta.yaml": meta + listed,
        f"{prefix}main.py": body,
        f"{prefix}test_main.py": "assert True\n",
    }


class Watched:
    """Stands for `target` and tells of every call before it is made.

    Args:
        target: the real thing.
        name: in front of the method's name.
        watch: told of each call; what it raises, the caller gets.
    """

    def __init__(self, target: Any, name: str, watch: Watch) -> None:
        self._target, self._name, self._watch = target, name, watch

    def __getattr__(self, attribute: str) -> Any:
        found = getattr(self._target, attribute)
        name = f"{self._name}.{attribute}"
        if attribute in {"library", "courses", "ledger"}:
            return Watched(found, attribute, self._watch)
        if attribute in {"transaction", "lease", "workspace"}:
            return self._context(found, name, {"transaction": "rows"}.get(attribute, attribute))
        if not callable(found):
            return found

        def call(*args: Any, **options: Any) -> Any:
            self._watch(name, args)
            answer = found(*args, **options)
            return Watched(answer, "remote", self._watch) if name == "workspace.remote" else answer

        return call

    def put_many(self, objects: Mapping[str, bytes]) -> None:
        """One after the other, so that each can be watched."""
        for key, data in objects.items():
            self.__getattr__("put")(key, data)

    def _context(self, opened: Any, name: str, inner: str) -> Any:
        @contextmanager
        def context(*args: Any, **options: Any) -> Iterator[Any]:
            self._watch(name, args)
            with opened(*args, **options) as value:
                yield Watched(value, inner, self._watch)
                self._watch(f"{name}: end", ())
            self._watch(f"{name}: ended", ())

        return context


@dataclass
class Library:
    """Everything a sync touches, below one directory.

    Attributes:
        directory: scratch, reachable by this process only.
        database: fresh.
        watch: told of every call to store, database and git.
        calls: what was called, when nobody else watches.
    """

    directory: Path
    database: PostgresDatabase
    watch: Watch | None = None
    calls: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = FolderStore(self.directory / "objects")
        self.git = GitAdapter(("file",), "courseline <courseline@example.org>", self.directory / "tmp")

    @property
    def neighbours(self) -> Neighbours:
        return Neighbours(
            database=Watched(self.database, "database", self._told),  # type: ignore[arg-type]
            store=Watched(self.store, "store", self._told),  # type: ignore[arg-type]
            git=Watched(self.git, "git", self._told),  # type: ignore[arg-type]
            clock=lambda: NOW,
            read_yaml=read_yaml,
            write_yaml=write_yaml,
            credential=lambda *_: None,
            resolve_url=resolve_url,
            actor="local:ada",
            holder="the tests",
        )

    def sync(
        self, source: Repository | str, tag: str, *, dry_run: bool = False, wait: float = 60.0, **options: Any
    ) -> Synced:
        """Sync with `options` for `Registration`; `calls` are those of this sync only."""
        self.calls.clear()
        url = source if isinstance(source, str) else source.url
        registration = Registration(**{"url": resolve_url(url), **options})
        return sync(SyncRelease(url, tag, registration, wait, dry_run), self.neighbours)

    def repository(self, source: Repository) -> ExampleRepository:
        with self.database.transaction() as rows:
            found = rows.library.repository(urls=[resolve_url(source.url)])
        assert found is not None
        return found

    def labels(self, source: Repository, identifier: str) -> dict[str, str]:
        """Label as shown -> directory."""
        repository = self.repository(source)
        with self.database.transaction() as rows:
            example = rows.library.example(repository.id, identifier)
            assert example is not None
            found = rows.library.labels([example.id]).get(example.id, [])
        return {one.label.shown: one.directory for one in found}

    def version_ids(self, source: Repository, identifier: str) -> dict[str, UUID]:
        """Label as shown -> version."""
        repository = self.repository(source)
        with self.database.transaction() as rows:
            example = rows.library.example(repository.id, identifier)
            assert example is not None
            found = rows.library.labels([example.id]).get(example.id, [])
        return {one.label.shown: one.version_id for one in found}

    def history(self, source: Repository) -> list[HistoryRow]:
        with self.database.transaction() as rows:
            return list(rows.ledger.history(self.repository(source).id))

    def objects(self) -> dict[str, bytes]:
        """Everything in the store."""
        found = {key: self.store.get(key) for key in (entry.key for entry in self.store.list(""))}
        return {key: data for key, data in found.items() if data is not None}

    def puts(self) -> list[str]:
        """Keys written by the last sync."""
        return [str(args[0]) for name, args in self.calls if name == "store.put"]

    def fetched(self) -> list[str]:
        """Blobs asked of the remote by the last sync."""
        return [oid for name, args in self.calls if name == "remote.fetch_blobs" for oid in args[0]]

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """All rows of all tables, without the columns that the server's clock and sequences fill."""
        engine = create_engine(engine_url(self.database.url))
        with engine.connect() as connection:
            columns: dict[str, list[str]] = {}
            for table, column in connection.execute(
                text(
                    "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
                    " ORDER BY table_name, ordinal_position"
                )
            ):
                if (
                    column not in {"created_at", "updated_at", "recorded_at"}
                    or table == "course_content_deployment"
                ):
                    columns.setdefault(table, []).append(f'"{column}"')
            queries = {table: f"SELECT {', '.join(names)} FROM {table}" for table, names in columns.items()}  # noqa: S608 - names from the catalogue
            found = {
                table: sorted((tuple(row) for row in connection.execute(text(query))), key=repr)
                for table, query in queries.items()
            }
        engine.dispose()
        return found

    def _told(self, name: str, args: tuple[Any, ...]) -> None:
        materialised = tuple(list(arg) if name == "remote.fetch_blobs" else arg for arg in args)
        self.calls.append((name, materialised))
        if self.watch is not None:
            self.watch(name, materialised)
