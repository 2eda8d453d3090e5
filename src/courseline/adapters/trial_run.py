"""Runs an example's own tests on this machine, in a directory that is gone afterwards. Never on the server."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from courseline.domain.library.trial import TrialRun

_SHOWN = 8_000  # bytes of output kept
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")
_NO_SUCH_PROGRAM, _NOT_EXECUTABLE = 127, 126
_EXECUTABLE, _PLAIN = 0o755, 0o644


def run_trial(files: Mapping[str, tuple[bytes, bool]], command: Sequence[str], seconds: float) -> TrialRun:
    """Run `command` in a new directory with `files`, and end whatever it leaves running.

    The command gets none of this process's settings and secrets, and no input. It is the author's own code all the same:
    where it runs, it may do what the user may do who runs it.

    Args:
        files: bytes, and whether executable, by path.
        command: program and arguments; no shell reads them.
        seconds: after which it is stopped.
    """
    with tempfile.TemporaryDirectory(prefix="courseline-trial-", ignore_cleanup_errors=True) as home:
        root = Path(home) / "example"
        for path, (data, executable) in files.items():
            place = root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
            place.chmod(_EXECUTABLE if executable else _PLAIN)
        root.mkdir(exist_ok=True)
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        environment |= {"HOME": home, "PYTHONDONTWRITEBYTECODE": "1"}
        with tempfile.TemporaryFile() as output:
            exit_code = _run(command, root, environment, output.fileno(), seconds)
            return TrialRun(exit_code, seconds, _end_of(output.fileno()))


def _run(
    command: Sequence[str], root: Path, environment: Mapping[str, str], output: int, seconds: float
) -> int | None:
    try:
        process = subprocess.Popen(
            command,
            cwd=root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # so that what it starts can be ended with it
        )
    except FileNotFoundError:
        return _NO_SUCH_PROGRAM
    except OSError:
        return _NOT_EXECUTABLE
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _end_of(output: int) -> str:
    size = os.lseek(output, 0, os.SEEK_END)
    return os.pread(output, _SHOWN, max(0, size - _SHOWN)).decode("utf-8", "replace")
