"""A directory of this machine, seen as git would store it. Links are reported and never followed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from courseline.adapters.git.work_tree import work_tree_files
from courseline.domain.paths import printable
from courseline.domain.tree import EXECUTABLE, FILE, GITLINK, SYMLINK
from courseline.errors import InvalidInput, Problem

_GIT = ".git"


class LocalDirectory:
    """See `usecases.offline.Directory`.

    Args:
        path: an existing directory.
    """

    def __init__(self, path: Path) -> None:
        self._root = path

    @property
    def name(self) -> str:
        """Its own name, also for `.`."""
        return self._root.resolve().name or "examples"

    def listing(self) -> list[tuple[str, str]]:
        """Path and git mode of every file; in a git work tree without those that git ignores."""
        known = work_tree_files(self._root)
        names = self._walk() if known is None else iter(known)
        found = [(name.rstrip("/"), self._mode(name.rstrip("/"))) for name in names]
        return sorted((name, mode) for name, mode in found if mode is not None)

    def size(self, path: str) -> int:
        """Bytes that `read` would give."""
        try:
            return (self._root / path).lstat().st_size
        except OSError as error:
            raise self._unreadable(path, error) from error

    def read(self, path: str) -> bytes:
        """The bytes git would store for a file; for a link, where it leads."""
        place = self._root / path
        try:
            if place.is_symlink():
                return os.fsencode(place.readlink())
            return place.read_bytes()
        except OSError as error:
            raise self._unreadable(path, error) from error

    def _mode(self, path: str) -> str | None:
        """None for what git does not store: what is gone, and pipes, sockets and devices."""
        try:
            mode = (self._root / path).lstat().st_mode
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unreadable(path, error) from error
        if stat.S_ISLNK(mode):
            return SYMLINK
        if stat.S_ISDIR(mode):
            return GITLINK
        if not stat.S_ISREG(mode):
            return None
        return EXECUTABLE if mode & stat.S_IXUSR else FILE

    def _walk(self) -> Iterator[str]:
        def stop(error: OSError) -> None:
            raise self._unreadable(os.path.relpath(error.filename, self._root), error)

        for directory, inner, names in os.walk(self._root, onerror=stop):
            inner[:] = sorted(name for name in inner if name != _GIT)
            linked = [name for name in inner if os.path.islink(os.path.join(directory, name))]  # noqa: PTH114, PTH118 - thousands of them
            relative = os.path.relpath(directory, self._root)
            prefix = "" if relative == "." else f"{relative}/"
            yield from (prefix + name for name in (*names, *linked) if name != _GIT)

    def _unreadable(self, path: str, error: OSError) -> InvalidInput:
        shown = printable(path)
        reason = error.strerror or type(error).__name__
        problem = Problem(
            shown, None, f"It cannot be read: {reason}.", fix="Change its permissions or remove it."
        )
        return InvalidInput(f"Reading {printable(str(self._root))}: {shown} cannot be read.", [problem])
