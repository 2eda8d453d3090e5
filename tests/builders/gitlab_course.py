"""A course whose three repositories lie in the tests' GitLab; a worker is this process, one job after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
from gitlab import Gitlab
from tests.builders.courses import AUTHOR, DEPLOYMENT, HEADER, Ticking
from tests.builders.repositories import Content
from tests.gitlab_double.people import Level
from tests.gitlab_double.places import Project
from tests.gitlab_double.server import GitLabDouble

from courseline.adapters.database.database import PostgresDatabase
from courseline.adapters.git import GitAdapter
from courseline.adapters.gitlab import GitLabClient, GitLabForge
from courseline.adapters.gitlab.budget import Budget
from courseline.adapters.objects_folder import FolderStore
from courseline.adapters.yaml_files import read_yaml
from courseline.adapters.yaml_writer import write_yaml
from courseline.domain.course.course import Course
from courseline.usecases.course.apply_course import ApplyCourse, apply_course
from courseline.usecases.library.register_repository import Registration
from courseline.usecases.library.sync import SyncRelease, sync
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.ports import Credential
from courseline.usecases.react.job import Task
from courseline.usecases.react.reconcile import Known, Reconciled, reconcile
from courseline.usecases.react.work import handlers
from courseline.wiring import resolve_url

GROUP = "uni"


@dataclass
class GitLabCourse:
    """A registered course.

    Attributes:
        double: the GitLab.
        root: for the object store and what git needs.
        database_url: of its own database.
        ended: what each job came to, in order: task and ending.
    """

    double: GitLabDouble
    root: Path
    database_url: str
    clock: Ticking = field(default_factory=Ticking)
    ended: list[tuple[str, Any]] = field(default_factory=list)
    known: Known = field(default_factory=Known)

    def __post_init__(self) -> None:
        forge = self.double.forge
        self.ada = forge.user("ada", name="Ada Lovelace")
        self.bot = forge.user("courseline", bot=True)
        forge.group(GROUP, {self.ada: Level.MAINTAINER, self.bot: Level.MAINTAINER})
        self.examples = forge.project(f"{GROUP}/examples", {"README.md": "# Examples\n"})
        self.assignments = forge.project(
            f"{GROUP}/assignments", {"course-structure.yaml": f"{HEADER}structure: []\n"}
        )
        self.template = forge.project(f"{GROUP}/student-template")
        self.token = forge.token(self.bot).value
        self.gitlab = GitLabForge(
            GitLabClient(self.double.url, self.token, budget=Budget(1_000_000), seconds=30)
        )
        self.database = PostgresDatabase(self.database_url)
        self.neighbours = Neighbours(
            database=self.database,
            store=FolderStore(self.root / "objects"),
            git=GitAdapter(("http",), AUTHOR, self.root / "tmp", ci_skip_hosts=frozenset({"127.0.0.1"})),
            clock=self.clock,
            read_yaml=read_yaml,
            write_yaml=write_yaml,
            credential=lambda *_: Credential("127.0.0.1", "oauth2", self.token),
            resolve_url=resolve_url,
            actor="local:worker",
            holder="the tests",
            find_project=self.gitlab.find_project,
            forge=self.gitlab,
            address_of=lambda identity: f"http://{identity}.git",
        )
        text = DEPLOYMENT.format(
            assignments=self.url_of(self.assignments), template=self.url_of(self.template)
        )
        apply_course(
            ApplyCourse(text.encode(), "deployment.yaml", lambda _: None, lambda *_: b""), self.neighbours
        )

    @cached_property
    def lecturer(self) -> Gitlab:
        """Ada at the API."""
        return self.double.client(self.double.forge.token(self.ada).value)

    @property
    def course(self) -> Course:
        with self.database.transaction() as rows:
            found = rows.courses.by_assignments(resolve_url(self.url_of(self.assignments)))
        assert found is not None
        return found

    @property
    def head(self) -> str:
        return self.assignments.repository.resolve("refs/heads/main")

    def url_of(self, project: Project) -> str:
        return self.double.git_url(project.full_path)

    def commit(
        self, project: Project, files: Mapping[str, Content | None], branch: str = "main", start: str = "main"
    ) -> str:
        """Ada's commit, by the API; None deletes a file."""
        remote = self.lecturer.projects.get(project.id, lazy=True)
        ref = f"refs/heads/{branch}"
        exists = project.repository.resolve(ref)
        base = exists or project.repository.resolve(f"refs/heads/{start}")
        actions = []
        for path, content in files.items():
            text = content[1] if isinstance(content, tuple) else content
            kind = "update" if base and project.repository.entry(base, path) else "create"
            action = {"action": "delete" if content is None else kind, "file_path": path}
            actions.append(action | ({} if text is None else {"content": str(text)}))
        wanted: dict[str, Any] = {"branch": branch, "commit_message": "More work", "actions": actions}
        if not exists:
            wanted["start_branch"] = start
        return str(remote.commits.create(wanted).id)

    def release(self, files: Mapping[str, Content | None], tag: str) -> None:
        """Commit to the example repository and tag it; nobody publishes it yet."""
        self.commit(self.examples, files)
        self.lecturer.projects.get(self.examples.id, lazy=True).tags.create({"tag_name": tag, "ref": "main"})

    def publish(self, files: Mapping[str, Content | None], tag: str) -> None:
        """The same, and published as its own pipeline would."""
        self.release(files, tag)
        url = self.url_of(self.examples)
        sync(SyncRelease(url, tag, Registration(resolve_url(url), organization=GROUP)), self.neighbours)

    def wish(self, structure: str, branch: str = "main") -> str:
        """A commit of a course file whose `structure:` is this."""
        text = f"{HEADER}structure:\n{structure}" if structure else f"{HEADER}structure: []\n"
        return self.commit(self.assignments, {"course-structure.yaml": text}, branch)

    def propose(self, branch: str, title: str = "An update") -> int:
        """A merge request of a branch; its number."""
        remote = self.lecturer.projects.get(self.assignments.id, lazy=True)
        made = remote.mergerequests.create({"source_branch": branch, "target_branch": "main", "title": title})
        return int(made.iid)

    def merge(self, iid: int, **options: object) -> None:
        """Ada merges."""
        remote = self.lecturer.projects.get(self.assignments.id, lazy=True)
        remote.mergerequests.get(iid).merge(**options)

    def notes(self, iid: int) -> list[str]:
        """Bodies of the bot's notes."""
        request = self.double.forge.find_merge_request(self.assignments, str(iid))
        return [note.body for note in request.notes if note.author is self.bot]

    def statuses(self, iid: int) -> list[tuple[str, str, str | None]]:
        """Name, status and description of the statuses that the bot has set on the head of a merge request."""
        request = self.double.forge.find_merge_request(self.assignments, str(iid))
        return [
            (job.name, job.status, job.description)
            for pipeline in self.assignments.pipelines
            if pipeline.sha == request.sha
            for job in pipeline.jobs
            if job.external and not job.retried
        ]

    def reconcile(self) -> Reconciled:
        """One pass."""
        return reconcile(self.neighbours, self.known)

    def work(self, most: int = 1_000, *, ends: bool = True) -> list[tuple[str, Any]]:
        """Do all that waits, and all that this asks for, without waiting for its time; answers how each ended.

        With `ends` off at most so many are done, and the rest may wait.
        """
        before = len(self.ended)
        does = handlers(lambda: self.neighbours, lambda task, ending: self.ended.append((str(task), ending)))
        for _ in range(most):
            job = self._next()
            if job is None:
                return self.ended[before:]
            task, arguments = job
            does[Task(task)]({name: str(value) for name, value in arguments.items()}, True)
        assert not ends, "the work does not end"
        return self.ended[before:]

    def converge(self) -> None:
        """Pass and work, as a worker does that nobody tells of anything."""
        self.reconcile()
        self.work()

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(statement).fetchall()  # type: ignore[arg-type]

    def close(self) -> None:
        self.database.close()

    def _next(self) -> tuple[str, dict[str, Any]] | None:
        with psycopg.connect(self.database_url) as connection:
            found = connection.execute(
                "SELECT id, task_name, args FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id LIMIT 1"
            ).fetchone()
            if found is None:
                return None
            # It runs from here on: the same work may be queued again.
            connection.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", (found[0],))
            connection.execute(
                "UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = %s", (found[0],)
            )
            return found[1], found[2]
