"""The job commands as pipelines start them; every JSON they print is held against its schema."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

ROOT = Path(__file__).parent.parent.parent
SCRIPTS = {
    "courseline-sync": "sync_examples.py",
    "courseline-plan": "plan_assignments.py",
    "courseline-deploy": "deploy_examples.py",
    "courseline-student-template": "generate_student_template.py",
}
UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
SECONDS = 900  # only what has hung takes so long


def job_environment(
    directory: Path, database_url: str, settings: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Variables of a job whose store and home lie in `directory`; `settings` come on top."""
    return {
        "COURSELINE_HOME": str(directory / "home"),
        "COURSELINE_DATABASE_URL": database_url,
        "COURSELINE_OBJECT_STORE": (directory / "objects").as_uri(),
        "COURSELINE_GIT_PROTOCOLS": "https,http,file",
        **(settings or {}),
    }


def run_job(name: str, args: Sequence[str], env: Mapping[str, str]) -> tuple[int, dict[str, Any], str]:
    """Run a job command with `--json`.

    Args:
        name: as installed, `courseline-sync`.
        args: without `--json`.
        env: settings; nothing of this process's own environment reaches the command.

    Returns:
        exit code, the one object of standard output, standard error.
    """
    code, stdout, stderr = _run(name, [*args, "--json"], env)
    output = json.loads(stdout)  # exactly one object: anything before or after it is an error
    problems = [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message}"
        for error in schema(name).iter_errors(output)
    ]
    assert problems == [], json.dumps(output, indent=2)
    assert output["exit"] == code
    assert "Traceback" not in stdout + stderr, stderr
    return code, output, stderr


def run_text(name: str, args: Sequence[str], env: Mapping[str, str]) -> tuple[int, str, str]:
    """The same for a person: exit code, standard output, standard error; never a stack trace or bare UUID."""
    code, stdout, stderr = _run(name, args, env)
    assert "Traceback" not in stdout + stderr, stderr
    assert UUID.findall(stdout + stderr) == []
    return code, stdout, stderr


@cache
def schema(name: str) -> jsonschema.Draft202012Validator:
    """Validator of a command's output."""
    file = f"{name.removeprefix('courseline-')}.output.schema.json"
    rules = json.loads((ROOT / "src" / "courseline" / "schemas" / file).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(rules)
    return jsonschema.Draft202012Validator(rules)


def _run(name: str, args: Sequence[str], env: Mapping[str, str]) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / SCRIPTS[name]), *args],
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **env},
        cwd=tempfile.gettempdir(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode(errors="replace")
