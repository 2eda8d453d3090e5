"""The input of `git fast-import` for one commit: https://git-scm.com/docs/git-fast-import#_input_format."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from courseline.adapters.git.refname import is_oid
from courseline.domain.tree import DIRECTORY, EXECUTABLE, FILE, GITLINK, SYMLINK
from courseline.errors import InvalidInput
from courseline.usecases.ports import Change, DeletePath, PutFile

_AUTHOR = re.compile(r"[^<>\n\0]*<[^<>\n\0]*>")
_PLAIN = re.compile(rb'[^\x00-\x1f"\\\x7f]*')
# A part that is empty, `.`, `..` or `.git` in any case.
_NO_PATH = re.compile(r"(?:\A|/)(?:\.{0,2}|\.[gG][iI][tT])(?:/|\Z)")
_BY_ID = (FILE, EXECUTABLE, DIRECTORY, SYMLINK, GITLINK)


def checked_author(author: str) -> str:
    """`author` when git can write it down.

    Raises:
        InvalidInput: it is not of the form `Name <mail>`.
    """
    if _AUTHOR.fullmatch(author) is None:
        msg = f"The author {author!a} of commits is not of the form `Name <mail@example.org>`."
        raise InvalidInput(msg)
    return author


def commit_input(
    *, ref: str, parent: str | None, changes: Sequence[Change], message: str, at: datetime, author: str
) -> Iterator[bytes]:
    """Check the changes, then give fast-import's input chunk by chunk; fast-import answers the commit's id.

    Args:
        ref: reference to write, new in the repository.
        parent: commit to build on.
        changes: deletions are written first, then puts in their order. Deleting "." empties the tree. A put by id
            may also be of mode 040000 with a tree's id.
        message: a missing final newline is added.
        at: author and committer time; without a zone it is UTC.
        author: author and committer.

    Raises:
        InvalidInput: a path, mode, id or author that must not be written.
    """
    seconds = int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())
    text = _encoded(message if message.endswith("\n") else f"{message}\n")
    who = checked_author(author).encode()
    deletes = [_path(change.path, root=True) for change in changes if isinstance(change, DeletePath)]
    puts = [(_put(change), change.content) for change in changes if isinstance(change, PutFile)]

    def chunks() -> Iterator[bytes]:
        yield f"commit {ref}\nmark :1\n".encode()
        yield b"author %s %d +0000\ncommitter %s %d +0000\n" % (who, seconds, who, seconds)
        yield b"data %d\n%s\n" % (len(text), text)
        if parent:
            yield f"from {parent}\n".encode()
        for path in deletes:
            yield b"D %s\n" % path if path else b"deleteall\n"
        for line, content in puts:
            yield line
            if isinstance(content, bytes):
                yield b"data %d\n" % len(content)
                yield content
                yield b"\n"
        yield b"get-mark :1\ndone\n"

    return chunks()


def quoted(path: str) -> bytes:
    """A path as fast-import reads it whatever it holds: in quotes, with escapes."""
    raw = path.encode("utf-8", "surrogateescape")
    if _PLAIN.fullmatch(raw):
        return b'"%s"' % raw
    return b'"%s"' % b"".join(
        b"\\%03o" % byte if byte < 0x20 or byte in b'"\\\x7f' else bytes((byte,)) for byte in raw
    )


def _put(change: PutFile) -> bytes:
    path = _path(change.path)
    if isinstance(change.content, bytes):
        if change.mode not in {FILE, EXECUTABLE}:
            msg = f"Writing {change.path!a}: mode {change.mode!a} is not that of a file ({FILE} or {EXECUTABLE})."
            raise InvalidInput(msg)
        return b"M %s inline %s\n" % (change.mode.encode(), path)
    if change.mode not in _BY_ID or not is_oid(change.content):
        msg = f"Writing {change.path!a}: {change.mode!a} {change.content!a} is no mode with an object id."
        raise InvalidInput(msg)
    return b"M %s %s %s\n" % (change.mode.encode(), change.content.encode(), path)


def _path(path: str, *, root: bool = False) -> bytes:
    """The quoted path; empty for the whole tree, where that is allowed.

    The other side's git refuses these names too; here the message can still name the file.
    """
    if root and path in {"", "."}:
        return b""
    if "\0" in path or _NO_PATH.search(path):
        msg = f"{path!a} cannot be written to a git repository: it is no plain relative path."
        raise InvalidInput(msg)
    return quoted(path)


def _encoded(message: str) -> bytes:
    if "\0" in message:
        msg = "A commit message holds a NUL character, which git cannot store."
        raise InvalidInput(msg)
    return message.encode("utf-8", "surrogateescape")
