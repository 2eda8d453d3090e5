"""Which rules this installation builds and judges by."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

PACKAGE = Path(__file__).parent.parent
LIBRARIES = ("PyYAML", "markdown-it-py", "nbformat", "pydantic")
"""What reads meta.yaml, texts and notebooks for builder and gate."""


@lru_cache(maxsize=1)
def rules_version() -> str:
    """sha256 over every source of courseline, and over the versions of what reads for it.

    Nobody has to remember to count a number up: a change of any line makes other rules.
    """
    return sources_digest(PACKAGE)


def sources_digest(package: Path) -> str:
    """The same of the sources below a directory."""
    digest = hashlib.sha256(sys.version.encode())
    for library in LIBRARIES:
        digest.update(f"\0{library} {version(library)}".encode())
    for source in sorted(_sources(str(package), "")):
        raw = Path(f"{package}/{source}").read_bytes()
        digest.update(f"\0{source} {len(raw)}\0".encode())
        digest.update(raw)
    return digest.hexdigest()


def _sources(directory: str, inside: str) -> Iterator[str]:
    """Paths of all sources below a directory; pathlib takes ten times as long, and every run waits for this."""
    with os.scandir(directory) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _sources(entry.path, f"{inside}{entry.name}/")
            elif entry.name.endswith(".py"):
                yield f"{inside}{entry.name}"
