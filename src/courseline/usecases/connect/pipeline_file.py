"""Editing files that people wrote, as a protocol: what they wrote stays, comments and all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol


class EditFiles(Protocol):
    """Reads and edits YAML.

    All methods raise `InvalidInput` when the file is none that can be edited; the message says why.
    """

    def includes(self, raw: bytes) -> Sequence[object]:
        """The entries of `include:` of a pipeline file, plain values; empty without any."""
        ...

    def with_include(self, raw: bytes, entry: Mapping[str, object]) -> bytes:
        """The pipeline file with one more entry of `include:`, behind the others."""
        ...

    def filled(self, raw: bytes, values: dict[tuple[str, ...], object]) -> bytes:
        """The file with values set at keys; mappings on the way are made where they are missing."""
        ...

    def written(self, data: Mapping[str, object]) -> str:
        """YAML of our own, as a person would paste it."""
        ...
