"""Writes plain data as YAML that `read_yaml` reads back as the same data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml


class _Dumper(yaml.SafeDumper):
    """Block style, lists indented, no anchors."""

    def ignore_aliases(self, _data: Any) -> bool:
        """Repeated values are written out: our reader takes no aliases."""
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - PyYAML's signature
        """Indent lists below their key, as people write them."""
        super().increase_indent(flow, indentless=False)


def write_yaml(data: Mapping[str, object]) -> bytes:
    """YAML in the order of the keys, UTF-8, with a final newline."""
    text = yaml.dump(
        dict(data), Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=100
    )
    return text.encode()
