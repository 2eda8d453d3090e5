"""A process is fed, heard on both its streams, and ended in time, whatever it does with them."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import BinaryIO

import pytest
from tests.builders.waiting import PATIENCE, is_running, until

from courseline.adapters.git import process as process_module
from courseline.adapters.git.process import Process
from courseline.errors import NeighbourFailed

LONG = f"sleep {2 * PATIENCE:.0f}"


def started(script: str, directory: Path, **environment: str) -> Process:
    path = {"PATH": "/usr/bin:/bin"}
    return Process(["/bin/sh", "-c", script], directory, path | environment, (), 10**9)


def finished(
    script: str, directory: Path, *feed: bytes, seconds: float = PATIENCE, **environment: str
) -> tuple[bytes, int, bytes]:
    running = started(script, directory, **environment)
    try:
        return running.finish(lambda stream: stream.read(), feed, seconds)
    finally:
        running.kill()


def test_it_sees_the_environment_that_is_given_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_INDEX_FILE", "theirs")
    output, code, message = finished("exec env", tmp_path, GIVEN="one")
    assert (code, message) == (0, b"")
    kept = {
        line
        for line in output.decode().splitlines()
        if not line.startswith(("PWD=", "_=", "OLDPWD=", "SHLVL="))
    }
    assert kept == {"GIVEN=one", "PATH=/usr/bin:/bin"}


def test_both_streams_may_hold_more_than_a_pipe_and_the_message_ends_after_64_kib(tmp_path: Path) -> None:
    script = "head -c 1000000 /dev/zero | tr '\\0' e >&2; head -c 1000000 /dev/zero | tr '\\0' o; exit 3"
    output, code, message = finished(script, tmp_path)
    assert (output, code, message) == (b"o" * 1000000, 3, b"e" * 64 * 1024)


@pytest.mark.parametrize("chunks", [(), (b"one ", b"two"), (b"x" * 100, b"y" * 10**6), (b"z" * 65536,)])
def test_all_that_is_fed_comes_back(tmp_path: Path, chunks: tuple[bytes, ...]) -> None:
    assert finished("exec cat", tmp_path, *chunks) == (b"".join(chunks), 0, b"")


def test_what_is_not_read_is_no_error(tmp_path: Path) -> None:
    assert finished("exit 4", tmp_path, b"x" * 10**6) == (b"", 4, b"")
    assert finished("exit 4", tmp_path, b"x") == (b"", 4, b"")


@pytest.mark.parametrize("script", [LONG, f"exec >&- 2>&-; {LONG}", f"setsid {LONG} & {LONG}"])
def test_it_ends_in_time_whatever_it_does_with_its_streams(tmp_path: Path, script: str) -> None:
    running = started(script, tmp_path)
    _, code, _ = running.finish(lambda stream: stream.read(), (), 0.2)
    assert running.expired
    assert code == -signal.SIGKILL
    running.kill()


def test_who_holds_its_pipe_when_it_has_ended_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process_module, "_LINGER_SECONDS", 0.1)
    output, code, message = finished(f"echo said >&2; {LONG} >&- & echo $!", tmp_path)
    assert (code, message) == (0, b"said\n")
    until(lambda: not is_running(output.decode().strip()), "the process that stayed has ended")


def test_what_the_reader_raises_ends_it(tmp_path: Path) -> None:
    def refuse(stream: BinaryIO) -> bytes:
        raise ValueError(stream.readline().decode().strip())

    running = started(f"echo $$; {LONG}", tmp_path)
    with pytest.raises(ValueError, match=r"[0-9]") as caught:
        running.finish(refuse, (), PATIENCE)
    running.kill()
    assert not is_running(str(caught.value))


def test_questions_are_answered_one_after_the_other_however_long(tmp_path: Path) -> None:
    running = started("exec cat", tmp_path)
    for question in (b"short\n", b"l" * 10**6 + b"\n", b"again\n"):
        assert running.ask(question, lambda stream: stream.readline(), PATIENCE) == question
        assert running.answered
    running.kill()


def test_a_directory_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NeighbourFailed, match=f"Starting /bin/sh in {tmp_path}/none: No such file"):
        started("true", tmp_path / "none")
