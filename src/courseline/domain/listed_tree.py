"""A git tree as `ls-tree -r -t -z` lists it, of which only what is asked for is looked at.

A release of a large repository changes little of it, and the listing names the tree id of every directory: what is
known by its id need not be taken apart. Format: https://git-scm.com/docs/git-ls-tree#_output_format.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property

from courseline.domain.tree import Tree, TreeFile, object_oid

_DIRECTORY = b"040000 tree "
_ID = slice(len(_DIRECTORY), len(_DIRECTORY) + 40)
_NAME = _ID.stop + 1
"""Where the path begins in the entry of a directory, or of a file; that of a submodule begins later."""


class ListedTree(Tree):
    """The files and directories of a listing.

    Args:
        listing: output of `ls-tree -r -t -z --full-tree`; each directory comes right before all that it holds.
    """

    def __init__(self, listing: bytes) -> None:
        super().__init__()
        self._listing = listing
        self._entries = listing.split(b"\0")[:-1]
        self._directories = {
            entry[_NAME:]: place for place, entry in enumerate(self._entries) if entry.startswith(_DIRECTORY)
        }

    def __len__(self) -> int:
        return len(self._entries) - len(self._directories)

    def named(self, names: Collection[str]) -> list[str]:
        """See `Tree`."""
        found = ((name, _path(entry)) for name in names for entry in self._ending(name))
        return [path for name, path in found if path.rpartition("/")[2].lower() == name]

    def _ending(self, name: str) -> Iterator[bytes]:
        """The files with this end, in lower or upper case: looked for in the whole listing, as most are something else."""
        end = name.encode("utf-8", "surrogateescape") + b"\0"
        place = self._folded.find(end)
        while place >= 0:
            entry = self._listing[self._listing.rfind(b"\0", 0, place) + 1 : place + len(end) - 1]
            if not entry.startswith(_DIRECTORY):
                yield entry
            place = self._folded.find(end, place + len(end))

    @cached_property
    def _folded(self) -> bytes:
        return self._listing.lower()

    def holding(self, oids: Collection[str]) -> list[TreeFile]:
        """See `Tree`; the id of a file stands where that of a directory does."""
        wanted = {oid.encode() for oid in oids}
        return list(_files([entry for entry in self._entries if entry[_ID] in wanted], 0))

    def get(self, path: str) -> TreeFile | None:
        """See `Tree`."""
        return _file_at(self._entries, path.encode("utf-8", "surrogateescape"), 0)

    def below(self, directory: str) -> tuple[TreeFile, ...]:
        """See `Tree`."""
        place = self._directories.get(directory.encode("utf-8", "surrogateescape"))
        if place is None:
            return ()
        files = _files(self._entries[place + 1 : _end(self._entries, place)], 0)
        return tuple(sorted(files, key=lambda file: file.path))

    def subtree(self, directory: str) -> Tree:
        """See `Tree`; its id is the listed one, and its files are read when they are asked for."""
        if directory in {"", "."}:
            return self
        place = self._directories.get(directory.encode("utf-8", "surrogateescape"))
        return Tree() if place is None else _Subtree(self._entries, place)

    def _unsorted(self) -> Iterable[TreeFile]:
        return _files(self._entries, 0)


class _Subtree(Tree):
    """One directory of a listing, with paths relative to it.

    Args:
        entries: of the whole listing.
        place: of the directory's own entry.
        left_out: names of files right in the directory that do not count.
        oid: the id without these where it is known.
    """

    def __init__(
        self,
        entries: Sequence[bytes],
        place: int,
        left_out: frozenset[bytes] = frozenset(),
        oid: str | None = None,
    ) -> None:
        super().__init__((), oid)
        self._entries = entries
        self._place = place
        self._prefix = entries[place][_NAME:] + b"/"
        self._left_out = left_out

    def __len__(self) -> int:
        inside = self._entries[self._place + 1 : _end(self._entries, self._place)]
        files = sum(not entry.startswith(_DIRECTORY) for entry in inside)
        absent = (_file_at(self._entries, self._prefix + name, 0) is not None for name in self._left_out)
        return files - sum(absent)

    @cached_property
    def oid(self) -> str:
        """See `Tree`; as listed, or computed from the ids that are listed right inside."""
        if not self._left_out:
            return self._entries[self._place][_ID].decode()
        return self._known_oid or object_oid(b"tree", b"".join(self._children()))

    def __bool__(self) -> bool:
        return next(iter(self._unsorted()), None) is not None

    def get(self, path: str) -> TreeFile | None:
        """See `Tree`."""
        name = path.encode("utf-8", "surrogateescape")
        return (
            None
            if name in self._left_out
            else _file_at(self._entries, self._prefix + name, len(self._prefix))
        )

    def without(self, *paths: str, oid: str | None = None) -> Tree:
        """See `Tree`."""
        if any("/" in path for path in paths):
            return super().without(*paths, oid=oid)
        names = (path.encode("utf-8", "surrogateescape") for path in paths)
        return _Subtree(self._entries, self._place, self._left_out.union(names), oid)

    def _children(self) -> Iterator[bytes]:
        """What lies right in the directory, directories among them, as git's tree has it: a listing is in its order."""
        for entry in self._entries[self._place + 1 : _end(self._entries, self._place)]:
            head, _, path = entry.partition(b"\t")
            name = path[len(self._prefix) :]
            if b"/" not in name and name not in self._left_out:
                mode, _, oid = head.split(b" ")
                yield mode.lstrip(b"0") + b" " + name + b"\0" + bytes.fromhex(oid.decode())

    def _unsorted(self) -> Iterable[TreeFile]:
        inside = self._entries[self._place + 1 : _end(self._entries, self._place)]
        for file in _files(inside, len(self._prefix)):
            if file.path.encode("utf-8", "surrogateescape") not in self._left_out:
                yield file


def _order(entry: bytes) -> bytes:
    """What a listing is ordered by: a directory comes where all that it holds comes."""
    path = entry.partition(b"\t")[2]
    return path + b"/" if entry.startswith(_DIRECTORY) else path


def _end(entries: Sequence[bytes], place: int) -> int:
    """The place behind all that the directory at `place` holds."""
    behind = entries[place][_NAME:] + b"0"  # "0" is the character after "/"
    return bisect_left(entries, behind, place + 1, key=_order)


def _file_at(entries: Sequence[bytes], path: bytes, skipped: int) -> TreeFile | None:
    """The file with this path in the listing, its own path without the first `skipped` bytes."""
    place = bisect_left(entries, path, key=_order)
    if place == len(entries) or _order(entries[place]) != path:
        return None
    return next(_files([entries[place]], skipped), None)


def _parts(entry: bytes) -> tuple[str, bytes, str]:
    """Mode, path and id of an entry."""
    head, _, path = entry.partition(b"\t")
    mode, _, oid = head.decode().split(" ")
    return mode, path, oid


def _files(entries: Sequence[bytes], skipped: int) -> Iterator[TreeFile]:
    """The entries that are no directories, their paths without the first `skipped` bytes."""
    for entry in entries:
        if not entry.startswith(_DIRECTORY):
            mode, path, oid = _parts(entry)
            yield TreeFile(path[skipped:].decode("utf-8", "surrogateescape"), mode, oid)


def _path(entry: bytes) -> str:
    return entry.partition(b"\t")[2].decode("utf-8", "surrogateescape")
