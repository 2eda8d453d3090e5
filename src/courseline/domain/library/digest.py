r"""The content digest: equal for equal content in any repository, on any machine.

It is the SHA-256 of one line a file, `MODE SIZE SHA256  PATH` and a newline, in byte order of the paths. Anybody can
compute it again, in a directory that holds exactly the version's files:

    find . -type f -printf '%P\n' | LC_ALL=C sort | while IFS= read -r path; do
      mode=100644; [ -x "$path" ] && mode=100755
      printf '%s %s ' "$mode" "$(stat -c %s -- "$path")"; sha256sum -- "$path"
    done | sha256sum
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from courseline.domain.library.version import VersionFile


def content_digest(files: Iterable[VersionFile]) -> str:
    """The digest of these files, 64 hex digits; their order and roles do not count.

    The path policy keeps newlines and backslashes out of paths, so a line has one reading and `sha256sum` escapes
    nothing.
    """
    lines = sorted(((_bytes(file.path), file) for file in files), key=lambda line: line[0])
    digest = hashlib.sha256()
    for path, file in lines:
        digest.update(f"{file.mode} {file.size} {file.sha256}  ".encode() + path + b"\n")
    return digest.hexdigest()


def _bytes(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")
