"""A running git process: fed, read, timed and, when need be, killed with all that it started."""

from __future__ import annotations

import os
import resource
import signal
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from subprocess import PIPE
from typing import BinaryIO, TypeVar, cast

from courseline.errors import NeighbourFailed

Output = TypeVar("Output")

_LINGER_SECONDS = 2.0
_MESSAGE_BYTES = 64 * 1024


class Process:
    """A started git with its three streams; it leads a process group and may not write files beyond a limit.

    Args:
        argv: program and arguments.
        directory: working directory.
        descriptors: files that it inherits.
        file_bytes: limit of a file that it, or a process it starts, writes.

    Attributes:
        expired: whether it was killed because its time was over.

    Raises:
        NeighbourFailed: it cannot be started.
    """

    def __init__(
        self, argv: Sequence[str], directory: Path, descriptors: tuple[int, ...], file_bytes: int
    ) -> None:
        try:
            from git.cmd import Git  # noqa: PLC0415 - 150 ms that most commands of ours do not need
        except ImportError as problem:
            msg = f"Loading GitPython: {problem}. Install git and put it on PATH."
            raise NeighbourFailed(msg) from problem
        self._owner = Git(str(directory)).execute(
            argv, istream=PIPE, as_process=True, start_new_session=True, pass_fds=descriptors
        )
        if self._owner.proc is None:
            msg = "Starting git: there is no process. Try again."
            raise NeighbourFailed(msg)
        self._process = self._owner.proc
        self.expired = False
        with suppress(ProcessLookupError):
            resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (file_bytes, file_bytes))

    def finish(
        self, read: Callable[[BinaryIO], Output], feed: Iterable[bytes], seconds: float
    ) -> tuple[Output, int, bytes]:
        """Feed the process, read it and wait for its end.

        Args:
            read: makes something of standard output; what it raises ends the process.
            feed: chunks for standard input.
            seconds: time until it is killed with its whole group.

        Returns:
            What `read` made, the exit code, the first 64 KiB of standard error.
        """
        message = bytearray()
        alarm = threading.Timer(seconds, self._expire)
        writer = threading.Thread(target=self._write, args=(feed,), daemon=True)
        listener = threading.Thread(target=self._listen, args=(message,), daemon=True)
        for thread in (alarm, writer, listener):
            thread.start()
        try:
            output = read(cast("BinaryIO", self._process.stdout))
            code = self._process.wait()
        finally:
            alarm.cancel()
            if self._process.poll() is None:
                self._signal()
            listener.join(_LINGER_SECONDS)
            if listener.is_alive():  # a hook of the target left a process behind that holds our pipe
                self._signal()
                listener.join(_LINGER_SECONDS)
            writer.join(_LINGER_SECONDS)
        return output, code, bytes(message)

    def kill(self) -> None:
        """Nothing of the process remains: neither it nor its streams."""
        if self._process.poll() is None:
            self._signal()
            self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                with suppress(OSError):
                    stream.close()

    def _expire(self) -> None:
        self.expired = True
        self._signal()

    def _signal(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def _write(self, feed: Iterable[bytes]) -> None:
        stream = cast("BinaryIO", self._process.stdin)
        with suppress(OSError):  # git stopped reading; its exit code and message say why
            for chunk in feed:
                stream.write(chunk)
        with suppress(OSError):
            stream.close()

    def _listen(self, message: bytearray) -> None:
        stream = cast("BinaryIO", self._process.stderr)
        while chunk := stream.read1(8192):  # type: ignore[attr-defined] # a BufferedReader
            message += chunk[: max(0, _MESSAGE_BYTES - len(message))]
