"""A look at all names of a set at once: nearly every set is in order, and its names need not be looked at one by one."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet

_NAME = r"\.?[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*"
_LINES = re.compile(rf"(?:{_NAME}(?:/{_NAME})*\n)+")
_RESERVED = re.compile(
    r"(?:^|/)(?:(?:con|prn|aux|nul|com[1-9]|lpt[1-9])[./\n]|(?:\.git|git~1)[/\n])",
    re.IGNORECASE | re.MULTILINE,
)


def are_plain(paths: AbstractSet[str], longest: int) -> bool:
    """Whether they are of letters that every system has, and all different where upper and lower case are one.

    No rule of `domain.paths` says anything about paths for which this is so; where it is not, nothing is said yet.

    Args:
        paths: of files.
        longest: characters of a path from which on it is not plain.
    """
    if not paths:
        return True
    lines = "".join(f"{path}\n" for path in paths)
    if _LINES.fullmatch(lines) is None or _RESERVED.search(lines) is not None:
        return False
    if lines.count("\n") != len(paths) or max(map(len, paths)) > longest:
        return False
    directories: set[str] = set()
    for path in paths:
        above = path
        while (end := above.rfind("/")) > 0 and (above := above[:end]) not in directories:
            directories.add(above)
    every = paths | directories
    return len(every) == len(paths) + len(directories) == len({path.lower() for path in every})
