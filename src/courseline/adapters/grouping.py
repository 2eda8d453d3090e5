"""What several threads bring at the same time is done in one go, as databases do with commits.

Whoever finds nobody at work does the work of all that wait by then; whoever comes meanwhile waits, and the first of those
does the next go. Nobody waits for company: alone, a thread does its own at once. The processes of one machine take turns,
and a group is closed when its turn has come: what arrives while another process works belongs to it still.
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

Brought = TypeVar("Brought")
Answer = TypeVar("Answer")


def _shut() -> Lock:
    lock = Lock()
    lock.acquire()
    return lock


@dataclass(slots=True, eq=False)
class _Waiter(Generic[Brought, Answer]):
    brought: Brought
    answers: list[Answer] = field(default_factory=list)
    fault: BaseException | None = None
    leads: bool = False
    woken: Lock = field(default_factory=_shut)

    def answer(self) -> Answer:
        if self.fault is not None:
            raise self.fault
        return self.answers[0]


class Grouping(Generic[Brought, Answer]):
    """Hands what threads bring to one function, in groups that follow each other.

    Args:
        work: is given a group, answers one thing for each of it in the same order; never runs twice at once.
        turns: a file that every process with the same work can read; who has locked it works. The lock of a process that
            was killed is free (flock(2)).
    """

    def __init__(self, work: Callable[[Sequence[Brought]], Sequence[Answer]], turns: Path) -> None:
        self._work, self._turns = work, turns
        self._lock = Lock()
        self._waiting: list[_Waiter[Brought, Answer]] = []
        self._busy = False

    def bring(self, one: Brought) -> Answer:
        """The answer to `one`; raises what the work of its group raised."""
        mine: _Waiter[Brought, Answer] = _Waiter(one)
        with self._lock:
            self._waiting.append(mine)
            mine.leads = not self._busy
            self._busy = True
        if not mine.leads:
            mine.woken.acquire()
        if mine.leads:
            self._lead()
        return mine.answer()

    def _lead(self) -> None:
        group: list[_Waiter[Brought, Answer]] = []
        try:
            with _turn(self._turns):
                with self._lock:
                    group, self._waiting = self._waiting, []
                answers = self._work([waiter.brought for waiter in group])
            for waiter, answer in zip(group, answers, strict=True):
                waiter.answers.append(answer)
        except BaseException as fault:  # noqa: BLE001 - each of the group raises it
            for waiter in group:
                waiter.fault = fault
        finally:
            with self._lock:
                following = self._waiting[0] if self._waiting else None
                self._busy = following is not None
            if following is not None:
                following.leads = True
                following.woken.release()
            for waiter in group:
                if not waiter.leads:
                    waiter.woken.release()


@contextmanager
def _turn(file: Path) -> Iterator[None]:
    with file.open("rb") as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
