"""A registered course on real git, PostgreSQL and a folder store: publish examples, edit the course, plan, deploy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from tests.builders.repositories import FIRST_COMMIT_AT, Content, build_repository, git

from courseline.adapters.database.database import PostgresDatabase
from courseline.adapters.git import GitAdapter
from courseline.adapters.objects_folder import FolderStore
from courseline.adapters.yaml_files import read_yaml
from courseline.adapters.yaml_writer import write_yaml
from courseline.domain.course.course import Course
from courseline.usecases.course.apply_course import ApplyCourse, apply_course
from courseline.usecases.deploying.deploy import Deploy, deploy
from courseline.usecases.deploying.deployed import Deployed
from courseline.usecases.deploying.plan_assignments import PlanAssignments, Planned, plan_assignments
from courseline.usecases.library.register_repository import Registration, register
from courseline.usecases.library.sync import Synced, SyncRelease, sync
from courseline.usecases.neighbours import Neighbours
from courseline.wiring import resolve_url

AUTHOR = "courseline <courseline@example.org>"
START = datetime(2026, 3, 1, 8, 0, 0, tzinfo=UTC)
HEADER = """\
contentTypes:
  - {kind: unit, slug: week, title: Week}
  - {kind: assignment, slug: assignment, title: Assignment}
"""
DEPLOYMENT = """\
organization: {{path: uni, name: University}}
courseFamily: {{path: python, name: Python}}
course:
  path: python-101
  name: Python 101
  settings:
    source: {{url: "{assignments}"}}
    studentTemplate: {{url: "{template}"}}
"""


@dataclass
class Ticking:
    """A clock that goes on by a minute whenever it is asked."""

    now: datetime = START

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


@dataclass
class Bench:
    """The course `uni/python/python-101` below one directory.

    Attributes:
        root: holds the three bare repositories, the store and git's temporary files.
        database_url: of a migrated database of its own.
        clock: the time.
    """

    root: Path
    database_url: str
    clock: Ticking = field(default_factory=Ticking)

    def __post_init__(self) -> None:
        self.database = PostgresDatabase(self.database_url)
        self.store = FolderStore(self.root / "objects")
        self.neighbours = Neighbours(
            database=self.database,
            store=self.store,
            git=GitAdapter(("file",), AUTHOR, self.root / "tmp"),
            clock=self.clock,
            read_yaml=read_yaml,
            write_yaml=write_yaml,
            credential=lambda *_: None,
            resolve_url=resolve_url,
            actor="local:ada",
            holder="the tests",
        )

    @property
    def examples(self) -> Path:
        return self.root / "examples.git"

    @property
    def assignments(self) -> Path:
        return self.root / "assignments.git"

    @property
    def url(self) -> str:
        return str(self.assignments)

    @property
    def course(self) -> Course:
        with self.database.transaction() as rows:
            found = rows.courses.by_assignments(resolve_url(self.url))
        assert found is not None
        return found

    @property
    def head(self) -> str:
        return git(self.assignments, "rev-parse", "refs/heads/main")

    def register(self) -> None:
        """Register the course."""
        text = DEPLOYMENT.format(assignments=self.assignments, template=self.root / "template.git")
        command = ApplyCourse(text.encode(), "deployment.yaml", lambda _: None, lambda *_: b"")
        apply_course(command, self.neighbours)

    def register_examples(self) -> None:
        """Register the example repository, without a release."""
        registration = Registration(resolve_url(str(self.examples)), organization="uni")
        with self.database.transaction() as rows:
            register(registration, rows, self.neighbours.actor, self.clock())

    def publish(self, files: Mapping[str, Content | None], tag: str) -> Synced:
        """Commit changes to the example repository, tag them, publish the tag; None deletes."""
        commit(self.examples, files)
        git(self.examples, "tag", tag)
        return self.sync(tag)

    def sync(self, tag: str) -> Synced:
        registration = Registration(resolve_url(str(self.examples)), organization="uni")
        return sync(SyncRelease(str(self.examples), tag, registration), self.neighbours)

    def edit(self, files: Mapping[str, Content | None], message: str = "Edited by a lecturer\n") -> str:
        """A lecturer's commit to the assignments repository; None deletes a file or directory."""
        return commit(self.assignments, files, message)

    def wish(self, structure: str, more: str = "") -> str:
        """A lecturer's commit of a course file with the two usual types; `structure` begins on line 5."""
        return self.edit({"course-structure.yaml": f"{HEADER}structure:\n{structure}{more}"})

    def revert(self, sha: str) -> str:
        """A lecturer's commit that takes a commit back, all of it but the course file."""
        changed = git(self.assignments, "diff-tree", "-r", "--no-commit-id", "--name-only", sha).split("\n")
        before: dict[str, Content | None] = {}
        for path in changed:
            listed = git(self.assignments, "ls-tree", f"{sha}~1", "--", path)
            if path != "course-structure.yaml":
                mode = listed.split(" ", 1)[0]
                before[path] = (mode, blob(self.assignments, f"{sha}~1:{path}")) if listed else None
        return self.edit(before, f"Revert {sha}\n")

    def deploy(self, neighbours: Neighbours | None = None, **options: Any) -> Deployed:
        return deploy(Deploy(self.url, **options), neighbours or self.neighbours)

    def plan(self, **options: Any) -> Planned:
        return plan_assignments(PlanAssignments(self.url, **options), self.neighbours)

    def read(self, path: str) -> str:
        """A file of the assignments repository's head."""
        return blob(self.assignments, f"refs/heads/main:{path}").decode()

    def files(self, directory: str = "") -> list[str]:
        """Paths below a directory of the head, relative to it."""
        listed = git(self.assignments, "ls-tree", "-r", "--name-only", f"refs/heads/main:{directory}")
        return listed.split("\n") if listed else []

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(statement).fetchall()  # type: ignore[arg-type]

    def record(self, path: str) -> dict[str, Any]:
        """The deployment row of the content that lives at a path, or last did."""
        with (
            psycopg.connect(self.database_url) as connection,
            connection.cursor(row_factory=psycopg.rows.dict_row) as cursor,
        ):
            cursor.execute(
                "SELECT deployment.* FROM course_content_deployment AS deployment JOIN course_content AS content"
                " ON content.id = course_content_id WHERE content.path = %s"
                " ORDER BY content.removed_at NULLS FIRST LIMIT 1",
                (path,),
            )
            return cursor.fetchone() or {}

    def history(self) -> list[tuple[str, str, str | None]]:
        """Action, path and label of the course's history, oldest first, without its registration."""
        return self.query(
            "SELECT action, path, version_tag FROM deployment_history"
            " WHERE course_id IS NOT NULL AND action <> 'registered' ORDER BY seq"
        )

    def operations(self) -> list[tuple[str, str]]:
        return self.query(
            "SELECT kind, state FROM operation WHERE kind = 'deploy' ORDER BY attempt, started_at"
        )

    def state(self) -> dict[str, object]:
        """All that a run may change, to compare before with after."""
        tables = (
            "course_content",
            "course_content_deployment",
            "deployment_history",
            "operation",
            "operation_event",
            "plan",
        )
        rows = {
            table: self.query(f"SELECT md5(t::text) FROM {table} AS t ORDER BY 1")  # noqa: S608 - names above
            for table in tables
        }
        return {
            "refs": git(self.assignments, "for-each-ref"),
            "objects": sorted(stored.key for stored in self.store.list("")),
            **rows,
        }

    def with_(self, **neighbours: Any) -> Neighbours:
        """The neighbours with some of them replaced."""
        return replace(self.neighbours, **neighbours)

    def close(self) -> None:
        self.database.close()


