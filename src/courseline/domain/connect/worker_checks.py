"""Checks of the worker: does it live, does it reconcile, has it given up on something."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from courseline.domain.connect.finding import Finding, Level

SILENT = timedelta(seconds=90)
"""A worker gives a sign of life every few seconds."""
RECONCILE = timedelta(minutes=15)
"""Three passes that should have been."""


def check_heartbeat(seen_at: datetime | None, waiting: int, now: datetime) -> Finding:
    """The last sign of life of any worker; `waiting` jobs have nobody else."""
    check, start = "worker", "Start it: courseline worker"
    if seen_at is not None and now - seen_at <= SILENT:
        return Finding(check, Level.OK, f"alive; {waiting} jobs wait")
    said = "none has ever run" if seen_at is None else f"silent for {ago(now - seen_at)}"
    return Finding(check, Level.FAIL if waiting else Level.WARN, f"{said}; {waiting} jobs wait", start)


def check_reconcile(at: datetime | None, now: datetime) -> Finding:
    """When everything was last compared with GitLab."""
    check = "reconcile"
    if at is None:
        return Finding(
            check, Level.WARN, "never ended yet", "A worker does it when it starts and every 5 minutes."
        )
    if now - at > RECONCILE:
        return Finding(
            check, Level.WARN, f"{ago(now - at)} ago", "Look at the worker's log: something may not answer."
        )
    return Finding(check, Level.OK, f"{ago(now - at)} ago")


def check_dead(count: int, last: Sequence[str]) -> Finding:
    """Work that was given up.

    Args:
        count: how many.
        last: the newest of them, in words.
    """
    if not count:
        return Finding("dead jobs", Level.OK, "none")
    remedy = "See why: courseline events list --dead; again: courseline events replay NUMBER"
    newest = f"; last {'; '.join(last)}" if last else ""
    return Finding("dead jobs", Level.WARN, f"{count}{newest}", remedy)


def check_oldest(received_at: datetime | None, now: datetime) -> Finding:
    """How long the oldest event waits."""
    check = "inbox"
    if received_at is None:
        return Finding(check, Level.OK, "nothing waits")
    waits = now - received_at
    if waits > RECONCILE:
        return Finding(
            check, Level.WARN, f"the oldest event waits for {ago(waits)}", "Is a worker running, and enough?"
        )
    return Finding(check, Level.OK, f"the oldest event waits for {ago(waits)}")


def ago(span: timedelta) -> str:
    """`3 min`, `5 h`, `2 days`."""
    seconds = max(0, round(span.total_seconds()))
    if seconds < 120:
        return f"{seconds} s"
    if seconds < 7200:
        return f"{seconds // 60} min"
    if seconds < 172_800:
        return f"{seconds // 3600} h"
    return f"{seconds // 86_400} days"
