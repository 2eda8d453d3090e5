"""Help comes at once: nothing that talks to the outside is loaded for it."""

from __future__ import annotations

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
ASK = f"""
import runpy, sys
path, sys.argv = sys.argv[1], ["name", *sys.argv[2:]]
try:
    runpy.run_module(path, run_name="__main__") if not path.endswith(".py") else runpy.run_path(path, run_name="__main__")
except SystemExit as end:
    assert not end.code, end.code
print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)
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
    ],
)
def test_help_of_a_command_loads_nothing_heavy(words: list[str]):
    assert loaded("courseline.cli.main", *words, "--help") == "[]"
