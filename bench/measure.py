"""Run a command and say how long it took and how much memory it held; interleave commands that are compared."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ENVIRONMENT = {
    "PATH": os.environ.get("PATH", "/usr/local/bin:/usr/bin:/bin"),
    "LC_ALL": "C.UTF-8",
    "HOME": "/nonexistent",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_AUTHOR_NAME": "Ada Lovelace",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada Lovelace",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
}


@dataclass(frozen=True, slots=True)
class Run:
    """What running something cost.

    Attributes:
        seconds: of the clock on the wall.
        peak: KiB of the largest process among it and those it waited for.
        busy: seconds that processors worked for it and for those it waited for; a database server is not among them.
    """

    seconds: float
    peak: int = 0
    busy: float = 0.0


def run(
    argv: Sequence[str | Path], *, settings: Mapping[str, str] | None = None, cwd: Path | None = None
) -> Run:
    """Run a program to its end, its output thrown away.

    Args:
        argv: program and arguments.
        settings: environment variables to add.
        cwd: working directory.

    Raises:
        SystemExit: it ended with another exit code than 0; what it said is shown.
    """
    with tempfile.TemporaryFile() as said:
        begun = time.perf_counter()
        process = subprocess.Popen(
            [str(part) for part in argv],
            env={**ENVIRONMENT, **(settings or {})},
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            said.seek(0)
            words = said.read().decode(errors="replace")[-2000:]
            sys.exit(f"{' '.join(map(str, argv))} ended with exit code {process.returncode}:\n{words}")
    return Run(seconds, used.ru_maxrss, used.ru_utime + used.ru_stime)


def until_call(argv: Sequence[str | Path], *, settings: Mapping[str, str] | None = None) -> Run:
    """Run a job until it first calls the database, which is a socket that hears the call; then it is stopped."""
    with socket.create_server(("127.0.0.1", 0)) as server, tempfile.TemporaryFile() as said:
        server.settimeout(60)
        url = f"postgresql://nobody@127.0.0.1:{server.getsockname()[1]}/none"
        begun = time.perf_counter()
        process = subprocess.Popen(
            [str(part) for part in argv],
            env={**ENVIRONMENT, **(settings or {}), "COURSELINE_DATABASE_URL": url},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
        try:
            server.accept()[0].close()
            seconds = time.perf_counter() - begun
        finally:
            process.kill()
            _, _, used = os.wait4(process.pid, 0)
            process.returncode = -signal.SIGKILL
    return Run(seconds, used.ru_maxrss)


def timed(work: Callable[[], object]) -> Run:
    """Time a function of this process."""
    begun, before = time.perf_counter(), sum(os.times()[:4])
    work()
    return Run(time.perf_counter() - begun, busy=sum(os.times()[:4]) - before)


def interleaved(rounds: int, *works: Callable[[int], Run]) -> list[Run]:
    """Run each work once a round, in turn, so that all see the same machine.

    Args:
        rounds: how often.
        works: get the number of the round, from 0.

    Returns:
        For each work the medians of its times and its largest peak.
    """
    runs: list[list[Run]] = [[] for _ in works]
    for number in range(rounds):
        for kept, work in zip(runs, works, strict=True):
            with suppress(AttributeError):
                os.sync()  # what an earlier work left to be written is not this one's
            kept.append(work(number))
    return [
        Run(
            median(one.seconds for one in kept),
            max(one.peak for one in kept),
            median(one.busy for one in kept),
        )
        for kept in runs
    ]
