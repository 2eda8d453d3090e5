"""Neighbours that stop a run at one of its calls to the outside, as a kill would."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from courseline.usecases.neighbours import Neighbours

REMOTE = ("refs", "fetch", "fetch_blobs", "push")
WORKSPACE = ("tree", "read_blobs", "commits", "write_commit")
STORE = ("get_many",)


class Killed(BaseException):
    """Stands for a kill: nothing catches it."""


@dataclass
class Calls:
    """All calls of a run to its neighbours, in order.

    Attributes:
        before: called with number and name of each call before it is made; may raise or end the process.
        names: the calls so far. A transaction is three: `begin`, `commit` (still undone), `committed`.
    """

    before: Callable[[int, str], None]
    names: list[str] = field(default_factory=list)

    def count(self, name: str) -> None:
        self.names.append(name)
        self.before(len(self.names), name)

    def watch(self, neighbours: Neighbours) -> Neighbours:
        """The same neighbours, with every call counted."""
        return replace(
            neighbours,
            database=_Database(neighbours.database, self),  # type: ignore[arg-type]
            store=_Counted(neighbours.store, STORE, self),  # type: ignore[arg-type]
            git=_Git(neighbours.git, self),  # type: ignore[arg-type]
        )


def kill_at(number: int) -> Calls:
    """A run that is stopped before its call of this number."""

    def stop(count: int, _name: str) -> None:
        if count == number:
            raise Killed

    return Calls(stop)


class _Counted:
    def __init__(self, real: object, counted: tuple[str, ...], calls: Calls) -> None:
        self._real, self._counted, self._calls = real, counted, calls

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._real, name)
        if name not in self._counted:
            return real

        def counted(*arguments: Any, **named: Any) -> Any:
            self._calls.count(name)
            answer = real(*arguments, **named)
            if name == "push":
                self._calls.count("pushed")
            return answer

        return counted


class _Workspace(_Counted):
    def remote(self, *arguments: Any) -> _Counted:
        return _Counted(self._real.remote(*arguments), REMOTE, self._calls)  # type: ignore[attr-defined]


class _Git(_Counted):
    def __init__(self, real: object, calls: Calls) -> None:
        super().__init__(real, (), calls)

    @contextmanager
    def workspace(self) -> Iterator[_Workspace]:
        with self._real.workspace() as real:  # type: ignore[attr-defined]
            yield _Workspace(real, WORKSPACE, self._calls)


class _Database(_Counted):
    def __init__(self, real: object, calls: Calls) -> None:
        super().__init__(real, (), calls)

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        self._calls.count("begin")
        with self._real.transaction() as rows:  # type: ignore[attr-defined]
            yield rows
            self._calls.count("commit")
        self._calls.count("committed")


def main() -> None:
    """Deploy in a process of its own: ROOT DATABASE_URL TIME [NUMBER], which ends it at that call."""
    from tests.builders.courses import Bench

    root, url, time, *number = sys.argv[1:]
    course = Bench(Path(root), url)
    now = datetime.fromisoformat(time)

    def stop(count: int, _name: str) -> None:
        if number and count == int(number[0]):
            os._exit(9)

    course.deploy(Calls(stop).watch(replace(course.neighbours, clock=lambda: now)))
    course.close()


if __name__ == "__main__":
    main()
