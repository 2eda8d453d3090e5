"""Points in time as files and trailers write them: `2026-01-01T00:00:00Z`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

_TEXT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{0,63}(?:/[A-Za-z0-9_+-]{1,64}){0,3}")
_YEARS = range(1970, 9999)  # outside of them a change of time zone can leave what datetime can hold


def instant_text(at: datetime) -> str:
    """An aware time as text, UTC, whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_instant(text: object) -> datetime | None:
    """The time written by `instant_text`, or None when it is anything else."""
    if not isinstance(text, str) or not _TEXT.fullmatch(text):
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.year in _YEARS else None


def parse_iso(text: str, zone: tzinfo) -> datetime | None:
    """Any ISO 8601 date or date and time as an aware time, or None when it is none or outside the years 1970-9998.

    Args:
        text: `2026-10-01`, `2026-10-01 08:00`, `2026-10-01T08:00:00+02:00`, ...; a date is its first moment.
        zone: what a text without offset is in.
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    if at.year not in _YEARS:
        return None
    return at.replace(tzinfo=zone) if at.tzinfo is None else at


def zone_named(name: str) -> tzinfo | None:
    """The time zone with an IANA name (`Europe/Vienna`), or None when there is none."""
    if name == "UTC":
        return UTC
    if not _ZONE.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (
        KeyError,
        ValueError,
        OSError,
    ):  # ZoneInfoNotFoundError is a KeyError; a directory's name gives OSError
        return None
