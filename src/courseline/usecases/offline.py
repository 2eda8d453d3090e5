"""What commands need that work on a directory of this machine alone: no database, no store, no remote, no settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from courseline.usecases.neighbours import Progress, WriteYaml, no_progress
from courseline.usecases.ports import Clock, ReadYaml


class Directory(Protocol):
    """A directory of this machine, seen as git would store it.

    All methods raise `InvalidInput` naming the file when something cannot be read.
    """

    @property
    def name(self) -> str:
        """Its own name; stands in for the repository's."""
        ...

    def listing(self) -> Sequence[tuple[str, str]]:
        """Path (`/`-separated, relative) and git mode of every file, ordered by path."""
        ...

    def size(self, path: str) -> int:
        """Bytes that `read` would give."""
        ...

    def read(self, path: str) -> bytes:
        """The bytes git would store for a file; for a link, where it leads."""
        ...


@dataclass(frozen=True, slots=True)
class Offline:
    """The outside of such a command.

    Attributes:
        directory: what is looked at.
        read_yaml: strict reader.
        write_yaml: writer of reduced meta.yaml files.
        clock: the time.
        progress: see `Progress`.
    """

    directory: Directory
    read_yaml: ReadYaml
    write_yaml: WriteYaml
    clock: Clock
    progress: Progress = no_progress
