"""The seal that binds a kept student view to all that it depends on.

Apart from the view itself, because a sync needs it before it knows whether it builds any view, and building loads much.
"""

from __future__ import annotations

import hashlib
from uuid import UUID


def settled_seal(version_id: UUID, tree: str, rules: str, text: str) -> str:
    """sha256 over a kept view and all that it depends on.

    Args:
        version_id: the version, which stands for the roles of its files.
        tree: git tree id of all files that were looked at.
        rules: version of the rules of builder and gate.
        text: the view, from `settled_text`.
    """
    return hashlib.sha256(f"{version_id}\0{tree}\0{rules}\0{text}".encode()).hexdigest()
