"""A fuse in the lines to git and to the database: it counts the calls and ends the run at one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any

from courseline.usecases.neighbours import Neighbours
from courseline.usecases.ports import Git, Workspace
from courseline.usecases.rows import Database, Rows


class Killed(BaseException):
    """What a killed process does not catch either."""


class Fuse:
    """Counts calls.

    Args:
        blows_at: number of the call that does not come through, None for none.
        watch: told the name of every call before it happens.
    """

    def __init__(self, blows_at: int | None = None, watch: Callable[[str], None] | None = None) -> None:
        self.calls: list[str] = []
        self._blows_at = blows_at
        self._watch = watch

    def tick(self, name: str) -> None:
        self.calls.append(name)
        if self._watch is not None:
            self._watch(name)
        if len(self.calls) == self._blows_at:
            raise Killed(name)


# Calls that only read the temporary repository: being killed there is being killed at the call before.
_LOCAL = {"remote", "tree", "read_blobs", "commits"}


class _Line:
    """Any object whose methods tick before they run, unless all they do is to read; a push ticks behind itself too."""

    def __init__(self, inner: object, fuse: Fuse) -> None:
        self._inner = inner
        self._fuse = fuse

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._inner, name)
        if not callable(value):
            return value

        def call(*arguments: Any, **options: Any) -> Any:
            if name not in _LOCAL:
                self._fuse.tick(name)
            answer = value(*arguments, **options)
            if name == "push":
                self._fuse.tick("pushed")
            return _Line(answer, self._fuse) if name == "remote" else answer

        return call


class _Git:
    def __init__(self, inner: Git, fuse: Fuse) -> None:
        self._inner = inner
        self._fuse = fuse

    @contextmanager
    def workspace(self) -> Iterator[Workspace]:
        with self._inner.workspace() as workspace:
            yield _Line(workspace, self._fuse)  # type: ignore[misc]

    def is_local_path(self, url: str) -> bool:
        return self._inner.is_local_path(url)


class _Database:
    def __init__(self, inner: Database, fuse: Fuse) -> None:
        self._inner = inner
        self._fuse = fuse

    @contextmanager
    def transaction(self) -> Iterator[Rows]:
        self._fuse.tick("begin")
        with self._inner.transaction() as rows:
            yield rows
            self._fuse.tick("before commit")
        self._fuse.tick("committed")

    def lease(self, target: str, *, wait: float, holder: str) -> AbstractContextManager[None]:
        return self._inner.lease(target, wait=wait, holder=holder)


def fused(neighbours: Neighbours, fuse: Fuse) -> Neighbours:
    """The same neighbours behind the fuse."""
    return replace(neighbours, git=_Git(neighbours.git, fuse), database=_Database(neighbours.database, fuse))
