"""What a look at a whole repository needs of git."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from courseline.usecases.ports import Commit


@dataclass(frozen=True, slots=True)
class GitObject:
    """An object of a repository: id, kind (`blob`, `commit`, `tag` or `tree`), bytes."""

    oid: str
    kind: str
    size: int


class WholeRepository(Protocol):
    """Every ref and every object of a repository; nothing is checked out or written to it."""

    @property
    def url(self) -> str:
        """As given, without credentials."""
        ...

    @property
    def refs(self) -> Mapping[str, str]:
        """Full ref name -> the object it names, tags not peeled."""
        ...

    @property
    def sees_unreachable(self) -> bool:
        """Whether objects that no ref reaches are among the objects: only a directory shows them."""
        ...

    def objects(self) -> Sequence[GitObject]:
        """All of them; none is read."""
        ...

    def read(self, oids: Iterable[str]) -> dict[str, bytes]:
        """Bytes of objects; the caller takes care that they are not too many at once."""
        ...

    def commits(self, oids: Iterable[str]) -> list[Commit]:
        """Commits by their ids, in any order."""
        ...

    def brought(
        self, commits: Iterable[tuple[str, Sequence[str]]], seen: Callable[[str, str, str], None]
    ) -> None:
        """Compare commits with their parents and tell each file that differs.

        Args:
            commits: ids, each with those of its parents that are there.
            seen: is called with commit, path and blob id; in the order of `commits`.

        Raises:
            NeighbourFailed: a tree is missing.
        """
        ...

    def listing(self, oid: str) -> Sequence[tuple[str, str]]:
        """(path, blob id) of all files of a commit or tree; ("", id) for a blob."""
        ...
