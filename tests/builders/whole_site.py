"""Everything as it runs for a university: a GitLab with a runner, the receiver under gunicorn, a worker, a database.

Nothing of it is in this process but the GitLab. The group is connected by `courseline gitlab connect`, the course is
made by `courseline gitlab create-course`.
"""

from __future__ import annotations

import base64
import os
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from cryptography.fernet import Fernet
from gitlab import Gitlab
from tests.builders.command_line import courseline, example
from tests.builders.live_receiver import COMMANDS, LiveReceiver, live_receiver
from tests.builders.template_inputs import DIRECTORY
from tests.builders.waiting import until
from tests.gitlab_double.people import Level
from tests.gitlab_double.places import Project
from tests.gitlab_double.server import GitLabDouble, serve_gitlab
from tests.gitlab_double.work_tree import WorkTree, clone

VERSION = "19.1.0"
EXAMPLES, TEMPLATES = "uni/examples", "tools/courseline"
COURSE = "uni/python/python-101/python-101-assignments"
STUDENTS = "uni/python/python-101/python-101-student-template"
PIPELINE = ("--templates", f"{TEMPLATES}@v1.0.0", "--image", "courseline:1.0", "--yes")
"""How `courseline gitlab` is told of the pipelines' jobs."""
_RECONCILE = """\
SELECT procrastinate_defer_jobs_v1(
    ARRAY[ROW('courseline', 'reconcile', 0, NULL, 'reconcile', '{}', NULL)::procrastinate_job_to_defer_v1]
)
"""
_BUSY = """\
SELECT 1 FROM procrastinate_jobs
WHERE status = 'doing' OR (status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())) LIMIT 1
"""
DEPLOYMENT = """\
organization: {path: uni, name: University}
courseFamily: {path: python, name: Python}
course:
  path: python-101
  name: Python 101
  settings:
    source: {token: "${COURSE_GIT_TOKEN}"}
    studentTemplate: {token: "${COURSE_GIT_TOKEN}"}
"""
STRUCTURE = """\
contentTypes:
  - {kind: unit, slug: week, title: Week}
  - {kind: assignment, slug: assignment, title: Assignment}
structure: []
"""


@dataclass
class WholeSite:
    """All of it.

    Attributes:
        directory: scratch.
        double: the GitLab.
        live: receiver and worker.
        receiver: address of the receiver.
        ada: token of a lecturer, owner of the organization's group.
        course: project with the assignments.
        students: project that students fork.
    """

    directory: Path
    double: GitLabDouble
    live: LiveReceiver
    receiver: str
    ada: str
    course: str = COURSE
    students: str = STUDENTS

    @property
    def lecturer(self) -> Gitlab:
        return self.double.client(self.ada)

    def project(self, path: str) -> Project:
        return self.double.forge.find_project(path)

    def clone(self, path: str) -> WorkTree:
        return clone(self.double, path, self.ada, self.directory / "clones" / path)

    def run(self, *arguments: str | Path) -> str:
        """A command of courseline's, by the operator; what it says."""
        done = courseline(*arguments, settings=self.live.environment)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def versions(self) -> list[tuple[Any, ...]]:
        """Identifier and label of all that is in the library."""
        return self.live.query(
            "SELECT e.identifier, t.canonical FROM example_version_tag t JOIN example e ON e.id = t.example_id ORDER BY 1, 2"
        )

    def given(self) -> dict[str, str]:
        """What students get: path -> text."""
        repository = self.project(self.students).repository
        if not repository.resolve("main"):
            return {}
        listing = repository.line("ls-tree", "-r", "--name-only", "main").splitlines()
        return {path: repository.git("show", f"main:{path}").decode() for path in listing}

    def reconcile(self) -> None:
        """Have the worker look at everything now, as it does every five minutes, and do what waits for later."""
        with suppress(psycopg.errors.UniqueViolation):  # one waits already
            self.live.query(_RECONCILE)
        self.live.pass_time()
        until(lambda: not self.live.query(_BUSY), "the worker has looked at everything")

    def notes(self, iid: int) -> list[str]:
        """What courseline wrote under a merge request of the course."""
        found = self.double.forge.find_merge_request(self.project(self.course), str(iid))
        return [note.body for note in found.notes if note.author.username == "courseline"]

    def statuses(self, sha: str) -> list[tuple[str, str]]:
        """Name and state of what courseline reported of a commit of the course."""
        return [
            (job.name, job.status)
            for pipeline in self.project(self.course).pipelines
            if pipeline.sha == sha
            for job in pipeline.jobs
            if job.external and not job.retried
        ]

    def jobs(self, path: str) -> list[tuple[str, str, str]]:
        """Ref, name and state of the jobs of all pipelines of a project, oldest first."""
        found = [
            job for pipeline in self.project(path).pipelines for job in pipeline.jobs if not job.external
        ]
        return [(job.pipeline.ref, job.name, job.status) for job in found]

    def sent(self) -> int:
        """How many webhooks GitLab has sent."""
        return sum(len(hook.deliveries) for project in self.double.forge.projects for hook in project.hooks)

    def story(self) -> str:
        """What everybody logged, for a test that fails."""
        traces = [
            f"{job.pipeline.ref} {job.name} {job.status}: {job.trace.decode(errors='replace')}"
            for project in self.double.forge.projects
            for pipeline in project.pipelines
            for job in pipeline.jobs
        ]
        return "\n".join([*traces, self.live.log("receiver"), self.live.log("worker")])


