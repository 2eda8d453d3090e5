"""Which names may be handed to git as references.

Rules: https://git-scm.com/docs/git-check-ref-format. A name that passes starts with `refs/` or is forty hex
digits, so it can be read neither as an option nor as a refspec.
"""

from __future__ import annotations

import re

from courseline.errors import InvalidInput

_OID = re.compile(r"[0-9a-f]{40}")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//")


def is_oid(text: str) -> bool:
    """Whether `text` is the full SHA-1 name of an object, in lower case."""
    return _OID.fullmatch(text) is not None


def is_refname(text: str) -> bool:
    """Whether `text` is a full reference name that git accepts (`refs/heads/main`)."""
    parts = text.split("/")
    return (
        text.startswith("refs/")
        and len(parts) >= 3
        and _FORBIDDEN.search(text) is None
        and not text.endswith(".")
        and all(part and not part.startswith(".") and not part.endswith(".lock") for part in parts)
    )


def checked_oid(text: str, purpose: str) -> str:
    """`text` when it is a full object id.

    Raises:
        InvalidInput: it is anything else; `purpose` says what it was wanted for.
    """
    if not is_oid(text):
        msg = f"{purpose}: {text!a} is not a git object id. Forty lower-case hex digits are needed."
        raise InvalidInput(msg)
    return text


def checked_ref(text: str, purpose: str) -> str:
    """`text` when it is a full reference name or object id.

    Raises:
        InvalidInput: it is anything else; `purpose` says what it was wanted for.
    """
    if not is_oid(text) and not is_refname(text):
        msg = (
            f"{purpose}: {text!a} is no full reference name. "
            "Write it as refs/heads/BRANCH, refs/tags/TAG or the forty hex digits of a commit."
        )
        raise InvalidInput(msg)
    return text


def branch_ref(branch: str, purpose: str) -> str:
    """`refs/heads/BRANCH` for a short branch name.

    Raises:
        InvalidInput: git accepts no such branch name.
    """
    ref = f"refs/heads/{branch}"
    if not is_refname(ref) or branch.startswith("-"):
        msg = f"{purpose}: {branch!a} cannot be the name of a branch."
        raise InvalidInput(msg)
    return ref
