from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.builders.waiting import PATIENCE, is_running, until

from courseline.adapters.git import GitAdapter
from courseline.adapters.git.askpass import write_script
from courseline.adapters.git.command import Command, find_git
from courseline.errors import NeighbourFailed

# Opens a workspace, says so, and never ends.
SLEEPER = """
import sys
from pathlib import Path
from courseline.adapters.git import GitAdapter
with GitAdapter(["file"], "C <c@example.org>", Path(sys.argv[1])).workspace():
    print("open", flush=True)
    sys.stdin.read()
"""


def entries(root: Path) -> list[str]:
    return sorted(path.name for path in root.iterdir())


def test_a_workspace_is_gone_when_its_context_ends(adapter: GitAdapter, temp_root: Path) -> None:
    with adapter.workspace():
        (name,) = entries(temp_root)
        assert name.startswith(f"courseline-git-{os.getpid()}-")
    assert entries(temp_root) == []


def test_what_a_killed_run_left_is_swept_by_the_next(
    adapter: GitAdapter, temp_root: Path, tmp_path: Path
) -> None:
    argv = [sys.executable, "-c", SLEEPER, str(temp_root)]
    with subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        (left,) = entries(temp_root)
        with adapter.workspace():
            assert left in entries(temp_root), "a living owner's workspace must stay"
        process.kill()
    assert entries(temp_root) == [left]
    with adapter.workspace():
        assert left not in entries(temp_root)
    assert entries(temp_root) == []


def test_directories_of_others_are_left_alone(adapter: GitAdapter, temp_root: Path) -> None:
    (temp_root / "courseline-database").mkdir(parents=True)
    (temp_root / "courseline-git-notes").write_text("")
    with adapter.workspace():
        pass
    assert entries(temp_root) == ["courseline-database", "courseline-git-notes"]


def test_a_command_that_takes_too_long_is_killed_with_all_it_started(tmp_path: Path, temp_root: Path) -> None:
    git = find_git("/usr/bin:/bin")
    write_script(tmp_path / "askpass")
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "MARK": str(tmp_path)}
    command = Command(git, tmp_path, environment, tmp_path / "askpass", 10**6)
    child = tmp_path / "child"
    alias = f"alias.wait=!sleep {2 * PATIENCE:.0f} & echo $! > $MARK/made; mv $MARK/made $MARK/child; wait"
    seconds = 0.5
    while not child.exists():  # on a slow machine git may not come to it in half a second
        with pytest.raises(NeighbourFailed, match=f"git wait had not finished after {seconds:g} seconds"):
            command.run(["-c", alias, "wait"], seconds=seconds)
        seconds *= 2
    pid = child.read_text().strip()
    until(lambda: not is_running(pid), "the child of git has ended")
