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
_PIPE_BYTES = 4096  # an empty pipe takes so much at once: PIPE_BUF of pipe(7)


class Process:
    """A started git with its three streams; it leads a process group and may not write files beyond a limit.

    Args:
        argv: program and arguments.
        directory: working directory.
        descriptors: files that it inherits.
        file_bytes: limit of a file that it, or a process it starts, writes.

    Attributes:
        expired: whether it was killed because its time was over.
        answered: whether the last question was answered whole; see `ask`.

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
        self._message = bytearray()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self.expired = False
        self.answered = True
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
        alarm = threading.Timer(seconds, self._expire)
        writer = threading.Thread(target=self._write, args=(feed,), daemon=True)
        for thread in (alarm, writer, self._listener):
            thread.start()
        try:
            output = read(cast("BinaryIO", self._process.stdout))
            code = self._process.wait()
        finally:
            alarm.cancel()
            if self._process.poll() is None:
                self._signal()
            self._listener.join(_LINGER_SECONDS)
            if self._listener.is_alive():  # a hook of the target left a process behind that holds our pipe
                self._signal()
                self._listener.join(_LINGER_SECONDS)
            writer.join(_LINGER_SECONDS)
        return output, code, bytes(self._message)

    def ask(self, question: bytes, read: Callable[[BinaryIO], Output], seconds: float) -> Output:
        """Write to a process that goes on, and read its answer.

        Args:
            question: ends with what makes the process answer.
            read: takes exactly the answer from standard output. When it raises, what is left of the answer stands
                before the next one, so that nothing more can be asked: `answered` is False then.
            seconds: time until the process is killed with its whole group.

        Raises:
            EOFError: by `read`, when the process ended before it had answered.
        """
        if not self._listener.ident:
            self._listener.start()
        self.answered = False
        alarm = threading.Timer(seconds, self._expire)
        writer = threading.Thread(target=self._send, args=(question,), daemon=True)
        alarm.start()
        try:
            if len(question) <= _PIPE_BYTES:
                self._send(question)
            else:
                writer.start()
            output = read(cast("BinaryIO", self._process.stdout))
        finally:
            alarm.cancel()
        if writer.ident:
            writer.join()
        self.answered = True
        return output

    def last_words(self) -> str:
        """What a process that ended by itself said on standard error."""
        self._listener.join(_LINGER_SECONDS)
        return bytes(self._message).decode("utf-8", "replace")

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

    def _send(self, question: bytes) -> None:
        stream = cast("BinaryIO", self._process.stdin)
        with suppress(OSError):  # git has ended: who reads the answer finds out
            stream.write(question)
            stream.flush()

    def _listen(self) -> None:
        stream = cast("BinaryIO", self._process.stderr)
        with suppress(ValueError):  # closed by `kill`
            while chunk := stream.read1(8192):  # type: ignore[attr-defined] # a BufferedReader
                self._message += chunk[: max(0, _MESSAGE_BYTES - len(self._message))]
