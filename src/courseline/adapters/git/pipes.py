"""The two streams on which a process speaks, read together by whoever reads the first, until a moment in time."""

from __future__ import annotations

import io
import os
import select
from collections.abc import Callable
from fcntl import F_GETPIPE_SZ, fcntl
from math import inf
from time import monotonic
from typing import IO

_MESSAGE_BYTES = 64 * 1024
_BUFFER_BYTES = 64 * 1024


def room_in(pipe: IO[bytes] | None) -> int:
    """Bytes that an empty pipe takes without making its writer wait."""
    return 0 if pipe is None else fcntl(pipe, F_GETPIPE_SZ)


class Pipes:
    """Standard output as a stream; while it is read, standard error is taken in, so that it never fills up.

    Args:
        output: standard output.
        error: standard error.
        expire: called once, when there is still no end at the deadline; the stream ends then.

    Attributes:
        output: the stream.
        message: the first 64 KiB of standard error.
        deadline: on the monotonic clock.
    """

    def __init__(self, output: IO[bytes] | None, error: IO[bytes] | None, expire: Callable[[], None]) -> None:
        if output is None or error is None:
            raise ValueError("no pipes")  # never: they are asked for
        self.message = bytearray()
        self.deadline = inf
        self.output = io.BufferedReader(_Output(self, output.fileno()), _BUFFER_BYTES)
        self._error = error.fileno()
        self._expire = expire
        self._is_open = True  # standard error
        self._expired = False

    def listen(self, seconds: float) -> bool:
        """Take in standard error until its end, which is the answer, or for so long."""
        until = monotonic() + seconds
        poll = select.poll()
        poll.register(self._error, select.POLLIN)
        while self._is_open and poll.poll(max(0.0, until - monotonic()) * 1000):
            self._take()
        return not self._is_open

    def wait(self, output: int) -> bool:
        """Take in standard error until there is something on standard output; False when there will be nothing."""
        poll = select.poll()
        poll.register(output, select.POLLIN)
        if self._is_open:
            poll.register(self._error, select.POLLIN)
        while not self._expired:
            left = self.deadline - monotonic()
            ready = poll.poll(None if left == inf else max(0.0, left) * 1000)
            if not ready or left <= 0:
                self._expired = True
                self._expire()
                break
            speaks = [descriptor for descriptor, _ in ready]
            if self._error in speaks:
                self._take()
                if not self._is_open:
                    poll.unregister(self._error)
            if output in speaks:
                return True
        return False

    def _take(self) -> None:
        chunk = os.read(self._error, 8192)
        self.message += chunk[: max(0, _MESSAGE_BYTES - len(self.message))]
        self._is_open = bool(chunk)


class _Output(io.RawIOBase):
    def __init__(self, pipes: Pipes, descriptor: int) -> None:
        self._pipes = pipes
        self._descriptor = descriptor

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override] # of the two that there are
        return os.readv(self._descriptor, [buffer]) if self._pipes.wait(self._descriptor) else 0
