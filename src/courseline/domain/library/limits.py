"""How large what is published may be: a repository of a few KiB can unpack to more than any machine holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from courseline.domain.paths import printable
from courseline.domain.tree import Tree
from courseline.errors import Problem

MIB = 1024 * 1024
LARGEST_META = MIB
"""Bytes of a meta.yaml that are looked at; what reads YAML is stricter still."""
LARGEST_FILE = 100 * MIB
LARGEST_EXAMPLE = 500 * MIB
LARGEST_RELEASE = 1024 * MIB
"""Bytes of new files that one run reads."""
MOST_FILES = 20_000
"""Files of an example."""


def weight(files: Tree, sizes: Mapping[str, int]) -> int:
    """Bytes of all files together; content that stands at two paths counts twice, as it does in the store.

    Args:
        files: of an example.
        sizes: bytes by blob id.
    """
    return sum(sizes.get(file.oid, 0) for file in files)


def count_problem(files: Tree, meta_file: str) -> Problem | None:
    """The error of an example of too many files."""
    if len(files) <= MOST_FILES:
        return None
    message = f"The example has {len(files):,} files; at most {MOST_FILES:,} are published."
    return Problem(meta_file, None, message, fix="Split the example, or keep its data elsewhere.")


def size_problems(files: Tree, sizes: Mapping[str, int], meta_file: str) -> Iterator[Problem]:
    """Every file that is too large, and the example when it is as a whole.

    Args:
        files: of the example.
        sizes: bytes by blob id.
        meta_file: where the latter is shown.
    """
    for file in files:
        size = sizes.get(file.oid, 0)
        if size > LARGEST_FILE:
            message = f"The file has {_shown(size)}; at most {_shown(LARGEST_FILE)} are published."
            yield Problem(
                printable(file.path), None, message, fix="Keep large files elsewhere and link to them."
            )
    total = weight(files, sizes)
    if total > LARGEST_EXAMPLE:
        message = f"The example has {_shown(total)}; at most {_shown(LARGEST_EXAMPLE)} are published."
        yield Problem(meta_file, None, message, fix="Keep its data elsewhere and link to them.")


def release_problem(total: int, meta_file: str) -> Problem | None:
    """The error of an example that one run has no room for any more.

    Args:
        total: bytes of it and of those that come before it.
        meta_file: where it is shown.
    """
    if total <= LARGEST_RELEASE:
        return None
    message = f"One run reads at most {_shown(LARGEST_RELEASE)} of new files, and those of other examples came first."
    return Problem(
        meta_file, None, message, fix="Sync the tag again: what is published by then is not read anew."
    )


def _shown(size: int) -> str:
    return f"{size / MIB:,.0f} MiB"
