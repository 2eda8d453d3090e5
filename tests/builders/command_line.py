"""`courseline` as a person starts it, and directories with examples to start it on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

META = """\
identifier: {name}
title: {title}
properties:
  studentSubmissionFiles: [main.py]
  additionalFiles: [data/words.txt]
  testFiles: [tests/test_main.py]
  studentTemplates: [studentTemplates/main.py]
"""


def example(name: str = "hello", title: str = "Hello") -> dict[str, str]:
    """Files of a sound example, by path inside it."""
    return {
        "meta.yaml": META.format(name=name, title=title),
        "README.md": f"# {title}\n",
        "main.py": "def answer():\n    return sum(range(10)) - 3  # what students are to find\n",
        "studentTemplates/main.py": "def answer():\n    ...\n",
        "tests/test_main.py": "from main import answer\n\n\ndef test_answer():\n    assert answer() == 42\n",
        "data/words.txt": "one two three four five six seven eight\n",
    }


def write(directory: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files below `directory`; answers it."""
    for path, content in files.items():
        place = directory / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)
    return directory


def courseline(
    *arguments: str | Path, cwd: Path | None = None, settings: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command; of this process's environment it gets no setting."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COURSELINE_", "CI_"))}
    return subprocess.run(
        [sys.executable, "-c", "from courseline.cli.main import main; main()", *map(str, arguments)],
        cwd=cwd,
        env={**kept, **(settings or {})},
        capture_output=True,
        text=True,
        check=False,
    )


def answer(
    *arguments: str | Path, cwd: Path | None = None, settings: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Run it with `--json`: the one object on standard output."""
    done = courseline(*arguments, "--json", cwd=cwd, settings=settings)
    assert done.stderr == ""
    document: dict[str, Any] = json.loads(done.stdout)
    assert document["exit"] == done.returncode
    assert document["schema"] == 1
    return document
