"""Running an example's own tests."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from tests.builders.waiting import until

from courseline.adapters.trial_run import run_trial

PYTHON = ("python3", "-c")


def run(code: str, *, seconds: float = 60, **files: str) -> tuple[int | None, str]:
    done = run_trial({name: (text.encode(), False) for name, text in files.items()}, (*PYTHON, code), seconds)
    return done.exit_code, done.output


def test_the_command_finds_the_files_where_they_belong() -> None:
    files = {"data/a.txt": (b"one", False), "run.sh": (b"#!/bin/sh\ncat data/a.txt\n", True)}
    done = run_trial(files, ("./run.sh",), 60)
    assert (done.exit_code, done.output) == (0, "one")


@pytest.mark.parametrize("exit_code", [0, 1, 5])
def test_the_exit_code_is_the_commands_own(exit_code: int) -> None:
    assert run(f"raise SystemExit({exit_code})")[0] == exit_code


def test_a_signal_is_told_as_one() -> None:
    assert run("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")[0] == -signal.SIGSEGV


def test_a_program_that_is_not_there_and_a_file_that_is_no_program() -> None:
    assert run_trial({}, ("no-such-program",), 60).exit_code == 127
    assert run_trial({"notes": (b"text", False)}, ("./notes",), 60).exit_code == 126


def test_what_runs_too_long_is_stopped_with_all_that_it_started(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, time, pathlib\n"
        "child = subprocess.Popen(['sleep', '3600'])\n"
        f"pathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(child.pid))\n"
        "print('begun', flush=True)\n"
        "time.sleep(600)\n"
    )
    seconds, output = 1.0, ""
    while not output:  # on a slow machine it may not have begun by then
        exit_code, output = run(code, seconds=seconds)
        assert exit_code is None
        seconds *= 2
    assert output == "begun\n"
    assert_gone(int((tmp_path / "pid").read_text()))


def test_what_it_leaves_running_is_ended(tmp_path: Path) -> None:
    code = (
        "import subprocess, pathlib\n"
        "child = subprocess.Popen(['sleep', '3600'])\n"
        f"pathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(child.pid))\n"
    )
    assert run(code)[0] == 0
    assert_gone(int((tmp_path / "pid").read_text()))


def test_it_gets_no_setting_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSELINE_DATABASE_URL", "postgresql://ada:sesame@host/db")
    monkeypatch.setenv("CI_JOB_TOKEN", "sesame")
    _, output = run("import os; print(sorted(os.environ.items()))")
    assert "sesame" not in output


def test_it_reads_nothing_from_us_and_its_directory_is_gone_afterwards() -> None:
    _, output = run("import os, sys; print(repr(sys.stdin.read()), os.getcwd())")
    nothing, directory = output.split()
    assert (nothing, Path(directory).exists()) == ("''", False)


def test_only_the_end_of_much_output_is_kept() -> None:
    _, output = run("print('x' * 1_000_000); print('the end')")
    assert len(output) <= 8_000
    assert output.endswith("the end\n")


def assert_gone(pid: int) -> None:
    """Killed, and reaped by whoever adopts orphans, which may take a moment."""

    def has_gone() -> bool:
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
        except (ProcessLookupError, FileNotFoundError):
            return True

    until(has_gone, f"process {pid} has gone")
