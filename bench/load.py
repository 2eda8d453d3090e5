"""Send prepared HTTP requests over connections that are kept open, and say how long the answers took.

One thread and raw sockets, so that little of the machine goes to the sender; what it used is told with each result.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length:"
_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Answers:
    """What came of a load.

    Attributes:
        seconds: from the first request to the last answer.
        busy: seconds of a processor that sending and reading took.
        statuses: how often each was answered.
        waits: seconds of each answer since its request was due, sorted.
    """

    seconds: float
    busy: float
    statuses: Counter[int]
    waits: list[float]

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.waits) / self.seconds

    def quantile(self, share: float) -> float:
        """The wait that this share of answers did not exceed."""
        return self.waits[min(len(self.waits) - 1, int(len(self.waits) * share))]


@dataclass(slots=True)
class _Line:
    connection: socket.socket
    due: float = 0.0
    read: bytearray = field(default_factory=bytearray)

    def answer(self) -> int | None:
        """Status of the answer when all of it is here."""
        end = self.read.find(_HEAD_END)
        if end < 0:
            return None
        head = bytes(self.read[:end]).lower()
        at = head.index(_LENGTH) + len(_LENGTH)
        length = int(head[at:].split(b"\r\n", 1)[0])
        if len(self.read) < end + len(_HEAD_END) + length:
            return None
        self.read.clear()
        return int(head.split(b" ", 2)[1])


def request(path: str, headers: dict[str, str], body: bytes) -> bytes:
    """A POST as it goes over the wire."""
    lines = [f"POST {path} HTTP/1.1", "Host: receiver", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def send(server: Path, requests: Sequence[bytes], *, connections: int, rate: float | None = None) -> Answers:
    """Send all requests.

    Args:
        server: its Unix socket.
        requests: as they go over the wire.
        connections: how many are open at once; none has more than one request under way.
        rate: requests that fall due each second, whatever the answers do; None sends as fast as they are answered.

    Raises:
        TimeoutError: no answer came for a minute.
        ConnectionError: a connection was closed.
    """
    selector = selectors.DefaultSelector()
    free: deque[_Line] = deque()
    for _ in range(connections):
        made = socket.socket(socket.AF_UNIX)
        made.settimeout(_PATIENCE)
        made.connect(str(server))
        free.append(_Line(made))
        selector.register(made, selectors.EVENT_READ, free[-1])
    statuses: Counter[int] = Counter()
    waits: list[float] = []
    sent, before, begun = 0, time.process_time(), time.perf_counter()
    try:
        while len(waits) < len(requests):
            while free and sent < len(requests):
                now = time.perf_counter()
                due = now if rate is None else begun + sent / rate
                if due > now:
                    break
                free[0].due = due
                free.popleft().connection.sendall(requests[sent])
                sent += 1
            next_is_due = rate is not None and bool(free) and sent < len(requests)
            pause = max(0.0, begun + sent / rate - time.perf_counter()) if rate and next_is_due else _PATIENCE
            for line, status in _answers(selector, pause, required=not next_is_due):
                waits.append(time.perf_counter() - line.due)
                statuses[status] += 1
                free.append(line)
        seconds = time.perf_counter() - begun
    finally:
        for line in free:
            line.connection.close()
        selector.close()
    return Answers(seconds, time.process_time() - before, statuses, sorted(waits))


def _answers(
    selector: selectors.BaseSelector, pause: float, *, required: bool
) -> Iterator[tuple[_Line, int]]:
    ready = selector.select(pause)
    if required and not ready:
        raise TimeoutError("requests have had no answer for a minute")
    for key, _events in ready:
        line: _Line = key.data
        arrived = line.connection.recv(65536)
        if not arrived:
            raise ConnectionError("the server closed a connection")
        line.read += arrived
        status = line.answer()
        if status is not None:
            yield line, status
