"""`make demo` plays to its end, and does not when something it says is false."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

DEMO = Path(__file__).parents[2] / "demo"
# What is set around it must not matter: the demo writes to its own directory only.
FOREIGN = {
    "COURSELINE_HOME": "/nowhere",
    "COURSELINE_DATABASE_URL": "postgresql://nobody@localhost:1/none",
    "CI_COMMIT_TAG": "v9.9",
    "GIT_DIR": "/nowhere",
}


def play(demo: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(demo / "run.py"), *arguments],
        env={**os.environ, **FOREIGN},
        capture_output=True,
        text=True,
        check=False,
    )


def directory(run: subprocess.CompletedProcess[str]) -> Path:
    return Path(run.stdout.partition("\n")[0].rpartition(" in ")[2])


@pytest.fixture(scope="module")
def run() -> Iterator[subprocess.CompletedProcess[str]]:
    done = play(DEMO)
    yield done
    if "courseline-demo-" in done.stdout:
        shutil.rmtree(directory(done))


def results(run: subprocess.CompletedProcess[str]) -> list[tuple[str, str]]:
    """Title and result of each step."""
    return re.findall(r"^ ?\d+  (.+?) \.+ (.+?) +[0-9.]+ s$", run.stdout, re.MULTILINE)


def test_every_step_goes_as_told(run: subprocess.CompletedProcess[str]) -> None:
    assert (run.returncode, run.stderr) == (0, ""), run.stdout
    assert [result for _, result in results(run)] == [
        "3 examples",
        "3 published",
        "3 unchanged, 0 uploaded",
        "python-101",
        "3 additions, nothing done",
        "3 places, 1 commit",
        "24 files, 7 kept back",
        "1 published, 2 labelled",
        "1 update, 1 commit",
        "moved, no file renamed",
        "1 published, 1 refused",
        "1 conflict, edit kept",
        "1 commit on top",
        "1 edit, kept as it is",
        "stopped, nothing pushed",
        "8 entries hold",
        "3 deployed, 1 update waits",
    ]
    assert "week2/functions/hints.py: The file is the solution functions.py" in run.stdout
    assert "All 17 steps went as told" in run.stdout


def test_the_story_is_plain_text_of_a_terminal_s_width(run: subprocess.CompletedProcess[str]) -> None:
    told = run.stdout.partition("Where to look")[0].splitlines()[1:]
    assert "\033" not in run.stdout
    assert len(told) < 48
    assert max(map(len, told)) <= 80


def test_the_database_is_stopped_and_what_was_made_is_kept(run: subprocess.CompletedProcess[str]) -> None:
    root = directory(run)
    assert (root / "home" / "postgres" / "data" / "PG_VERSION").exists()
    assert not (root / "home" / "postgres" / "data" / "postmaster.pid").exists()
    listing = subprocess.run(
        ["sh", "-c", ". ./environment && git -C python-101-student-template.git ls-tree -r --name-only main"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "week2/functions/functions.py" in listing.stdout
    assert "hints.py" not in listing.stdout


def test_a_claim_that_is_false_ends_the_demo_and_says_what_differs(tmp_path: Path) -> None:
    demo = tmp_path / "demo"
    shutil.copytree(DEMO, demo)
    meta = demo / "examples" / "hello-world" / "meta.yaml"
    meta.write_text(meta.read_text().replace("- data/greetings.csv", "- data/lost.csv"))
    run = play(demo, "--clean")
    assert run.returncode == 1
    assert [result for _, result in results(run)] == ["3 examples", "not as it should be"]
    assert "expected   0" in run.stdout
    assert "found      1, with " in run.stdout
    assert "data/lost.csv" in run.stdout
    assert "The demo ends here" in run.stdout
    assert not directory(run).exists()
