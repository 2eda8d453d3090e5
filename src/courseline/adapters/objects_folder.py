"""An object store that is a directory: one file a key.

A key appears with all its bytes or not at all: they are written beside it, brought to the disk and then renamed.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from courseline.adapters.parallel import THREADS, in_parallel
from courseline.domain.library.objects import checked_key
from courseline.domain.paths import printable
from courseline.errors import InvalidInput, NeighbourFailed
from courseline.usecases.object_store import StoredObject

_PARTIAL = ".partial"
_ABANDONED_SECONDS = 24 * 3600


class FolderStore:
    """Implements `usecases.object_store.ObjectStore`.

    Args:
        root: absolute directory; made by `check` or the first put.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._own = secrets.token_hex(8)  # no other process, here or on another machine, takes the same names
        self._numbers = count()

    def __repr__(self) -> str:
        return f"FolderStore({str(self._root)!r})"

    def put(self, key: str, data: bytes) -> None:
        """Write one object; readers see the old bytes or the new ones, never a part."""
        self._put_all([(key, data)])

    def put_many(self, objects: Mapping[str, bytes]) -> None:
        """Write several, some at a time; returns when all are there."""
        waiting = sorted(objects.items())  # what lies in one directory comes together
        share = max(1, -(-len(waiting) // THREADS))
        in_parallel(self._put_all, [waiting[at : at + share] for at in range(0, len(waiting), share)])

    def _put_all(self, objects: Sequence[tuple[str, bytes]]) -> None:
        """Write one after the other; the names in a directory are brought to the disk together."""
        written: dict[str, str] = {}
        for key, data in objects:
            path = str(self._path(key))
            directory = path.rpartition("/")[0]
            with self._doing(f"Writing {printable(key)}"):
                partial = self._write_partial(data)
                try:
                    if directory not in written:
                        _make_directories(Path(directory))
                    os.replace(partial, path)  # noqa: PTH105 - a release has thousands of files
                except OSError:
                    Path(partial).unlink(missing_ok=True)
                    raise
                written[directory] = key
        for directory, key in written.items():
            with self._doing(f"Writing {printable(key)}"):
                _sync_directory(Path(directory))

    def get(self, key: str) -> bytes | None:
        """The object's bytes, None when there is no such key."""
        path = self._path(key)
        with self._doing(f"Reading {printable(key)}"):
            try:
                return path.read_bytes()
            except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
                return None

    def get_many(self, keys: Iterable[str]) -> dict[str, bytes]:
        """Several objects; missing keys are left out."""
        found = ((key, self.get(key)) for key in dict.fromkeys(keys))
        return {key: data for key, data in found if data is not None}

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Every object whose key starts with `prefix`, ordered by key."""
        directory, _, start = prefix.rpartition("/")
        base = self._path(directory) if directory else self._root
        with self._doing(f"Listing {printable(prefix) or 'everything'}"):
            yield from self._walk(base, f"{directory}/" if directory else "", start)

    def delete(self, key: str) -> None:
        """Remove one object; a missing key is no error."""
        path = self._path(key)
        with (
            self._doing(f"Deleting {printable(key)}"),
            suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError),
        ):
            path.unlink()

    def check(self) -> None:
        """Make the directory, write to it, and clear away what killed writers left a day ago."""
        with self._doing("Opening it"):
            self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
            Path(self._write_partial(b"")).unlink()
            for left in (self._root / _PARTIAL).iterdir():
                with suppress(FileNotFoundError):
                    if left.stat().st_mtime < time.time() - _ABANDONED_SECONDS:
                        left.unlink()

    def _walk(self, directory: Path, shown: str, start: str) -> Iterator[StoredObject]:
        try:
            entries = [entry for entry in os.scandir(directory) if entry.name.startswith(start)]
        except (FileNotFoundError, NotADirectoryError):
            return
        # A directory sorts as its name with a slash, which is how the keys below it go on.
        for entry in sorted(entries, key=lambda entry: f"{entry.name}/" if entry.is_dir() else entry.name):
            if entry.is_file(follow_symlinks=False):
                status = entry.stat()
                modified = datetime.fromtimestamp(status.st_mtime, UTC)
                yield StoredObject(shown + entry.name, status.st_size, modified)
            elif entry.is_dir(follow_symlinks=False) and (shown or entry.name != _PARTIAL):
                yield from self._walk(Path(entry.path), f"{shown}{entry.name}/", "")

    def _write_partial(self, data: bytes) -> str:
        """A file below the root, so that renaming it stays on one file system; readable by its owner only."""
        name = f"{self._root}/{_PARTIAL}/{self._own}-{os.getpid()}-{next(self._numbers)}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        try:
            descriptor = os.open(name, flags, 0o600)
        except FileNotFoundError:
            (self._root / _PARTIAL).mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(name, flags, 0o600)
        try:
            with open(descriptor, "wb", buffering=0) as file:  # noqa: PTH123 - it is open already
                rest = memoryview(data)
                while rest:
                    rest = rest[file.write(rest) :]
                os.fsync(descriptor)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return name

    def _path(self, key: str) -> Path:
        if checked_key(key).split("/")[0] == _PARTIAL:
            msg = f"{printable(key)} cannot be a key: the store keeps unfinished files under {_PARTIAL}."
            raise InvalidInput(msg)
        return self._root / key

    @contextmanager
    def _doing(self, doing: str) -> Iterator[None]:
        try:
            yield
        except OSError as problem:
            msg = f"{doing} in the object store {self._root}: {problem.strerror or problem}. Check the directory, its owner and the free space."
            raise NeighbourFailed(msg) from problem


def _make_directories(directory: Path) -> None:
    """Make it and what is missing above it, each with its name brought to the disk: a power cut takes no branch away."""
    missing = []
    while not directory.exists():
        missing.append(directory)
        directory = directory.parent
    for made in reversed(missing):
        made.mkdir(exist_ok=True, mode=0o700)
        _sync_directory(made.parent)


def _sync_directory(directory: Path) -> None:
    """Bring the new name to the disk, not only the bytes it stands for."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
