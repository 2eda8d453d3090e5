"""Where a benchmark works: a home with a database of its own, on tmpfs where there is room."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.measure import Run, run
from bench.workloads import DEPLOYMENT, make_repository
from courseline.adapters.embedded_postgres import EmbeddedPostgres

ROOT = Path(__file__).parent.parent
TMPFS = Path("/dev/shm")  # noqa: S108 - a fresh directory is made in it
ROOM = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class Place:
    """Three repositories, a home and its settings.

    Attributes:
        root: directory of all of it.
        settings: environment of a job.
        server: URL below which the repositories are reached; "" when jobs reach them as directories.
    """

    root: Path
    settings: Mapping[str, str]
    server: str = ""

    @property
    def examples(self) -> Path:
        """The example repository."""
        return self.root / "examples.git"

    @property
    def assignments(self) -> Path:
        """The assignments repository."""
        return self.root / "assignments.git"

    @property
    def template(self) -> Path:
        """The template repository."""
        return self.root / "template.git"

    def url(self, repository: Path) -> Path | str:
        """How jobs and git reach a repository of this place."""
        return f"{self.server}/{repository.name}" if self.server else repository

    def job(self, script: str, *arguments: str | Path) -> Run:
        """Run one of `scripts/`."""
        return run([sys.executable, ROOT / "scripts" / script, "--json", *arguments], settings=self.settings)

    def sync(self, tag: str) -> Run:
        """Publish a tag."""
        return self.job("sync_examples.py", "--source", self.examples, "--ref", tag)

    def deploy(self) -> Run:
        """Deploy the course."""
        return self.job("deploy_examples.py", "--assignments", self.url(self.assignments))

    def publish_template(self) -> Run:
        """Publish the student template."""
        return self.job("generate_student_template.py", "--assignments", self.assignments)

    def register(self) -> None:
        """Register the course."""
        file = self.root / "deployment.yaml"
        file.write_text(DEPLOYMENT.format(assignments=self.url(self.assignments), template=self.template))
        self.courseline("course", "apply", file)

    def query(self, statement: str) -> None:
        """Run a statement in the database."""
        url = EmbeddedPostgres(Path(self.settings["COURSELINE_HOME"]), None).url()
        with psycopg.connect(url) as connection:
            connection.execute(statement.encode())

    def courseline(self, *arguments: str | Path) -> Run:
        """Run the command for people."""
        main = "from courseline.cli.main import main; main()"
        return run([sys.executable, "-c", main, *arguments], settings=self.settings)


@contextmanager
def place(more: Mapping[str, str] | None = None, *, in_memory: bool = True) -> Iterator[Place]:
    """A fresh one, its server stopped and all of it gone at the end.

    Args:
        more: environment of a job.
        in_memory: whether it lies in memory when there is room; else where temporary files of this machine lie.
    """
    room = in_memory and TMPFS.is_dir() and shutil.disk_usage(TMPFS).free > ROOM
    root = Path(tempfile.mkdtemp(prefix="courseline-bench-", dir=TMPFS if room else None))
    root.chmod(0o711)  # the embedded server runs as another user when this is root
    made = Place(
        root,
        {
            "COURSELINE_HOME": str(root / "home"),
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "safe.directory",
            "GIT_CONFIG_VALUE_0": "*",
            **(more or {}),
        },
    )
    for repository in (made.examples, made.assignments, made.template):
        make_repository(repository)
    try:
        made.courseline("course", "list")  # makes and starts the database
        yield made
    finally:
        made.courseline("db", "stop")
        shutil.rmtree(root, ignore_errors=True)
