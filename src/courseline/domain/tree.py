"""Git trees as values: listings, and object ids computed without git.

Object format: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects (SHA-1 repositories only).
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

FILE = "100644"
EXECUTABLE = "100755"
SYMLINK = "120000"
GITLINK = "160000"
DIRECTORY = "040000"
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


@dataclass(frozen=True, slots=True)
class TreeFile:
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
        return tuple(sorted(self._unsorted(), key=lambda file: file.path))

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
        return Tree(TreeFile(file.path[start:], file.mode, file.oid) for file in self.below(directory))

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
        return self._known_oid or tree_oid((file.path, file.mode, file.oid) for file in self._files)


def blob_oid(data: bytes) -> str:
    """The git blob id of `data`."""
    return object_oid(b"blob", data)


def tree_oid(files: Iterable[tuple[str, str, str]]) -> str:
    """The git tree id of files given as (path, mode, oid); a directory may be given by its own id."""
    root: dict[str, object] = {}
    for path, mode, oid in files:
        *directories, name = path.split("/")
        node = root
        for directory in directories:
            node = node.setdefault(directory, {})  # type: ignore[assignment]
        node[name] = (mode, oid)
    return _write(root)


def _write(node: Mapping[str, object]) -> str:
    entries: list[tuple[bytes, bytes]] = []
    for name, value in node.items():
        raw = name.encode("utf-8", "surrogateescape")
        if isinstance(value, tuple):
            mode, oid = value
            key = raw + b"/" if mode == DIRECTORY else raw
            entries.append((key, mode.lstrip("0").encode() + b" " + raw + b"\0" + bytes.fromhex(oid)))
        elif isinstance(value, dict):
            entries.append((raw + b"/", b"40000 " + raw + b"\0" + bytes.fromhex(_write(value))))
    return object_oid(b"tree", b"".join(entry for _, entry in sorted(entries)))


def object_oid(kind: bytes, data: bytes) -> str:
    """The git id of an object of a kind (`blob`, `tree`) with these bytes."""
    header = kind + b" " + str(len(data)).encode() + b"\0"
    return hashlib.sha1(header + data, usedforsecurity=False).hexdigest()
