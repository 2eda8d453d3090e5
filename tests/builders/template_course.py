"""A whole course on real repositories, database and store: examples synced, deployed, and a template to publish."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.builders.postgres import PostgresServer
from tests.builders.repositories import ENVIRONMENT, FIRST_COMMIT_AT, Content, build_repository, git

from courseline.adapters.database.database import PostgresDatabase
from courseline.adapters.git import GitAdapter
from courseline.adapters.objects_folder import FolderStore
from courseline.adapters.rules import rules_version
from courseline.adapters.yaml_files import read_yaml
from courseline.adapters.yaml_writer import write_yaml
from courseline.domain.course.course import Course
from courseline.usecases.course.apply_course import ApplyCourse, apply_course
from courseline.usecases.deploying.deploy import Deploy, Deployed, deploy
from courseline.usecases.library.register_repository import Registration
from courseline.usecases.library.sync import Synced, SyncRelease, sync
from courseline.usecases.neighbours import Neighbours, no_rules
from courseline.usecases.students.publish_template import PublishedTemplate, PublishTemplate, publish_template
from courseline.wiring import resolve_url

ROOT = Path(__file__).parent.parent.parent
AUTHOR = "courseline <courseline@example.org>"
START = datetime(2026, 3, 1, 8, 0, 0, tzinfo=UTC)
TYPES = """\
contentTypes:
  - {kind: unit, slug: week, title: Week}
  - {kind: assignment, slug: assignment, title: Assignment}
structure:
"""
DEPLOYMENT = """\
organization: {{path: uni, name: University}}
courseFamily: {{path: python, name: Python}}
course:
  path: python-101
  name: Python 101
  description: An introduction.
  settings:
    source: {{url: "{assignments}"}}
    studentTemplate: {{url: "{template}"}}
    timezone: Europe/Vienna
"""


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@dataclass
class TemplateCourse:
    """A registered course below one directory.

    Attributes:
        root: holds examples.git, assignments.git, template.git and the object store.
        database_url: of its own database.
        clock: see `Clock`.
    """

    root: Path
    database_url: str
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.database = PostgresDatabase(self.database_url)
        self.neighbours = Neighbours(
            database=self.database,
            store=FolderStore(self.root / "objects"),
            git=GitAdapter(("file",), AUTHOR, self.root / "tmp"),
            clock=self.clock,
            read_yaml=read_yaml,
            write_yaml=write_yaml,
            credential=lambda *_: None,
            resolve_url=resolve_url,
            actor="local:ada",
            holder="the tests",
            rules=rules_version,
        )

    @property
    def assignments(self) -> Path:
        return self.root / "assignments.git"

    @property
    def template(self) -> Path:
        return self.root / "template.git"

    @property
    def course(self) -> Course:
        with self.database.transaction() as rows:
            found = rows.courses.by_assignments(resolve_url(str(self.assignments)))
        assert found is not None
        return found

    def register(self) -> None:
        """Make the three empty repositories and register the course."""
        for name in ("examples.git", "assignments.git", "template.git"):
            build_repository(self.root / name)
        self.apply(str(self.template))

    def apply(self, template: str) -> None:
        """Apply the deployment file with this template repository."""
        text = DEPLOYMENT.format(assignments=self.assignments, template=template)
        command = ApplyCourse(
            text.encode(), "deployment.yaml", lambda _: None, lambda _owner, _kind, text: text.encode()
        )
        apply_course(command, self.neighbours)

    def sync(
        self,
        files: Mapping[str, Content | None],
        tag: str,
        repository: str = "examples.git",
        *,
        settles: bool = True,
    ) -> Synced:
        """Commit changes to the example repository, tag them, publish the tag; keep student views, or not."""
        path = self.root / repository
        change(path, files)
        git(path, "tag", tag)
        registration = Registration(resolve_url(str(path)), organization="uni")
        neighbours = self.neighbours if settles else replace(self.neighbours, rules=no_rules)
        return sync(SyncRelease(str(path), tag, registration), neighbours)

    def edit(self, files: Mapping[str, Content | None], message: str = "Edited by a lecturer\n") -> str:
        """A lecturer's commit in the assignments repository; None deletes."""
        return change(self.assignments, files, message)

    def structure(self, text: str, more: str = "") -> None:
        """Commit a course file with the two usual types and this structure."""
        self.edit({"course-structure.yaml": TYPES + text + more})

    def deploy(self) -> Deployed:
        return deploy(Deploy(str(self.assignments)), self.neighbours)

    def publish(
        self,
        *,
        template: str | None = None,
        dry_run: bool = False,
        wait: float = 60.0,
        neighbours: Neighbours | None = None,
    ) -> PublishedTemplate:
        command = PublishTemplate(str(self.assignments), template, wait, dry_run)
        return publish_template(command, neighbours or self.neighbours)

    def read(self, path: str) -> str:
        """A file of the assignments repository."""
        return git(self.assignments, "cat-file", "blob", f"HEAD:{path}") + "\n"

    def given(self) -> dict[str, str]:
        """What students have: path -> text of the template's head."""
        names = git(self.template, "ls-tree", "-r", "-z", "--name-only", "HEAD").split("\0")
        return {name: git(self.template, "cat-file", "blob", f"HEAD:{name}") for name in names if name}

    def log(self, form: str = "%H") -> list[str]:
        """One line a commit of the template's branch, newest first; none when it has no commit."""
        if not git(self.template, "for-each-ref", "refs/heads"):
            return []
        return git(self.template, "log", f"--format={form}", "main").split("\n")

    def everything(self) -> bytes:
        """All objects of the template repository, reachable or not."""
        return subprocess.run(
            ["git", "cat-file", "--batch-all-objects", "--batch", "--unordered"],
            cwd=self.template,
            env=ENVIRONMENT,
            check=True,
            capture_output=True,
        ).stdout

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        import psycopg

        with psycopg.connect(self.database_url) as connection:
            return connection.execute(statement).fetchall()  # type: ignore[arg-type]

    def commit(self, statement: str) -> None:
        """Change a row as only somebody with the database's own password can."""
        import psycopg

        with psycopg.connect(self.database_url) as connection:
            connection.execute(statement)  # type: ignore[arg-type]

    def state(self) -> dict[str, object]:
        """Everything a run may change, to compare before with after."""
        tables = ("operation", "operation_event", "deployment_history", "template_exposure", "course_content")
        return {
            "refs": git(self.template, "for-each-ref"),
            "assignments": git(self.assignments, "for-each-ref"),
            **{
                table: self.query(f"SELECT count(*), max(md5(t::text)) FROM {table} AS t")  # noqa: S608 - our own names
                for table in tables
            },
        }

    def job(self, *arguments: str) -> tuple[int, dict[str, Any], str]:
        """The command as a pipeline runs it: exit code, its JSON object, standard error."""
        done = subprocess.run(
            [
                sys.executable,
                "-B",
                str(ROOT / "scripts" / "generate_student_template.py"),
                "--json",
                *arguments,
            ],
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, json.loads(done.stdout), done.stderr

    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "COURSELINE_HOME": str(self.root / "home"),
            "COURSELINE_DATABASE_URL": self.database_url,
            "COURSELINE_OBJECT_STORE": f"file://{self.root / 'objects'}",
            "COURSELINE_GIT_PROTOCOLS": "https,file",
            "COURSELINE_GIT_AUTHOR": AUTHOR,
            "SOURCE_DATE_EPOCH": str(int(self.clock.now.timestamp())),
        }

    def close(self) -> None:
        self.database.close()