def bench(root: Path, database_url: str, examples: Mapping[str, Content] | None = None) -> Bench:
    """Three repositories, a registered course, and a release v1.0 of `examples` (none publishes nothing)."""
    made = Bench(root, database_url)
    for name in ("examples.git", "assignments.git", "template.git"):
        build_repository(root / name)
    made.register()
    if examples:
        made.publish(examples, "v1.0")
    return made


def example(
    directory: str, text: str = "one", *, meta: str = "", files: Mapping[str, Content] | None = None
) -> dict[str, Content | None]:
    """A small example in a directory; `meta` is added below `properties:` (4 spaces of indent are the caller's)."""
    made: dict[str, Content | None] = {
        f"{directory}/meta.yaml": f"slug: {directory}\ntitle: {directory}\nproperties:\n"
        f"  studentSubmissionFiles: [main.py]\n{meta}",
        f"{directory}/main.py": f"print('{directory} {text}')\n",
        f"{directory}/content/index.md": f"# {directory}\n",
    }
    return made | {f"{directory}/{path}": content for path, content in (files or {}).items()}


def place(path: str, reference: str | None = None, version: str | None = None, **more: str) -> str:
    """A content of a course file, one line: an assignment, or a week when it has no example and no dot."""
    kind = "assignment" if reference or "." in path else "week"
    entry = {"path": path, "type": kind}
    entry |= {"example": reference} if reference else {}
    entry |= {"version": f'"{version}"'} if version else {}
    body = ", ".join(f"{key}: {value}" for key, value in (entry | more).items())
    return f"  - {{{body}}}\n"


def blob(repository: Path, name: str) -> bytes:
    """Bytes of a blob."""
    return git(repository, "cat-file", "blob", name).encode("utf-8", "surrogateescape") + b"\n"


def commit(
    path: Path, files: Mapping[str, Content | None], message: str = "More work\n", branch: str = "main"
) -> str:
    """Commit changes on top of a branch, or as its first commit; None deletes a file or directory."""
    ref = f"refs/heads/{branch}"
    parent = git(path, "for-each-ref", "--format=%(objectname)", ref)
    at = FIRST_COMMIT_AT + 60 * int(git(path, "rev-list", "--count", "--all"))
    text = message.encode()
    lines = [f"commit {ref}\nmark :1\ncommitter Ada Lovelace <ada@example.org> {at} +0000\n".encode()]
    lines.append(b"data %d\n%s\n" % (len(text), text))
    if parent:
        lines.append(f"from {parent}\n".encode())
    lines += [f'D "{name}"\n'.encode() for name, content in files.items() if content is None]
    for name, content in files.items():
        if content is not None:
            mode, body = content if isinstance(content, tuple) else ("100644", content)
            raw = body.encode() if isinstance(body, str) else body
            lines.append(f'M {mode} inline "{name}"\ndata {len(raw)}\n'.encode() + raw + b"\n")
    lines.append(b"get-mark :1\n")
    return git(path, "fast-import", "--quiet", "--date-format=raw", feed=b"".join(lines))
