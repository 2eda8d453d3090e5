"""Which rules this installation builds and judges by."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from functools import lru_cache
from importlib.metadata import distribution
from pathlib import Path

from courseline.adapters.read_file import read_file

PACKAGE = Path(__file__).parent.parent
LIBRARIES = ("PyYAML", "markdown-it-py", "nbformat", "pydantic")
"""What reads meta.yaml, texts and notebooks for builder and gate."""


@lru_cache(maxsize=1)
def rules_version() -> str:
    """sha256 over every source of courseline, and over what the libraries that read for it say of themselves.

    Nobody has to remember to count a number up: a change of any line makes other rules.
    """
    return sources_digest(PACKAGE)


def sources_digest(package: Path) -> str:
    """The same of the sources below a directory."""
    digest = hashlib.sha256(sys.version.encode())
    for library in LIBRARIES:
        digest.update(f"\0{library} {_metadata(library)}".encode())
    for source in sorted(_sources(str(package), "")):
        raw = read_file(f"{package}/{source}")
        digest.update(f"\0{source} {len(raw)}\0".encode() + raw)
    return digest.hexdigest()


def _metadata(library: str) -> str:
    """What it was installed with, its version among it: taking that apart takes longer than all the rest here."""
    found = distribution(library)
    return found.read_text("METADATA") or found.version


def _sources(directory: str, inside: str) -> Iterator[str]:
    """Paths of all sources below a directory; pathlib takes ten times as long, and every run waits for this."""
    with os.scandir(directory) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _sources(entry.path, f"{inside}{entry.name}/")
            elif entry.name.endswith(".py"):
                yield f"{inside}{entry.name}"
