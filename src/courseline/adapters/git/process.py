"""A running git process: fed, read, timed and, when need be, killed with all that it started.

Who reads its output also takes in what it says on standard error and looks at the time: a thread for each of these
would have to be begun, and would have to wait for its turn, with every git.
"""

from __future__ import annotations

import os
import resource
import signal
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path
from subprocess import PIPE
from time import monotonic
from typing import BinaryIO, TypeVar, cast

from courseline.adapters.git.pipes import Pipes, room_in
from courseline.errors import NeighbourFailed

Output = TypeVar("Output")

_LINGER_SECONDS = 2.0


class Process:
    """A started git with its three streams; it leads a process group and may not write files beyond a limit.

    Args:
        argv: program and arguments.
        directory: working directory.
        environment: everything it sees of an environment.
        descriptors: files that it inherits.
        file_bytes: limit of a file that it, or a process it starts, writes.

    Attributes:
        expired: whether it was killed because its time was over.
        answered: whether the last question was answered whole; see `ask`.

    Raises:
        NeighbourFailed: it cannot be started.
    """

    def __init__(
        self,
        argv: Sequence[str],
        directory: Path,
        environment: Mapping[str, str],
        descriptors: tuple[int, ...],
        file_bytes: int,
    ) -> None:
        try:
            from git.cmd import Git, safer_popen  # noqa: PLC0415 - 150 ms that most commands of ours do not need
        except ImportError as problem:
            msg = f"Loading GitPython: {problem}. Install git and put it on PATH."
            raise NeighbourFailed(msg) from problem
        try:
            # `Git.execute` would add our own environment to the one that is given.
            self._process = safer_popen(
                argv,
                cwd=directory,
                env=environment,
                stdin=PIPE,
                stdout=PIPE,
                stderr=PIPE,
                start_new_session=True,
                pass_fds=descriptors,
            )
        except OSError as problem:
            msg = f"Starting {argv[0]} in {directory}: {problem.strerror}. Try again."
            raise NeighbourFailed(msg) from problem
        self._owner = Git.AutoInterrupt(self._process, argv)
        self._pipes = Pipes(self._process.stdout, self._process.stderr, self._expire)
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
        self._pipes.deadline = monotonic() + seconds
        writer = self._fed(feed)
        try:
            output = read(cast("BinaryIO", self._pipes.output))
            code = self._ended()
        finally:
            if self._process.poll() is None:
                self._signal()
            if not self._pipes.listen(
                _LINGER_SECONDS
            ):  # a hook of the target left a process that holds our pipe
                self._signal()
                self._pipes.listen(_LINGER_SECONDS)
            if writer is not None:
                writer.join(_LINGER_SECONDS)
        return output, code, bytes(self._pipes.message)

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
        self.answered = False
        self._pipes.deadline = monotonic() + seconds
        writer = None
        if len(question) <= room_in(self._process.stdin):
            self._send(question)
        else:
            writer = threading.Thread(target=self._send, args=(question,), daemon=True)
            writer.start()
        output = read(cast("BinaryIO", self._pipes.output))
        if writer is not None:
            writer.join()
        self.answered = True
        return output

    def last_words(self) -> str:
        """What a process that ended by itself said on standard error."""
        self._pipes.listen(_LINGER_SECONDS)
        return bytes(self._pipes.message).decode("utf-8", "replace")

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

    def _ended(self) -> int:
        """The exit code of a process that has closed its output: nearly always it has ended with that."""
        if self._process.poll() is None:
            alarm = threading.Timer(max(0.0, self._pipes.deadline - monotonic()), self._expire)
            alarm.start()
            self._process.wait()
            alarm.cancel()
        return self._process.wait()

    def _fed(self, feed: Iterable[bytes]) -> threading.Thread | None:
        """Write all of it and close; what the pipe may not hold is written by a thread."""
        room = room_in(self._process.stdin)
        chunks = iter(feed)
        first: list[bytes] = []
        for chunk in chunks:
            first.append(chunk)
            room -= len(chunk)
            if room < 0:
                writer = threading.Thread(target=self._write, args=(chain(first, chunks),), daemon=True)
                writer.start()
                return writer
        self._write(first)
        return None

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
