"""A git tree as `ls-tree -r -t -z` lists it, of which only what is asked for is looked at.

A release of a large repository changes little of it, and the listing names the tree id of every directory: what is
known by its id need not be taken apart. Format: https://git-scm.com/docs/git-ls-tree#_output_format.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property

from courseline.domain.tree import GITLINK, Tree, TreeFile, by_path, object_oid

_MODE = slice(6)
_ID = slice(len("100644 blob "), len("100644 blob ") + 40)
_NAME = _ID.stop + 1
_DIRECTORY = "0"
"""How the mode of a directory begins, and of nothing else."""


class _Listing:
    """The entries of a listing, and where each is.

    Args:
        listing: as git wrote it.
    """

    def __init__(self, listing: bytes) -> None:
        text = "\0" + listing.decode("utf-8", "surrogateescape")
        # With a kind of four letters too, a submodule's id and path stand where those of all others do.
        self._text = text.replace(f"\0{GITLINK} commit ", f"\0{GITLINK} link ")
        self.entries = self._text.split("\0")[1:-1]

    @cached_property
    def places(self) -> dict[str, int]:
        """Place of each file and directory by its path."""
        return {entry[_NAME:]: place for place, entry in enumerate(self.entries)}

    @cached_property
    def _folded(self) -> str:
        """The text in lower case, each character where it was."""
        if self._text.isascii():
            return self._text.lower()
        return self._text.encode("utf-8", "surrogateescape").lower().decode("utf-8", "surrogateescape")

    def ending(self, name: str) -> Iterator[str]:
        """Paths of files with this end, in lower or upper case: looked for in the whole text, as most are something else."""
        end = name + "\0"
        place = self._folded.find(end)
        while place >= 0:
            begin = self._text.rindex("\0", 0, place) + 1
            if self._text[begin] != _DIRECTORY:
                yield self._text[begin + _NAME : place + len(name)]
            place = self._folded.find(end, place + len(end))

    def file(self, path: str, skipped: int = 0) -> TreeFile | None:
        """The file with this path, its own path without the first `skipped` characters."""
        place = self.places.get(path)
        return None if place is None else next(iter(_files([self.entries[place]], skipped)), None)

    def directory(self, path: str) -> int | None:
        """Place of the directory with this path."""
        place = self.places.get(path)
        return place if place is not None and self.entries[place][0] == _DIRECTORY else None

    def inside(self, place: int) -> Sequence[str]:
        """All entries below the directory at `place`."""
        entries, prefix = self.entries, self.entries[place][_NAME:] + "/"
        end = place + 1
        while end < len(entries) and entries[end].startswith(prefix, _NAME):
            end += 1
        return entries[place + 1 : end]

    def has_file(self, place: int, left_out: Collection[str]) -> bool:
        """Whether a file is below the directory at `place`, beside those right in it with these names."""
        entries, prefix = self.entries, self.entries[place][_NAME:] + "/"
        start = _NAME + len(prefix)
        for at in range(place + 1, len(entries)):
            if not entries[at].startswith(prefix, _NAME):
                return False
            if entries[at][0] != _DIRECTORY and entries[at][start:] not in left_out:
                return True
        return False


class ListedTree(Tree):
    """The files and directories of a listing.

    Args:
        listing: output of `ls-tree -r -t -z --full-tree`; each directory comes right before all that it holds.
    """

    def __init__(self, listing: bytes) -> None:
        super().__init__()
        self._listing = _Listing(listing)

    def __len__(self) -> int:
        return sum(entry[0] != _DIRECTORY for entry in self._listing.entries)

    def named(self, names: Collection[str]) -> list[str]:
        """See `Tree`."""
        found = ((name, path) for name in names for path in self._listing.ending(name))
        return [path for name, path in found if path.rpartition("/")[2].lower() == name]

    def holding(self, oids: Collection[str]) -> list[TreeFile]:
        """See `Tree`."""
        wanted = frozenset(oids)
        found = _files([entry for entry in self._listing.entries if entry[_ID] in wanted], 0)
        return [file for file in found if file.mode != GITLINK]

    def get(self, path: str) -> TreeFile | None:
        """See `Tree`."""
        return self._listing.file(path)

    def below(self, directory: str) -> tuple[TreeFile, ...]:
        """See `Tree`."""
        if "_files" in vars(self):  # all of them were taken apart already
            return super().below(directory)
        place = self._listing.directory(directory)
        return () if place is None else by_path(_files(self._listing.inside(place), 0))

    def subtree(self, directory: str) -> Tree:
        """See `Tree`; its id is the listed one, and its files are read when they are asked for."""
        if directory in {"", "."}:
            return self
        place = self._listing.directory(directory)
        return Tree() if place is None else _Subtree(self._listing, place)

    def _unsorted(self) -> Iterable[TreeFile]:
        return _files(self._listing.entries, 0)


class _Subtree(Tree):
    """One directory of a listing, with paths relative to it.

    Args:
        listing: the whole of it.
        place: of the directory's own entry.
        left_out: names of files right in the directory that do not count.
        oid: the id without these where it is known.
    """

    def __init__(
        self,
        listing: _Listing,
        place: int,
        left_out: frozenset[str] = frozenset(),
        oid: str | None = None,
    ) -> None:
        super().__init__((), oid)
        self._listing = listing
        self._place = place
        self._prefix = listing.entries[place][_NAME:] + "/"
        self._left_out = left_out

    def __len__(self) -> int:
        files = sum(entry[0] != _DIRECTORY for entry in self._listing.inside(self._place))
        return files - sum(self._listing.file(self._prefix + name) is not None for name in self._left_out)

    @cached_property
    def oid(self) -> str:
        """See `Tree`; as listed, or computed from the ids that are listed right inside."""
        if not self._left_out:
            return self._listing.entries[self._place][_ID]
        return self._known_oid or object_oid(b"tree", b"".join(self._children()))

    def __bool__(self) -> bool:
        return self._listing.has_file(self._place, self._left_out)

    def get(self, path: str) -> TreeFile | None:
        """See `Tree`."""
        return (
            None
            if path in self._left_out
            else self._listing.file(self._prefix + path, skipped=len(self._prefix))
        )

    def without(self, *paths: str, oid: str | None = None) -> Tree:
        """See `Tree`."""
        if any("/" in path for path in paths):
            return super().without(*paths, oid=oid)
        return _Subtree(self._listing, self._place, self._left_out.union(paths), oid)

    def _children(self) -> Iterator[bytes]:
        """What lies right in the directory, directories among them, as git's tree has it: a listing is in its order."""
        start = _NAME + len(self._prefix)
        for entry in self._listing.inside(self._place):
            name = entry[start:]
            if "/" not in name and name not in self._left_out:
                head = f"{entry[_MODE].lstrip('0')} {name}\0"
                yield head.encode("utf-8", "surrogateescape") + bytes.fromhex(entry[_ID])

    def _unsorted(self) -> Iterable[TreeFile]:
        files = _files(self._listing.inside(self._place), len(self._prefix))
        return [file for file in files if file.path not in self._left_out] if self._left_out else files


def _files(entries: Iterable[str], skipped: int) -> list[TreeFile]:
    """The entries that are no directories, their paths without the first `skipped` characters."""
    start = _NAME + skipped
    return [TreeFile(entry[start:], entry[_MODE], entry[_ID]) for entry in entries if entry[0] != _DIRECTORY]
