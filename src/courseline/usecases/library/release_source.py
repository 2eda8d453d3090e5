"""Where the files of a release come from, so that a sync need not know whether that is git or a bucket."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from courseline.domain.tree import Tree
from courseline.errors import Problem


@dataclass(frozen=True, slots=True)
class Tagged:
    """What a source holds at a tag.

    Attributes:
        commit: the commit, or what stands for one: 40 hex digits, equal for equal content.
        tree: all files.
        problems: warnings about the source as a whole.
    """

    commit: str
    tree: Tree
    problems: tuple[Problem, ...] = ()


class ReleaseSource(Protocol):
    """One repository at one tag.

    All methods raise `NeighbourFailed` when it does not answer.
    """

    def tagged(self, tag: str, asked: str) -> Tagged:
        """List the files at a tag; called once, before anything else.

        Args:
            tag: short name.
            asked: what is being done, with which the messages begin.

        Raises:
            NotFound: there is no such tag or place.
            InvalidInput: nothing is there, or what is there cannot be a tree of files.
        """
        ...

    def fetch(self, oids: Iterable[str]) -> None:
        """Prepare blobs of the tree for `sizes` and `read`, in one request where that is possible."""
        ...

    def sizes(self, oids: Iterable[str]) -> dict[str, int]:
        """Bytes of fetched blobs, by id."""
        ...

    def read(self, oids: Iterable[str]) -> dict[str, bytes]:
        """Contents of fetched blobs, by id."""
        ...
