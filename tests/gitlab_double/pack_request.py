"""What a client asks `git-receive-pack` to do, read from the request's body.

Facts: https://git-scm.com/docs/pack-protocol#_reference_update_request_and_packfile_transfer
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass

from tests.gitlab_double.pushes import Moved

_LENGTH = 4


@dataclass(frozen=True, slots=True)
class PackRequest:
    """References to move, and push options."""

    moved: tuple[Moved, ...]
    options: tuple[str, ...]


def read(body: bytes, encoding: str) -> PackRequest:
    """Parse a body, gzipped or not."""
    data = gzip.decompress(body) if encoding == "gzip" else body
    lines, rest = _lines(data)
    # They stand on the first command; before that a shallow clone names where its history ends.
    capabilities = next((line.partition(b"\0")[2].split() for line in lines if b"\0" in line), [])
    moved = []
    for line in lines:
        words = line.partition(b"\0")[0].decode(errors="surrogateescape").rstrip("\n").split(" ", 2)
        if len(words) == 3:
            moved.append(Moved(words[2], words[0], words[1]))
    options = _lines(rest)[0] if b"push-options" in capabilities else []
    return PackRequest(tuple(moved), tuple(option.decode().rstrip("\n") for option in options))


def _lines(data: bytes) -> tuple[list[bytes], bytes]:
    """pkt-lines up to a flush, and what follows it."""
    found = list(_split(data))
    used = sum(len(line) + _LENGTH for line in found) + _LENGTH
    return found, data[used:]


def _split(data: bytes) -> Iterator[bytes]:
    at = 0
    while at + _LENGTH <= len(data) and (size := int(data[at : at + _LENGTH], 16)) >= _LENGTH:
        yield data[at + _LENGTH : at + size]
        at += size
