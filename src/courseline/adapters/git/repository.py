"""The temporary repository itself: small questions that workspace and remotes ask it. It never asks a remote."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import count
from pathlib import Path
from threading import Lock

from courseline.adapters.git import objects
from courseline.adapters.git.command import Command
from courseline.adapters.git.explain import words
from courseline.adapters.git.object_reader import ObjectReader
from courseline.errors import CourselineError, NeighbourFailed

EVERYTHING = 2


class LocalRepository:
    """A bare repository.

    Args:
        command: runs git in it.
        directory: where it is.

    Attributes:
        made: commits that were written here, and what each of them builds on.
        brought: the least that any fetch brought of a commit: 0 only the commit, 1 also its trees, 2 everything.
        asked: blobs that were asked for by their ids and came.
        only_asked: whether no other blob is here: none came with a commit, none was written.
        fetching: held while something is fetched: git refuses a second one that writes down where a history was cut off.
    """

    def __init__(self, command: Command, directory: Path) -> None:
        self.command = command
        self.made: dict[str, str | None] = {}
        self.brought = EVERYTHING
        self.asked: set[str] = set()
        self.only_asked = True
        self.fetching = Lock()
        self._directory = directory
        self._reader = ObjectReader(command)
        self._numbers = count(1)
        self._here: dict[str, int] = {}  # bytes of objects that were seen here; nothing is ever taken away

    def prepare_questions(self) -> None:
        """Start what answers questions, while something else is waited for."""
        self._reader.begin()

    def new_ref(self) -> str:
        """A reference name nobody has used yet; what it names stays in the repository."""
        return f"refs/courseline/{next(self._numbers)}"

    def is_shallow(self) -> bool:
        """Whether some history was cut off."""
        return (self._directory / "shallow").exists()

    def commit_of(self, ref: str) -> str | None:
        """The commit that a reference or tag leads to, None when it leads to none."""
        name = f"{ref}^{{commit}}"
        fact = self._reader.facts([name]).get(name)
        return fact.oid if fact is not None else None

    def value_and_commit(self, ref: str) -> tuple[str | None, str | None]:
        """The object that a reference names, and the commit it leads to; None for what there is not."""
        peeled = f"{ref}^{{commit}}"
        facts = self._reader.facts([ref, peeled])
        value, commit = facts.get(ref), facts.get(peeled)
        return value.oid if value is not None else None, commit.oid if commit is not None else None

    def tree_of(self, commit: str) -> str:
        """The tree id of a commit that is here, whether or not the tree is."""
        (_, raw) = self.batch([commit], objects.BLOB_BYTES)[commit]
        return objects.parse_commit(commit, raw).tree

    def kinds(self, oids: Iterable[str]) -> dict[str, str]:
        """Object id -> type, of those that are here."""
        facts = self._reader.facts(list(oids))
        return {oid: fact.kind for oid, fact in facts.items()}

    def lacking(self, oids: Iterable[str]) -> list[str]:
        """Those that are not here; what was here once is not asked for again."""
        wanted = list(oids)
        if self.only_asked:  # for each that is not here git would look through all packs again
            return [oid for oid in wanted if oid not in self.asked]
        return self.absent(wanted)

    def absent(self, oids: Iterable[str]) -> list[str]:
        """Those that git does not find here."""
        wanted = list(oids)
        here = self.sizes(wanted)
        return [oid for oid in wanted if oid not in here]

    def sizes(self, oids: Iterable[str]) -> dict[str, int]:
        """Object id -> bytes, of those that are here."""
        wanted = list(oids)
        unseen = [oid for oid in wanted if oid not in self._here]
        if unseen:
            self._here |= {oid: fact.size for oid, fact in self._reader.facts(unseen).items()}
        return {oid: self._here[oid] for oid in wanted if oid in self._here}

    def is_ancestor(self, old: str, new: str) -> bool:
        """Whether `new` builds on `old`, as far as the fetched history shows."""
        if self.made.get(new) == old:
            return True
        return self.command.run(["merge-base", "--is-ancestor", "--end-of-options", old, new]).code == 0

    def batch(self, oids: Sequence[str], limit: int) -> objects.Found:
        """Object id -> (type, bytes), of those that are here, each at most `limit` bytes."""
        return self._reader.contents(oids, limit) if oids else {}

    def close(self) -> None:
        """End what still runs here."""
        self._reader.close()

    def local(self, arguments: Sequence[str], feed: Iterable[bytes] = ()) -> bytes:
        """Output of a command that has no reason to end badly."""
        answer = self.command.run(arguments, feed=feed)
        if answer.code != 0:
            raise self.unexpected(arguments[0], answer.message)
        return answer.output

    def unexpected(self, verb: str, message: str) -> CourselineError:
        """The error for a command that ended badly all the same."""
        return NeighbourFailed(f"git {verb} in the temporary repository stopped. It said: {words(message)}")
