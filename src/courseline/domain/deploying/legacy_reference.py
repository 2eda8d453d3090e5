"""Dependencies written as relative paths, as old courses do: `../variables-basics` or `../variables-basics/utils.py`."""

from __future__ import annotations

import posixpath


def legacy_targets(directory: str, as_written: str) -> list[tuple[str, str | None]]:
    """What a relative path may mean, most specific first.

    Args:
        directory: of the example that has the dependency, in its repository.
        as_written: the reference.

    Returns:
        Pairs of an example's directory and a file in it (None for the example as a whole); empty when the reference
        is no relative path or leaves the repository.
    """
    if "/" not in as_written or ":" in as_written or as_written.startswith("/"):
        return []
    path = posixpath.normpath(posixpath.join(directory, as_written))
    if path == "." or path.startswith(".."):
        return []
    targets: list[tuple[str, str | None]] = [(path, None)]
    parts = path.split("/")
    targets += [
        ("/".join(parts[:length]), "/".join(parts[length:])) for length in range(len(parts) - 1, 0, -1)
    ]
    return targets
