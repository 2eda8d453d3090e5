"""A GitLab with projects, a receiver and a maintainer who connects the two."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gitlab.v4.objects import Project as RemoteProject
from tests.builders.gitlab_found import SIGNING
from tests.builders.http_receiver import http_receiver
from tests.builders.outputs import job_environment
from tests.gitlab_double.people import Level
from tests.gitlab_double.server import GitLabDouble

from courseline.domain.connect.ci_include import parse_templates
from courseline.settings import read_settings
from courseline.usecases.connect.apply_connection import Connected, apply_connection
from courseline.usecases.connect.connection import Connect, Connection, Surroundings
from courseline.usecases.connect.draft_connection import draft_connection
from courseline.usecases.react.rows import Delivery
from courseline.wiring import Wiring

TOKEN = "token-of-the-receiver"
META = "identifier: hello\ntitle: Hello\nproperties:\n  studentSubmissionFiles: [main.py]\n"
EXAMPLES = {"hello/meta.yaml": META, "hello/README.md": "# Hello\n", "hello/main.py": "x = 1\n"}
THEIRS = "# our pipeline\ntest:\n  script:\n    - make   # all\n"
COURSE = {"course-structure.yaml": "structure: []\n"}


@dataclass
class Site:
    """All of it.

    Attributes:
        double: the GitLab, of a version that signs.
        directory: of this courseline.
        database_url: of its database.
        receiver: address of the running receiver.
        secrets: COURSELINE_WEBHOOK_SECRETS.
        token: of the maintainer; of the group `uni` she is owner.
    """

    double: GitLabDouble
    directory: Path
    database_url: str
    receiver: str = ""
    secrets: str = f"{SIGNING},{TOKEN}"
    token: str = ""
    wired: list[Wiring] = field(default_factory=list)

    @property
    def settings(self) -> dict[str, str]:
        """Variables as a person sets them who connects."""
        return job_environment(
            self.directory,
            self.database_url,
            {
                "COURSELINE_GITLAB_URL": self.double.url,
                "COURSELINE_GITLAB_TOKEN": self.token,
                "COURSELINE_WEBHOOK_SECRETS": self.secrets,
                "COURSELINE_SERVER": self.receiver,
            },
        )

    @property
    def wiring(self) -> Wiring:
        made = Wiring(read_settings(self.settings), "the tests")
        self.wired.append(made)
        return made

    @property
    def around(self) -> Surroundings:
        return self.wiring.surroundings()

    def command(self, reference: str, **options: Any) -> Connect:
        secrets = tuple(self.secrets.split(","))
        return Connect(reference, options.pop("receiver", self.receiver), secrets, **options)

    def draft(self, reference: str, **options: Any) -> Connection:
        return draft_connection(self.command(reference, **options), self.around)

    def connect(self, reference: str, **options: Any) -> tuple[Connection, Connected]:
        around = self.around
        connection = draft_connection(self.command(reference, **options), around)
        return connection, apply_connection(connection, around)

    def remote(self, path: str) -> RemoteProject:
        return self.double.client().projects.get(path)

    def events(self) -> list[Delivery]:
        """Oldest first."""
        with self.around.neighbours.database.transaction() as rows:
            return rows.inbox.latest([], 100)[::-1]

    def becomes(self, level: Level, group: str = "uni") -> None:
        """She who connects gets another level in the group."""
        found = self.double.forge.find_group(group)
        user = next(one for one in self.double.forge.users if one.username == "ada")
        found.members[user.id] = level


PIPELINE = {"templates": parse_templates("tools/courseline@v1.0.0"), "inputs": (("image", "i:1"),)}
"""Options that have the templates included."""


@contextmanager
def connecting_site(double: GitLabDouble, directory: Path, database_url: str) -> Iterator[Site]:
    """The receiver runs; there are `uni/examples` (two releases), `uni/x/py-assignments` and others that are not ours."""
    double.forge.version = "19.1.0"
    ada = double.forge.user("ada")
    double.forge.group("uni", {ada: Level.OWNER})
    site = Site(double, directory, database_url, token=double.forge.token(ada).value)
    examples = double.forge.project("uni/examples", {**EXAMPLES, ".gitlab-ci.yml": THEIRS})
    for tag in ("v1.0", "v1.1", "v1.2", "notes"):
        site.remote(examples.full_path).tags.create({"tag_name": tag, "ref": "main"})
    double.forge.project("uni/x/py-assignments", COURSE)
    double.forge.project("uni/x/py-student-template", EXAMPLES)
    double.forge.project("uni/notes", {"README.md": "# Notes\n"})
    site.receiver = "http://127.0.0.1:9"
    with http_receiver(site.wiring) as url:
        site.receiver = url
        yield site
    for wiring in site.wired:
        wiring.database.close()
