"""meta.yaml files for tests, read by the real reader."""

from __future__ import annotations

from courseline.adapters.yaml_files import read_yaml
from courseline.domain.library.meta import Meta, ParsedMeta, parse_meta


def parsed(text: str, path: str = "meta.yaml") -> ParsedMeta:
    return parse_meta(read_yaml(text.encode(), path))


def meta(text: str, path: str = "meta.yaml") -> Meta:
    """The meta.yaml written as `text`, which must be without errors."""
    read = parsed(text, path)
    assert read.meta is not None, read.problems
    return read.meta
