"""Checks of this machine and of what keeps the data: git, clocks, database, object store, keys."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from courseline.domain.connect.finding import Finding, Level
from courseline.domain.connect.webhook import SIGNING

OLDEST_GIT = (2, 38)
"""The first with `git merge-tree --write-tree`, by which updates are merged; partial clones are older."""
SKEW = timedelta(seconds=60)
"""From here on clocks confuse people."""
LARGEST_SKEW = timedelta(seconds=240)
"""Signatures of webhooks and tokens of jobs hold for five minutes."""
_NUMBER = re.compile(r"(\d+)\.(\d+)")


def check_git(said: str) -> Finding:
    """By what `git --version` says."""
    found = _NUMBER.search(said)
    version = (int(found[1]), int(found[2])) if found else (0, 0)
    if version < OLDEST_GIT:
        return Finding(
            "git", Level.FAIL, said or "no version", "Install git 2.38 or newer; updates are merged with it."
        )
    return Finding("git", Level.OK, said)


def check_clock(name: str, theirs: datetime | None, ours: datetime) -> Finding:
    """By another clock, read between two looks at ours."""
    check = f"clock of {name}"
    if theirs is None:
        return Finding(check, Level.WARN, "it tells no time", "A proxy may have taken the header Date out.")
    skew = abs(theirs - ours)
    said = f"{round(skew.total_seconds())} s from ours" if skew >= timedelta(seconds=2) else "as ours"
    remedy = "Keep both machines' clocks by NTP."
    if skew >= LARGEST_SKEW:
        return Finding(check, Level.FAIL, said, f"{remedy} Signatures and job tokens are refused like this.")
    if skew >= SKEW:
        return Finding(check, Level.WARN, said, remedy)
    return Finding(check, Level.OK, said)


def check_revision(current: str | None, head: str) -> Finding:
    """The database's revision, and the one this release works with."""
    check = "database"
    if current == head:
        return Finding(check, Level.OK, f"reached, at revision {head}")
    if current is None:
        return Finding(check, Level.FAIL, "reached, without our tables", "Run: courseline db upgrade")
    said = f"reached, at revision {current}, and this release works with {head}"
    if current > head:
        return Finding(check, Level.FAIL, said, "Install the release that made it, or a newer one.")
    return Finding(check, Level.FAIL, said, "Run: courseline db upgrade")


def check_round_trip(wrote: str, read: str | None, *, is_gone: bool) -> Finding:
    """A scratch object that was written, read and removed.

    Args:
        wrote: sha256 of what was written.
        read: of what was read; None when nothing was there.
        is_gone: it was not there any more after it was removed.
    """
    check = "object store"
    if read is None:
        return Finding(check, Level.FAIL, "an object that was just written is not there", _STORE)
    if read != wrote:
        return Finding(check, Level.FAIL, "an object reads otherwise than it was written", _STORE)
    if not is_gone:
        return Finding(
            check, Level.WARN, "written and read alike, but it cannot be removed", "Allow s3:DeleteObject."
        )
    return Finding(check, Level.OK, "written, read with the same digest, removed")


_STORE = "Do not publish; look at the store's log and whether COURSELINE_OBJECT_STORE names the right one."


def check_secrets(unreadable: Sequence[str], old: int, kept: int) -> Finding:
    """Kept tokens: whose cannot be opened, how many need an old key, how many there are."""
    check = "kept tokens"
    if unreadable:
        names = ", ".join(unreadable)
        return Finding(
            check,
            Level.FAIL,
            f"no key opens those of {names}",
            "Add the key they were encrypted with to COURSELINE_SECRET_KEYS.",
        )
    if old:
        return Finding(
            check, Level.WARN, f"{old} of {kept} need an old key", "Run: courseline secrets rotate"
        )
    return Finding(check, Level.OK, f"{kept} kept, all open" if kept else "none kept")


def check_webhook_secrets(secrets: Sequence[str]) -> Finding:
    """COURSELINE_WEBHOOK_SECRETS, by kind."""
    check = "webhook secrets"
    if not secrets:
        remedy = "Set COURSELINE_WEBHOOK_SECRETS; without one the receiver does not start."
        return Finding(check, Level.WARN, "none set here", remedy)
    signing = sum(secret.startswith(SIGNING) for secret in secrets)
    tokens = len(secrets) - signing
    parts = [f"{signing} signing" if signing else "", f"{tokens} secret tokens" if tokens else ""]
    return Finding(check, Level.OK, ", ".join(part for part in parts if part))
