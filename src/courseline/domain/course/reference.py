"""References to examples as course files write them."""

from __future__ import annotations

import re

_PLACEHOLDER = re.compile(r"\{\{\s*(?P<name>[^{}]*?)\s*\}\}")


def strip_placeholder(reference: str) -> str:
    """The reference inside a placeholder: `{{hello-world-uuid}}` means the example `hello-world`.

    Course files were once templates in which a tool put the example's UUID in place of `{{NAME-uuid}}`; the name is
    all the library needs to find it. Anything that is not such a placeholder comes back without outer white space.
    """
    text = reference.strip()
    match = _PLACEHOLDER.fullmatch(text)
    if match is None:
        return text
    return match["name"].removesuffix("-uuid") or match["name"]
