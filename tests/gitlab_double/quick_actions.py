"""What GitLab does instead of writing it down: a line of a note that begins with a known `/word`.

Facts: https://docs.gitlab.com/user/project/quick_actions/. Lines in code and in quotes are text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORDS = (
    "approve", "assign", "close", "confidential", "copy_metadata", "draft", "due", "done", "estimate", "label", "lock", "merge",
    "milestone", "ready", "rebase", "reopen", "relabel", "request_review", "shrug", "spend", "submit_review", "subscribe",
    "target_branch", "title", "todo", "unapprove", "unassign", "unlabel", "unlock", "unsubscribe",
)  # fmt: skip
_ACTION = re.compile(rf"/({'|'.join(_WORDS)})(?:[ \t]+(.*))?$")
_FENCE = re.compile(r" {0,3}(```|~~~)")


@dataclass(frozen=True, slots=True)
class Spoken:
    """A note without its actions.

    Attributes:
        text: what is written down; empty when there was nothing else.
        actions: (word, rest of the line), in order.
    """

    text: str
    actions: tuple[tuple[str, str], ...]


def read(body: str) -> Spoken:
    """Tell actions from text."""
    kept, actions, fence = [], [], ""
    for line in body.splitlines():
        mark = _FENCE.match(line)
        if mark and fence in {"", mark[1]}:
            fence = "" if fence else mark[1]
        action = None if fence else _ACTION.match(line)
        if action:
            actions.append((action[1], (action[2] or "").strip()))
        else:
            kept.append(line)
    return Spoken("\n".join(kept).strip() if actions else body, tuple(actions))