def _signing_token() -> str:
    return "whsec_" + base64.b64encode(os.urandom(32)).decode()


@contextmanager
def open_site(
    directory: Path,
    organization: str = "uni",
    *,
    more: Callable[[str], Mapping[str, str]] = lambda _: {},
    secrets: str = "",
    old_keys: Sequence[str] = (),
    programs: Path | None = None,
) -> Iterator[WholeSite]:
    """GitLab, its runner and the receiver run; the organization's group is empty, and nothing is connected.

    Args:
        directory: scratch.
        organization: its group.
        more: further settings, made of the database's URL.
        secrets: of the webhooks; a signing token when there are none.
        old_keys: Fernet keys behind the first.
        programs: PostgreSQL's; the package's own when None.
    """
    with (
        socket.create_server(("127.0.0.1", 0), backlog=64) as listening,
        serve_gitlab(directory / "gitlab", version=VERSION) as double,
        live_receiver(directory, secrets or _signing_token(), programs) as live,
    ):
        forge = double.forge
        ada, bot = forge.user("ada", name="Ada Lovelace"), forge.user("courseline", bot=True)
        forge.group(organization, {ada: Level.OWNER, bot: Level.OWNER})
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        live.listening = (listening.fileno(),)
        live.extra = {
            "COURSELINE_GITLAB_URL": double.url,
            "COURSELINE_GITLAB_TOKEN": forge.token(bot).value,
            "COURSELINE_SERVER": address,
            "COURSELINE_SECRET_KEYS": ",".join((Fernet.generate_key().decode(), *old_keys)),
            "COURSE_GIT_TOKEN": forge.token(bot, "write_repository").value,
            **more(live.url),
        }
        site = WholeSite(directory, double, live, address, forge.token(ada).value)
        templates = {
            f"ci-templates/{path.name}": path.read_text(encoding="utf-8") for path in DIRECTORY.glob("*.yml")
        }
        tools = forge.project(TEMPLATES, templates, visibility="internal")
        tools.repository.update("refs/tags/v1.0.0", tools.repository.resolve("main"))
        # What an image of a site on loopback says in its ENV: repositories are reached over http.
        double.runner.online(COMMANDS, variables={"COURSELINE_GIT_PROTOCOLS": "http"})
        live.start("receiver")
        until(lambda: "Listening at" in live.log("receiver"), "the receiver listens")
        yield site


@contextmanager
def whole_site(
    directory: Path,
    *,
    more: Callable[[str], Mapping[str, str]] = lambda _: {},
    secrets: str = "",
    old_keys: Sequence[str] = (),
) -> Iterator[WholeSite]:
    """Receiver and worker run, the group is connected, the course is there and has nothing in it.

    Args:
        directory: scratch.
        more: further settings, made of the database's URL.
        secrets: of the webhooks; a signing token when there are none.
        old_keys: Fernet keys behind the first.
    """
    with open_site(directory, more=more, secrets=secrets, old_keys=old_keys) as site:
        site.double.forge.project(EXAMPLES, {f"hello/{path}": text for path, text in example().items()})
        deployment, structure = directory / "deployment.yaml", directory / "course-structure.yaml"
        deployment.write_text(DEPLOYMENT, encoding="utf-8")
        structure.write_text(STRUCTURE, encoding="utf-8")
        site.run("gitlab", "connect", EXAMPLES, "--organization", "uni", *PIPELINE)
        site.run("gitlab", "create-course", deployment, "--structure", structure, *PIPELINE)
        site.live.start("worker")
        yield site
