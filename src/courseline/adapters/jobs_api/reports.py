"""Reports to the receiver: kept until they have arrived, sent again while it is away, never in the way of the work."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from courseline.adapters.jobs_api.client import FIRST_PAUSE, LONGEST_PAUSE, Client, Unauthorized
from courseline.adapters.jobs_api.order import Order
from courseline.errors import Conflict, CourselineError, NeighbourFailed

BEFORE_A_PUSH = 10.0
"""Seconds that a push waits for its report to arrive; then it goes without: its commit says enough."""
AT_THE_END = 60.0
"""Seconds that an ended job tries to say so; then whoever finds its lease run out records what it did."""
_LOOK_SECONDS = (0.1, 1.0)
FINAL = frozenset({"recorded", "nothing", "refused", "failed"})


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the order stands, as the receiver said last; `state` is "" while it has said nothing."""

    state: str = ""
    message: str = ""


@dataclass
class Reports:
    """Those of one order.

    Attributes:
        client: of the receiver.
        order: the order.
        every: seconds after which a job without news says that it lives.
    """

    client: Client
    order: Order
    every: float
    _waiting: list[dict[str, object]] = field(default_factory=list)
    _seq: int = 0
    _changed: threading.Condition = field(default_factory=threading.Condition, repr=False)
    _lost: CourselineError | None = None
    _ending: bool = False
    _thread: threading.Thread | None = field(default=None, repr=False)

    def start(self) -> None:
        """Begin to send, beside the work."""
        self._thread = threading.Thread(target=self._run, name="reports", daemon=True)
        self._thread.start()

    def add(self, name: str, facts: Mapping[str, str | None] | None = None) -> None:
        """One more report; those of `seen` replace the one that waits."""
        with self._changed:
            self._seq += 1
            self._waiting.append({"seq": self._seq, "name": name, "facts": dict(facts or {})})
            self._changed.notify_all()

    def delivered(self, seconds: float) -> bool:
        """Wait until all have arrived; False when that took too long.

        Raises:
            NeighbourFailed: the work was taken from us; nothing must be pushed any more.
        """
        with self._changed:
            self._changed.wait_for(lambda: not self._waiting or self._lost is not None, seconds)
            if self._lost is not None:
                raise NeighbourFailed(
                    f"{self._lost.message} Nothing was pushed by this job after that.", self._lost.problems
                )
            return not self._waiting

    def stop(self) -> None:
        """Send no more."""
        with self._changed:
            self._ending = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()

    def recorded(self, seconds: float) -> Standing:
        """Wait until the receiver has recorded what we did; where it stands when that took too long."""
        standing = Standing()
        deadline = time.monotonic() + seconds
        pause = _LOOK_SECONDS[0]
        while standing.state not in FINAL:
            with suppress(NeighbourFailed):
                found = self.client.ask("GET", f"/api/v1/operations/{self.order.id}", self.order.key)
                standing = Standing(str(found.get("state", "")), str(found.get("message", "")))
                if standing.state in FINAL:
                    break
            if time.monotonic() + pause > deadline:
                break
            time.sleep(pause)
            pause = min(pause * 1.5, _LOOK_SECONDS[1])
        return standing

    def _run(self) -> None:
        pause = FIRST_PAUSE
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._waiting) or self._ending, self.every)
                if self._ending or self._lost is not None:
                    return
                if not self._waiting:
                    self._seq += 1
                    self._waiting.append({"seq": self._seq, "name": "alive", "facts": {}})
                sending = list(self._waiting)
            try:
                self.client.ask(
                    "POST",
                    f"/api/v1/operations/{self.order.id}/events",
                    self.order.key,
                    json={"events": sending},
                )
            except (Conflict, Unauthorized) as lost:
                self._give_up(lost)
                return
            except CourselineError as away:
                if not isinstance(away, NeighbourFailed):
                    self._give_up(away)
                    return
                with self._changed:
                    self._changed.wait_for(lambda: self._ending, pause * random.uniform(0.5, 1.5))  # noqa: S311 - spreads load
                pause = min(pause * 2, LONGEST_PAUSE)
                continue
            pause = FIRST_PAUSE
            with self._changed:
                sent = {one["seq"] for one in sending}
                self._waiting = [one for one in self._waiting if one["seq"] not in sent]
                self._changed.notify_all()

    def _give_up(self, why: CourselineError) -> None:
        with self._changed:
            self._lost = why
            self._changed.notify_all()


Tell = Callable[[str], None]
"""Shows a sentence to whoever reads the job's log."""
