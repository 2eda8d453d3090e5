"""Git LFS pointers: small text files that stand for content which the repository does not hold.

Format: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
"""

from __future__ import annotations

import re

_TOO_LONG = 1024  # "pointer files must be less than 1024 bytes in size"
_POINTER = re.compile(
    rb"version https?://(?:git-lfs\.github\.com|hawser\.github\.com|git-media\.io)/\S+\r?\n"  # today's URL, pre-releases
    rb"(?:ext-[^\r\n]+\r?\n)*"
    rb"oid sha256:[0-9a-f]{64}\r?\n"
    rb"size [0-9]+(?:\r?\n)*"
)


def is_lfs_pointer(data: bytes) -> bool:
    """Whether `data`, the whole content of a file, is a pointer; lenient about line ends, as git-lfs itself is."""
    return len(data) < _TOO_LONG and _POINTER.fullmatch(data) is not None
