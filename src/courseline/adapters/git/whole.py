"""A repository seen whole: all refs, all objects, and of a directory also the objects that no ref reaches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from courseline.adapters.git import objects
from courseline.adapters.git.refname import checked_oid, is_oid
from courseline.adapters.git.remote import GitRemote
from courseline.adapters.git.repository import LocalRepository
from courseline.usecases.ports import Commit
from courseline.usecases.whole_repository import GitObject

_CHUNK_BYTES = 256 * 1024
_QUESTION = "--batch-check=%(objectname) %(objecttype) %(objectsize)"
_NO_BLOB = "0" * 40
_SUBMODULE = b"160000"


class GitWhole:
    """Implements `whole_repository.WholeRepository`; made by `GitAdapter.whole`.

    Args:
        repository: the temporary repository that has borrowed or fetched the objects.
        remote: the repository that is looked at.
        refs: its refs.
        sees_unreachable: its object store is borrowed.
        blob_bytes: largest object that is read.
    """

    def __init__(
        self,
        repository: LocalRepository,
        remote: GitRemote,
        refs: Mapping[str, str],
        *,
        sees_unreachable: bool,
        blob_bytes: int,
    ) -> None:
        self._repository = repository
        self._remote = remote
        self._refs = dict(refs)
        self._sees_unreachable = sees_unreachable
        self._blob_bytes = blob_bytes

    @property
    def url(self) -> str:
        """As given, without credentials."""
        return self._remote.url

    @property
    def refs(self) -> Mapping[str, str]:
        """Full ref name -> the object it names, tags not peeled."""
        return self._refs

    @property
    def sees_unreachable(self) -> bool:
        """Whether objects that no ref reaches are among the objects."""
        return self._sees_unreachable

    def objects(self) -> Sequence[GitObject]:
        """All of them; none is read."""
        answer = self._repository.command.stream(
            ["cat-file", "--batch-all-objects", "--unordered", _QUESTION], _objects
        )
        if answer.code != 0:
            raise self._repository.unexpected("cat-file", answer.message)
        return answer.output

    def read(self, oids: Iterable[str]) -> dict[str, bytes]:
        """Bytes of objects."""
        wanted = [checked_oid(oid, "Reading objects") for oid in dict.fromkeys(oids)]
        return {oid: raw for oid, (_, raw) in self._repository.batch(wanted, self._blob_bytes).items()}

    def commits(self, oids: Iterable[str]) -> list[Commit]:
        """Commits by their ids, in any order."""
        return [objects.parse_commit(oid, raw) for oid, raw in self.read(oids).items()]

    def brought(
        self, commits: Iterable[tuple[str, Sequence[str]]], seen: Callable[[str, str, str], None]
    ) -> None:
        """Compare commits with their parents and tell each file that differs."""
        lines = (f"{' '.join([sha, *parents])}\n".encode() for sha, parents in commits)
        answer = self._repository.command.stream(
            ["diff-tree", "--stdin", "-r", "-z", "-m", "--root", "--no-renames", "--no-abbrev"],
            lambda stream: _changes(stream, seen),
            feed=lines,
        )
        if answer.code != 0:
            raise self._repository.unexpected("diff-tree", answer.message)

    def listing(self, oid: str) -> Sequence[tuple[str, str]]:
        """(path, blob id) of all files of a commit or tree; ("", id) for a blob."""
        if self._repository.kinds([checked_oid(oid, "Listing files")]).get(oid) == "blob":
            return [("", oid)]
        answer = self._repository.command.stream(
            ["ls-tree", "-r", "-z", "--full-tree", oid], objects.listing_reader(oid, objects.MOST_FILES)
        )
        if answer.code != 0:
            raise self._repository.unexpected("ls-tree", answer.message)
        return [(file.path, file.oid) for file in objects.parse_tree(answer.output)]


def object_store(directory: Path) -> Path | None:
    """Where a repository on this machine keeps its objects; None when that cannot be seen from its outside."""
    for place in (directory / "objects", directory / ".git" / "objects"):
        if place.is_dir() and "\n" not in str(place):
            return place
    return None


def borrow(repository: Path, store: Path) -> None:
    """Let a temporary repository read the objects of another one: https://git-scm.com/docs/gitrepository-layout."""
    (repository / "objects" / "info").mkdir(parents=True, exist_ok=True)
    (repository / "objects" / "info" / "alternates").write_text(f"{store}\n")


def fetch_whole(remote: GitRemote) -> Mapping[str, str]:
    """Bring all that the refs of `remote` reach; answers the refs."""
    refs = remote.refs().refs
    if refs:
        remote.fetch_everything()
    return refs


def _objects(stream: BinaryIO) -> list[GitObject]:
    found = []
    for line in stream:
        oid, kind, size = line.decode().split()
        found.append(GitObject(oid, kind, int(size)))
    return found


def _changes(stream: BinaryIO, seen: Callable[[str, str, str], None]) -> None:
    commit = ""
    tokens = _tokens(stream)
    for token in tokens:
        if not token.startswith(b":"):
            commit = token.decode("ascii", "replace")
            continue
        _, mode, _, oid, _ = token.decode("ascii", "replace").split(" ", 4)
        path = next(tokens, b"").decode("utf-8", "surrogateescape")
        if oid != _NO_BLOB and is_oid(oid) and mode.encode() != _SUBMODULE:
            seen(commit, path, oid)


def _tokens(stream: BinaryIO) -> Iterator[bytes]:
    rest = b""
    while chunk := stream.read(_CHUNK_BYTES):
        *whole, rest = (rest + chunk).split(b"\0")
        yield from whole
    if rest:
        yield rest
