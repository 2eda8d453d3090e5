"""A git tree as `ls-tree -r -t -z` lists it, of which only what is asked for is looked at.

A release of a large repository changes little of it, and the listing names the tree id of every directory: what is
known by its id need not be taken apart. Format: https://git-scm.com/docs/git-ls-tree#_output_format.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property

from courseline.domain.tree import Tree, TreeFile

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
        self._entries = listing.split(b"\0")[:-1]
        self._directories = {
            entry[_NAME:]: place for place, entry in enumerate(self._entries) if entry.startswith(_DIRECTORY)
        }

    def __len__(self) -> int:
        return len(self._entries) - len(self._directories)

    def named(self, names: Collection[str]) -> list[str]:
        """See `Tree`."""
        endings = tuple(name.encode("utf-8", "surrogateescape") for name in names)
        longest = max(map(len, endings), default=0)
        likely = (entry for entry in self._entries if entry[-longest:].lower().endswith(endings))
        paths = (_path(entry) for entry in likely if not entry.startswith(_DIRECTORY))
        return [path for path in paths if path.rpartition("/")[2].lower() in names]

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
    """

    def __init__(self, entries: Sequence[bytes], place: int) -> None:
        super().__init__()
        self._entries = entries
        self._place = place

    @cached_property
    def oid(self) -> str:
        """See `Tree`; as listed."""
        return self._entries[self._place][_ID].decode()

    def _unsorted(self) -> Iterable[TreeFile]:
        prefix = self._entries[self._place][_NAME:] + b"/"
        end = self._place + 1
        while end < len(self._entries) and self._entries[end].partition(b"\t")[2].startswith(prefix):
            end += 1
        return _files(self._entries[self._place + 1 : end], len(prefix))


def _files(entries: Sequence[bytes], skipped: int) -> Iterator[TreeFile]:
    """The entries that are no directories, their paths without the first `skipped` bytes."""
    for entry in entries:
        if not entry.startswith(_DIRECTORY):
            head, _, path = entry.partition(b"\t")
            mode, _, oid = head.decode().split(" ")
            yield TreeFile(path[skipped:].decode("utf-8", "surrogateescape"), mode, oid)


def _path(entry: bytes) -> str:
    return entry.partition(b"\t")[2].decode("utf-8", "surrogateescape")
