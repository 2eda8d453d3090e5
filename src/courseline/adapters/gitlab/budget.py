"""How many requests a minute a GitLab is asked; all threads of a process share one budget."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from courseline.errors import NeighbourFailed

LONGEST_WAIT = 90.0
"""Seconds that a request waits for its turn; what would wait longer is better postponed as a whole."""
_MINUTE = 60.0


class Budget:
    """A token bucket: `per_minute` requests may go at once, after that as many as a minute brings.

    Args:
        per_minute: requests.
        longest_wait: see `LONGEST_WAIT`.
        now: seconds of a clock that never goes back.
        sleep: waits so many seconds.
    """

    def __init__(
        self,
        per_minute: int,
        *,
        longest_wait: float = LONGEST_WAIT,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._size = float(per_minute)
        self._longest_wait = longest_wait
        self._now, self._sleep = now, sleep
        self._lock = threading.Lock()
        self._left, self._counted_at = self._size, now()

    def take(self, asked: str) -> None:
        """Take one request out, after a wait when none is left.

        Args:
            asked: what it is for, for the message.

        Raises:
            NeighbourFailed: its turn would come too late; nothing was taken.
        """
        with self._lock:
            now = self._now()
            grown = self._left + (now - self._counted_at) * self._size / _MINUTE
            self._left, self._counted_at = min(self._size, grown), now
            wait = max(0.0, (1.0 - self._left) * _MINUTE / self._size)
            if wait > self._longest_wait:
                raise NeighbourFailed(
                    f"{asked}: the {self._size:.0f} requests a minute that COURSELINE_API_BUDGET allows are spent for the next"
                    f" {wait:.0f} seconds, so it is postponed. A higher number lets more go, where that GitLab's own limits admit it."
                )
            # Below zero: whoever comes next waits behind this one.
            self._left -= 1.0
        if wait:
            self._sleep(wait)
