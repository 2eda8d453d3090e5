"""`make demo` plays to its end, leaves nothing, and does not go on when something it says is false."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.builders.waiting import until

ROOT = Path(__file__).parents[2]
# What is set around it must not matter: the demo writes to its own directory only.
FOREIGN = {
    "COURSELINE_HOME": "/nowhere",
    "COURSELINE_DATABASE_URL": "postgresql://nobody@localhost:1/none",
    "CI_COMMIT_TAG": "v9.9",
    "GIT_DIR": "/nowhere",
}


@contextmanager
def playing(directory: Path, root: Path = ROOT) -> Iterator[subprocess.Popen[str]]:
    """The demo of a checkout, whose temporary files lie in a directory; it has ended afterwards."""
    directory.mkdir(exist_ok=True)
    with subprocess.Popen(
        [sys.executable, "-m", "demo.run"],
        cwd=root,
        env={**os.environ, **FOREIGN, "TMPDIR": str(directory), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def play(directory: Path, root: Path = ROOT) -> subprocess.CompletedProcess[str]:
    with playing(directory, root) as process:
        said, complained = process.communicate()
    return subprocess.CompletedProcess(process.args, process.returncode, said, complained)


def left_over(directory: Path) -> list[str]:
    """Files of the demo, and processes that have its directory on their command line or in their environment."""
    mine = str(directory).encode()
    found = [str(path) for path in directory.iterdir()]
    for process in Path("/proc").glob("[0-9]*"):
        try:
            facts = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:  # it has just ended, or is not ours
            continue
        if mine in facts and process.name != str(os.getpid()):
            found.append(f"process {process.name}: {facts[:200]!r}")
    return found


def results(run: subprocess.CompletedProcess[str]) -> list[tuple[str, str]]:
    """Title and result of each step."""
    return re.findall(r"^ ?\d+  (.+?) \.+ (.+?) +[0-9.]+ s$", run.stdout, re.MULTILINE)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def run(place: Path) -> subprocess.CompletedProcess[str]:
    return play(place)


def test_every_step_goes_as_told(run: subprocess.CompletedProcess[str]) -> None:
    assert (run.returncode, run.stderr) == (0, ""), run.stdout
    assert [result for _, result in results(run)] == [
        "receiver and worker run",
        "GitLab's test event arrived",
        "2 groups, 2 projects",
        "3 published",
        "nothing happens twice",
        "3 additions, nothing done",
        "3 places, 1 commit",
        "24 files, 7 kept back",
        "1 published, 2 labelled",
        "1 update, 1 move, 1 commit",
        "1 published, 1 refused",
        "1 conflict, edit kept",
        "3 commits, none rewritten",
        "1 error, on its file",
        "stopped, nothing pushed",
        "9 entries hold",
        "3 deployed, 1 update waits",
    ]
    assert "| - **add** `week1.hello_world`: `examples:hello-world` `v1.0`" in run.stdout
    assert "week2/functions/hints.py: The file is the solution functions.py" in run.stdout
    assert "All 17 steps went as told" in run.stdout


def test_the_story_is_plain_text_of_a_terminal_s_width(run: subprocess.CompletedProcess[str]) -> None:
    told = run.stdout.partition("All 17 steps")[0].splitlines()
    assert "\033" not in run.stdout
    assert len(told) < 75
    assert max(map(len, told)) <= 80


def test_nothing_is_left_of_it(run: subprocess.CompletedProcess[str], place: Path) -> None:
    assert "Nothing is left of it" in run.stdout
    assert left_over(place) == []


def test_a_claim_that_is_false_ends_the_demo_and_says_what_differs(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "demo", tmp_path / "checkout" / "demo")
    meta = tmp_path / "checkout" / "demo" / "examples" / "hello-world" / "meta.yaml"
    meta.write_text(meta.read_text().replace("- data/greetings.csv", "- data/lost.csv"))
    run = play(tmp_path / "scratch", tmp_path / "checkout")
    assert run.returncode == 1
    assert (len(results(run)), results(run)[-1]) == (4, ("Push the tag v1.0", "not as it should be"))
    assert "looked at  " in run.stdout
    assert "expected   " in run.stdout
    assert "data/lost.csv" in run.stdout
    assert "The demo ends here" in run.stdout
    assert "Traceback" not in run.stdout + run.stderr
    assert left_over(tmp_path / "scratch") == []


def test_who_interrupts_it_finds_nothing_left(tmp_path: Path) -> None:
    with playing(tmp_path / "scratch") as process:
        assert process.stdout is not None
        until(
            lambda: "connect them" in process.stdout.readline(),
            "receiver and worker run, a project is connected",
        )
        process.send_signal(signal.SIGINT)
        said, complained = process.communicate()
    assert (process.returncode, complained) == (130, "")
    assert "Interrupted" in said
    assert left_over(tmp_path / "scratch") == []
