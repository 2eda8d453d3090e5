"""Git trees as values: listings, and object ids computed without git.

Object format: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects (SHA-1 repositories only).
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from operator import itemgetter
from typing import NamedTuple

FILE = "100644"
EXECUTABLE = "100755"
SYMLINK = "120000"
GITLINK = "160000"
DIRECTORY = "040000"
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


class TreeFile(NamedTuple):
    """One non-directory entry.

    Attributes:
        path: relative to the tree, `/`-separated; bytes that are not UTF-8 appear as surrogate escapes.
        mode: six octal digits as git writes them.
        oid: git object id, 40 hex digits.
    """

    path: str
    mode: str
    oid: str


class Tree:
    """An immutable set of files ordered by path; directories exist only through their files.

    Args:
        files: in any order, at most one per path.
        oid: the tree's id where it is known.
    """

    def __init__(self, files: Iterable[TreeFile] = (), oid: str | None = None) -> None:
        self._known_oid = oid
        self._given: tuple[TreeFile, ...] = tuple(files)

    def _unsorted(self) -> Iterable[TreeFile]:
        return self._given

    @cached_property
    def _files(self) -> tuple[TreeFile, ...]:
        return by_path(self._unsorted())

    @cached_property
    def _paths(self) -> list[str]:
        return [file.path for file in self._files]

    def __iter__(self) -> Iterator[TreeFile]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tree) and self._files == other._files

    def __hash__(self) -> int:
        return hash(self._files)

    @property
    def paths(self) -> list[str]:
        """All paths, in order."""
        return self._paths

    def named(self, names: Collection[str]) -> list[str]:
        """Paths of the files whose last part, in lower case, is one of `names`; in any order."""
        return [path for path in self._paths if path.rpartition("/")[2].lower() in names]

    def get(self, path: str) -> TreeFile | None:
        """The file at `path`, or None."""
        index = bisect_left(self._paths, path)
        return self._files[index] if index < len(self._paths) and self._paths[index] == path else None

    def holding(self, oids: Collection[str]) -> list[TreeFile]:
        """The files whose blob is one of `oids`, in any order."""
        return [file for file in self._unsorted() if file.oid in oids and file.mode != GITLINK]

    def subtree(self, directory: str) -> Tree:
        """The files below `directory` with paths relative to it; the whole tree for "." and ""."""
        if directory in {"", "."}:
            return self
        start = len(directory) + 1
        return Tree(TreeFile(path[start:], mode, oid) for path, mode, oid in self.below(directory))

    def below(self, directory: str) -> tuple[TreeFile, ...]:
        """The files below `directory` with their full paths."""
        prefix = f"{directory}/"
        first = bisect_left(self._paths, prefix)
        last = bisect_left(self._paths, f"{directory}0")  # "0" is the character after "/"
        return self._files[first:last]

    def without(self, *paths: str, oid: str | None = None) -> Tree:
        """The tree less the named files; its id is `oid` where that is known, else it is computed when asked for."""
        return Tree((file for file in self._files if file.path not in paths), oid)

    @cached_property
    def oid(self) -> str:
        """The git tree id of exactly these files (the empty tree's id when there are none)."""
        return self._known_oid or tree_oid(self._files)


def by_path(files: Iterable[TreeFile]) -> tuple[TreeFile, ...]:
    """The files in order of their paths."""
    return tuple(sorted(files, key=itemgetter(0)))


def blob_oid(data: bytes) -> str:
    """The git blob id of `data`."""
    return object_oid(b"blob", data)


def tree_oid(files: Iterable[tuple[str, str, str]]) -> str:
    """The git tree id of files given as (path, mode, oid); a directory may be given by its own id."""
    inside: dict[str, list[tuple[bytes, bytes]]] = {"": []}
    for path, mode, oid in files:
        directory, _, name = path.rpartition("/")
        entry = _entry(name, mode, oid)
        if directory in inside:
            inside[directory].append(entry)
        else:
            inside[directory] = [entry]
    for directory in [*inside]:
        above = directory.rpartition("/")[0]
        while above not in inside:
            inside[above] = []
            above = above.rpartition("/")[0]
    # What a directory holds comes before it, and the root, whose name is empty, last.
    for directory in sorted(inside, reverse=True)[:-1]:
        above, _, name = directory.rpartition("/")
        inside[above].append(_entry(name, DIRECTORY, _written(inside[directory])))
    return _written(inside[""])


def _entry(name: str, mode: str, oid: str) -> tuple[bytes, bytes]:
    """An entry of a tree object, behind what it is sorted by."""
    raw = name.encode("utf-8", "surrogateescape")
    entry = mode.lstrip("0").encode() + b" " + raw + b"\0" + bytes.fromhex(oid)
    return (raw + b"/" if mode == DIRECTORY else raw), entry


def _written(entries: list[tuple[bytes, bytes]]) -> str:
    return object_oid(b"tree", b"".join([entry for _, entry in sorted(entries)]))


def object_oid(kind: bytes, data: bytes) -> str:
    """The git id of an object of a kind (`blob`, `tree`) with these bytes."""
    header = kind + b" " + str(len(data)).encode() + b"\0"
    return hashlib.sha1(header + data, usedforsecurity=False).hexdigest()
