"""Reads objects of a workspace: listings, blobs, commits, and which are there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import BinaryIO

from courseline.adapters.git.refname import is_oid
from courseline.domain.tree import Tree, TreeFile
from courseline.errors import InvalidInput, NeighbourFailed
from courseline.usecases.ports import Commit

BLOB_BYTES = 100 * 1024 * 1024
ANSWER_BYTES = 1024 * 1024 * 1024
MOST_FILES = 250_000
LISTING_BYTES = 128 * 1024 * 1024
_CHUNK_BYTES = 1024 * 1024
_DIRECTORY = b"\x00040000 tree "
_AUTHOR = re.compile(r"(.*) (\d+) [+-]\d{4}")

Found = dict[str, tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of an object without reading it: its id, its type, its bytes."""

    oid: str
    kind: str
    size: int


def oid_lines(oids: Iterable[str]) -> bytes:
    """Input for git commands that read object ids from standard input."""
    return "".join(f"{oid}\n" for oid in oids).encode()


def parse_tree(output: bytes) -> Tree:
    """The listing of `ls-tree -r -z --full-tree`; symbolic links and submodules are among the files."""
    files = []
    for entry in output.split(b"\0")[:-1]:
        head, _, name = entry.partition(b"\t")
        mode, _, oid = head.decode().split(" ")
        files.append(TreeFile(name.decode("utf-8", "surrogateescape"), mode, oid))
    return Tree(files)


def listing_reader(commit: str, most: int) -> Callable[[BinaryIO], bytes]:
    """A reader of `ls-tree -z` that stops at too many files: a few small trees can name thousands of millions.

    Raises (when called):
        InvalidInput: there are more than `most`, or with `-t` more than twice as many together with directories.
    """

    def read(stream: BinaryIO) -> bytes:
        chunks: list[bytes] = []
        entries = directories = size = 0
        before = b"\0"
        while chunk := stream.read(_CHUNK_BYTES):
            chunks.append(chunk)
            entries += chunk.count(b"\0")
            directories += (before + chunk).count(_DIRECTORY)
            before = chunk[1 - len(_DIRECTORY) :]  # too short to hold one, so that none counts twice
            size += len(chunk)
            if entries > 2 * most or entries - directories > most or size > LISTING_BYTES:
                msg = (
                    f"Listing the files of {commit}: there are more than {most:,}, or names of more than"
                    f" {LISTING_BYTES} bytes; so much is not read of one repository. Split it."
                )
                raise InvalidInput(msg)
        return b"".join(chunks)

    return read


def read_facts(stream: BinaryIO, names: Sequence[str]) -> dict[str, Fact]:
    """Read an answer of `cat-file` about each name; those of objects that are not here are left out.

    Raises:
        EOFError: the answer ended before its last line.
    """
    facts = {}
    for name in names:
        line = stream.readline()
        if not line.endswith(b"\n"):
            raise EOFError(name)
        oid, _, rest = line.decode("utf-8", "replace").rstrip("\n").partition(" ")
        kind, _, size = rest.partition(" ")
        if is_oid(oid) and size.isdecimal():
            facts[name] = Fact(oid, kind, int(size))
    return facts


def batch_reader(
    limit: int, together: int = ANSWER_BYTES, answers: int | None = None
) -> Callable[[BinaryIO], Found]:
    """A reader of objects as `cat-file` writes them: object id -> (type, bytes), without those that are missing.

    Args:
        limit: most bytes of an object.
        together: most bytes of all.
        answers: how many are read; None for all until the output ends.

    Raises (when called):
        InvalidInput: an object is larger than `limit` bytes, or all are than `together`; what is too much is not read.
        NeighbourFailed: the output ended inside an object.
        EOFError: it ended before the last of `answers`.
    """

    def read(stream: BinaryIO) -> Found:
        found: Found = {}
        total = 0
        for number in count():
            if number == answers:
                break
            if not (header := stream.readline()):
                if answers is not None:
                    raise EOFError(number)
                break
            oid, _, rest = header.decode().rstrip("\n").partition(" ")
            if rest == "missing":
                continue
            kind, _, digits = rest.partition(" ")
            size = int(digits)
            if size > limit:
                msg = f"The file with git id {oid} has {size} bytes; at most {limit} are read. Keep large files elsewhere."
                raise InvalidInput(msg)
            total += size
            if total > together:
                msg = f"The files that are read together have more than {together} bytes. Keep large files elsewhere."
                raise InvalidInput(msg)
            data = stream.read(size)
            if len(data) != size or stream.read(1) != b"\n":
                msg = f"git stopped in the middle of object {oid}. Run the command again."
                raise NeighbourFailed(msg)
            found[oid] = (kind, data)
        return found

    return read


def parse_commit(sha: str, raw: bytes) -> Commit:
    """A commit from its raw object."""
    head, _, body = raw.partition(b"\n\n")
    parents: list[str] = []
    fields: dict[str, bytes] = {}
    for line in head.split(b"\n"):
        key, _, value = line.partition(b" ")
        if key == b"parent":
            parents.append(value.decode())
        elif key:
            fields.setdefault(key.decode("ascii", "replace"), value)
    encoding = fields.get("encoding", b"utf-8").decode("ascii", "replace")
    author, _ = _signature(fields.get("author", b""), encoding)
    _, at = _signature(fields.get("committer", b""), encoding)
    return Commit(sha, tuple(parents), fields["tree"].decode(), author, at, _decoded(body, encoding))


def _signature(raw: bytes, encoding: str) -> tuple[str, datetime]:
    text = _decoded(raw, encoding)
    match = _AUTHOR.fullmatch(text)
    if match is None:
        return text, datetime.fromtimestamp(0, UTC)
    try:
        return match[1], datetime.fromtimestamp(int(match[2]), UTC)
    except (OverflowError, ValueError):  # a year that datetime does not know
        return match[1], datetime.fromtimestamp(0, UTC)


def _decoded(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding, "replace")
    except (
        LookupError,
        ValueError,
    ):  # no encoding of that name, or one that cannot replace what it does not know
        return raw.decode("utf-8", "replace")
