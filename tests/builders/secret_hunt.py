"""Looks for secrets where none may be: command lines and temporary files while something runs, and what it left."""

from __future__ import annotations

import os
import re
import subprocess
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

JWT = re.compile(rb"eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}")
"""A signed token, such as GitLab's id_tokens (RFC 7519)."""
_LARGEST = 4 * 1024 * 1024
_PAUSE = 0.01


class Watch:
    """Reads the command line of every process, and every file below some directories, over and over.

    Args:
        directories: of temporary files.

    Attributes:
        argv: every command line that was seen.
        files: path -> every content that was seen.
    """

    def __init__(self, *directories: Path) -> None:
        self._directories = directories
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self.argv: set[bytes] = set()
        self.files: dict[str, set[bytes]] = {}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(_PAUSE):
            for process in Path("/proc").iterdir():
                with suppress(OSError):  # it is no process, or has gone
                    self.argv.add((process / "cmdline").read_bytes())
            for name, content in contents(*self._directories):
                self.files.setdefault(name, set()).add(content)


def contents(*directories: Path) -> Iterable[tuple[str, bytes]]:
    """Path and content of every file below directories; what vanishes meanwhile is left out."""
    for directory in directories:
        for where, _, names in os.walk(directory):  # passes over what vanishes
            for path in (Path(where, name) for name in names):
                with suppress(OSError):
                    if path.is_file() and not path.is_symlink() and path.stat().st_size <= _LARGEST:
                        yield str(path), path.read_bytes()


def git_objects(repository: Path) -> bytes:
    """Everything that a repository holds, reachable or not."""
    words = ["git", "-C", str(repository), "cat-file", "--batch", "--batch-all-objects"]
    return subprocess.run(words, check=True, capture_output=True).stdout


def hits(
    secrets: Mapping[str, str], places: Iterable[tuple[str, bytes]], *, tokens: bool = True
) -> list[str]:
    """Where a secret is, as `NAME in PLACE`.

    Args:
        secrets: name -> value.
        places: name -> content.
        tokens: signed tokens count too, whatever they say.
    """
    sought = {name: value.encode() for name, value in secrets.items()}
    found: list[str] = []
    for place, content in places:
        found += [f"{name} in {place}" for name, value in sought.items() if value in content]
        if tokens and JWT.search(content):
            found.append(f"a signed token in {place}")
    return found