@dataclass
class Snapshot:
    """A course at rest, from which each test gets its own at the same paths.

    Attributes:
        root: where the repositories are; a test's changes are undone by the next one.
        saved: their untouched copies.
        database: name of the database that is copied.
    """

    root: Path
    saved: Path
    database: str

    @contextmanager
    def open(self, postgres: PostgresServer) -> Iterator[TemplateCourse]:
        with postgres.fresh(self.database) as url:
            course = TemplateCourse(self.root, url)
            yield course
            course.close()
        self.restore()

    def restore(self) -> None:
        for made in self.root.glob("*.git"):
            if not (self.saved / made.name).exists():
                shutil.rmtree(made)
        for copy in self.saved.iterdir():
            shutil.rmtree(self.root / copy.name, ignore_errors=True)
            shutil.copytree(copy, self.root / copy.name)


@contextmanager
def snapshot(
    postgres: PostgresServer, root: Path, make: Callable[[TemplateCourse], None]
) -> Iterator[Snapshot]:
    """Make a course once."""
    with postgres.fresh() as url:
        course = TemplateCourse(root / "course", url)
        course.register()
        make(course)
        course.close()
        saved = root / "saved"
        for name in ("examples.git", "assignments.git", "template.git"):
            shutil.copytree(course.root / name, saved / name)
        yield Snapshot(course.root, saved, urlsplit(url).path.lstrip("/"))


def change(
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
    for name, content in files.items():
        if content is None:
            lines.append(f'D "{name}"\n'.encode())
            continue
        mode, body = content if isinstance(content, tuple) else ("100644", content)
        raw = body.encode() if isinstance(body, str) else body
        lines.append(f'M {mode} inline "{name}"\ndata {len(raw)}\n'.encode() + raw + b"\n")
    lines.append(b"get-mark :1\n")
    return git(path, "fast-import", "--quiet", "--date-format=raw", feed=b"".join(lines))
