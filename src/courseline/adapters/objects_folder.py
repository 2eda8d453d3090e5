"""An object store that is a directory: one file a key.

A key appears with all its bytes or not at all: they are written beside it, brought to the disk and then renamed.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from courseline.adapters.parallel import in_parallel_when_slow
from courseline.adapters.read_file import read_file
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
        self._is_slow = False

    def __repr__(self) -> str:
        return f"FolderStore({str(self._root)!r})"

    def put(self, key: str, data: bytes) -> None:
        """Write one object; readers see the old bytes or the new ones, never a part."""
        self.put_many({key: data})

    def put_many(self, objects: Mapping[str, bytes]) -> None:
        """Write several, some at a time where the disk takes its time; returns when all are there."""
        entered: dict[str, str] = {}  # directories with new names -> a key for the message
        waiting = sorted(objects.items())  # what lies in one directory comes together
        self._is_slow = in_parallel_when_slow(
            lambda item: self._put(*item, entered), waiting, is_slow=self._is_slow
        )
        # The names in a directory are brought to the disk together.
        in_parallel_when_slow(lambda item: self._bring_names(*item), entered.items(), is_slow=self._is_slow)

    def _put(self, key: str, data: bytes, entered: dict[str, str]) -> None:
        path = self._place(key)
        directory = path.rpartition("/")[0]
        try:
            partial = self._write_partial(data)
            try:
                _rename(partial, path, directory)
            except OSError:
                os.unlink(partial)
                raise
        except OSError as problem:
            raise self._failed(f"Writing {printable(key)}", problem) from problem
        entered[directory] = key

    def _bring_names(self, directory: str, key: str) -> None:
        try:
            _sync_directory(directory)
        except OSError as problem:
            raise self._failed(f"Writing {printable(key)}", problem) from problem

    def get(self, key: str) -> bytes | None:
        """The object's bytes, None when there is no such key."""
        path = self._place(key)
        try:
            return read_file(path)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except OSError as problem:
            raise self._failed(f"Reading {printable(key)}", problem) from problem

    def get_many(self, keys: Iterable[str]) -> dict[str, bytes]:
        """Several objects; missing keys are left out."""
        found = ((key, self.get(key)) for key in dict.fromkeys(keys))
        return {key: data for key, data in found if data is not None}

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Every object whose key starts with `prefix`, ordered by key."""
        directory, _, start = prefix.rpartition("/")
        base = Path(self._place(directory)) if directory else self._root
        with self._doing(f"Listing {printable(prefix) or 'everything'}"):
            yield from self._walk(base, f"{directory}/" if directory else "", start)

    def delete(self, key: str) -> None:
        """Remove one object; a missing key is no error."""
        path = self._place(key)
        with (
            self._doing(f"Deleting {printable(key)}"),
            suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError),
        ):
            os.unlink(path)

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
            try:
                rest = memoryview(data)
                while rest:
                    rest = rest[os.write(descriptor, rest) :]
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(name)
            raise
        return name

    def _place(self, key: str) -> str:
        if checked_key(key).split("/", 1)[0] == _PARTIAL:
            msg = f"{printable(key)} cannot be a key: the store keeps unfinished files under {_PARTIAL}."
            raise InvalidInput(msg)
        return f"{self._root}/{key}"

    @contextmanager
    def _doing(self, doing: str) -> Iterator[None]:
        try:
            yield
        except OSError as problem:
            raise self._failed(doing, problem) from problem

    def _failed(self, doing: str, problem: OSError) -> NeighbourFailed:
        return NeighbourFailed(
            f"{doing} in the object store {self._root}: {problem.strerror or problem}. Check the directory, its owner and"
            " the free space."
        )


def _rename(partial: str, path: str, directory: str) -> None:
    try:
        os.rename(partial, path)
    except FileNotFoundError:
        _make_directory(directory)
        os.rename(partial, path)


def _make_directory(directory: str) -> None:
    """Make it and what is missing above it, each with its name brought to the disk: a power cut takes no branch away.

    At once, for somebody else may write below it and be done before we are.
    """
    above = directory.rpartition("/")[0]
    try:
        os.mkdir(directory, 0o700)
    except FileExistsError:
        return
    except FileNotFoundError:
        _make_directory(above)
        with suppress(FileExistsError):
            os.mkdir(directory, 0o700)
    _sync_directory(above)


def _sync_directory(directory: str) -> None:
    """Bring the new names to the disk, not only the bytes they stand for."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
