"""Checks of what a GitLab says: version, our token, webhooks, protected tags."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from courseline.domain.connect.draft import RELEASE_TAGS
from courseline.domain.connect.finding import Finding, Level
from courseline.domain.connect.found import FoundHook
from courseline.domain.connect.webhook import SIGNING_SINCE, WantedHook, lacking

EXPIRES_SOON = timedelta(days=30)
_TOO_WIDE = {"sudo", "admin_mode"}
_TOKEN = "GitLab token"  # noqa: S105 - name of the check


def check_version(said: str, number: tuple[int, int]) -> Finding:
    """Reached, and what it can."""
    signs = (
        "signs webhooks"
        if number >= SIGNING_SINCE
        else "sends webhooks with a secret token; signs from 19.0 on"
    )
    return Finding("GitLab", Level.OK, f"reached, {said}; {signs}")


def check_token_scopes(scopes: Sequence[str], *, active: bool, is_admin: bool) -> Finding:
    """What our token may."""
    check = f"{_TOKEN}: scopes"
    if not active:
        return Finding(
            check, Level.FAIL, "revoked or expired", "Make a new one and set COURSELINE_GITLAB_TOKEN."
        )
    said = ", ".join(scopes) or "GitLab does not tell"
    if scopes and "api" not in scopes:
        remedy = "Notes, statuses and webhooks need the scope `api`: make a new token."
        return Finding(check, Level.FAIL, said, remedy)
    wide = sorted(_TOO_WIDE & set(scopes))
    if wide:
        return Finding(check, Level.WARN, said, f"Make one without {' and '.join(wide)}; `api` is enough.")
    if is_admin:
        remedy = (
            "Use a group access token of the courses' group, or a bot that is a maintainer there and no more."
        )
        return Finding(check, Level.WARN, f"{said}, of an administrator of the whole GitLab", remedy)
    return Finding(check, Level.OK, said)


def check_token_expiry(expires_on: date | None, today: date, name: str = "") -> Finding:
    """How long a token lives; ours, or one that GitLab told of."""
    check = f"{_TOKEN}: end" if not name else f"token of {name}"
    if expires_on is None:
        return Finding(check, Level.OK, "none")
    left = expires_on - today
    said = f"{expires_on.isoformat()}, in {left.days} days" if left.days > 1 else expires_on.isoformat()
    remedy = "Rotate it in GitLab" + ("." if name else " and set COURSELINE_GITLAB_TOKEN.")
    if left <= timedelta(0):
        return Finding(check, Level.FAIL, f"ended {expires_on.isoformat()}", remedy)
    if left <= EXPIRES_SOON:
        return Finding(check, Level.WARN, said, remedy)
    return Finding(check, Level.OK, said)


def check_hook(where: str, found: FoundHook | None, wanted: WantedHook, *, fixed: bool = False) -> Finding:
    """A webhook that should be there.

    Args:
        where: project or group.
        found: the one that sends to our receiver; None when there is none.
        wanted: as it should be.
        fixed: it was off, and a test event switched it on again.
    """
    check = f"webhook of {where}"
    connect = f"Run: courseline gitlab connect {where}"
    if found is None:
        return Finding(check, Level.FAIL, "missing", connect)
    if fixed:
        return Finding(check, Level.OK, "was off; a test event has switched it on again")
    if found.alert != "executable":
        said = "off for a while" if found.alert == "temporarily_disabled" else "off"
        remedy = "Its receiver did not answer well. Look at the receiver's log, then: courseline doctor --fix"
        return Finding(check, Level.FAIL, f"{said}, switched off by GitLab ({found.alert})", remedy)
    lacks = lacking(found, wanted)
    if lacks:
        return Finding(check, Level.FAIL, "; ".join(lacks), connect)
    return Finding(check, Level.OK, "there, on")


def check_tags(where: str, protected: frozenset[str]) -> Finding:
    """Release tags must be protected: jobs of others get no word with us."""
    missing = [name for name in RELEASE_TAGS if name not in protected]
    check = f"protected tags of {where}"
    if missing:
        remedy = f"Run: courseline gitlab connect {where}"
        return Finding(check, Level.FAIL, f"not protected: {', '.join(missing)}", remedy)
    return Finding(check, Level.OK, ", ".join(RELEASE_TAGS))


def merged(findings: Sequence[Finding], check: str) -> list[Finding]:
    """What is not well, each, and one line for all that is: nobody reads a list of a hundred times "ok"."""
    bad = [finding for finding in findings if finding.level is not Level.OK]
    good = [finding for finding in findings if finding.level is Level.OK]
    if len(good) <= 1 or any("switched it on" in finding.found for finding in good):
        return [*bad, *good]
    return [*bad, Finding(check, Level.OK, f"{len(good)} as they should be")]
