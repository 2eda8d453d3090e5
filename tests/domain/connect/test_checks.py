"""What `courseline doctor` makes of facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.builders.gitlab_found import NEW, RECEIVER, SIGNING, hook

from courseline.domain.connect import gitlab_checks, machine_checks, worker_checks
from courseline.domain.connect.finding import Finding, Level, exit_code
from courseline.domain.connect.webhook import wanted_hook

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TODAY = NOW.date()
WANTED = wanted_hook(RECEIVER, [SIGNING], NEW)


def finding(level: Level) -> Finding:
    return Finding("x", level, "")


@pytest.mark.parametrize(
    ("levels", "code"),
    [
        ([Level.OK, Level.WARN], 0),
        ([Level.OK, Level.FAIL], 1),
        ([Level.FAIL, Level.AWAY], 3),
        ([], 0),
    ],
)
def test_a_neighbour_that_is_away_goes_before_a_failure_and_warnings_stop_nobody(
    levels: list[Level], code: int
) -> None:
    assert exit_code([finding(level) for level in levels]) == code


@pytest.mark.parametrize(
    ("said", "level"),
    [
        ("git version 2.39.5", Level.OK),
        ("git version 2.38.0 (Apple Git-1)", Level.OK),
        ("git version 2.37.9", Level.FAIL),
        ("", Level.FAIL),
    ],
)
def test_git_is_new_enough_from_2_38_on(said: str, level: Level) -> None:
    assert machine_checks.check_git(said).level is level


@pytest.mark.parametrize(
    ("seconds", "level"), [(0, Level.OK), (-59, Level.OK), (61, Level.WARN), (-241, Level.FAIL)]
)
def test_a_clock_is_judged_by_how_far_it_is_off_in_either_direction(seconds: int, level: Level) -> None:
    assert machine_checks.check_clock("GitLab", NOW + timedelta(seconds=seconds), NOW).level is level


def test_a_clock_that_is_not_told_is_a_warning() -> None:
    assert machine_checks.check_clock("GitLab", None, NOW).level is Level.WARN


@pytest.mark.parametrize(
    ("current", "words"),
    [(None, "courseline db upgrade"), ("0003", "courseline db upgrade"), ("0009", "Install the release")],
)
def test_a_database_at_another_revision_says_what_to_do(current: str | None, words: str) -> None:
    found = machine_checks.check_revision(current, "0005")
    assert found.level is Level.FAIL
    assert words in found.remedy


@pytest.mark.parametrize(
    ("read", "is_gone", "level"),
    [("a", True, Level.OK), (None, True, Level.FAIL), ("b", True, Level.FAIL), ("a", False, Level.WARN)],
)
def test_a_store_is_right_when_it_gives_back_what_it_got_and_lets_go(
    read: str | None, is_gone: bool, level: Level
) -> None:
    assert machine_checks.check_round_trip("a", read, is_gone=is_gone).level is level


def test_kept_tokens_that_no_key_opens_are_named() -> None:
    failed = machine_checks.check_secrets(["uni/prog/py (source)"], 0, 2)
    assert failed.level is Level.FAIL
    assert "uni/prog/py (source)" in failed.found
    assert machine_checks.check_secrets([], 1, 2).level is Level.WARN
    assert machine_checks.check_secrets([], 0, 2).level is Level.OK


def test_webhook_secrets_are_counted_and_never_shown() -> None:
    found = machine_checks.check_webhook_secrets([SIGNING, "token-of-ours"])
    assert found.found == "1 signing, 1 secret tokens"
    assert machine_checks.check_webhook_secrets([]).level is Level.WARN


@pytest.mark.parametrize(
    ("scopes", "active", "admin", "level"),
    [
        (["api"], True, False, Level.OK),
        (["read_api"], True, False, Level.FAIL),
        (["api", "sudo"], True, False, Level.WARN),
        (["api"], True, True, Level.WARN),
        (["api"], False, False, Level.FAIL),
        ([], True, False, Level.OK),
    ],
)
def test_a_token_must_reach_far_enough_and_no_further(
    scopes: list[str], active: bool, admin: bool, level: Level
) -> None:
    assert gitlab_checks.check_token_scopes(scopes, active=active, is_admin=admin).level is level


@pytest.mark.parametrize(
    ("days", "level"),
    [(31, Level.OK), (30, Level.WARN), (1, Level.WARN), (0, Level.FAIL), (-5, Level.FAIL)],
)
def test_a_token_that_ends_within_30_days_is_warned_of(days: int, level: Level) -> None:
    assert gitlab_checks.check_token_expiry(TODAY + timedelta(days=days), TODAY).level is level


def test_a_token_without_an_end_is_well() -> None:
    assert gitlab_checks.check_token_expiry(None, date(2026, 3, 1)).level is Level.OK


def test_a_missing_webhook_names_the_command_that_makes_it() -> None:
    found = gitlab_checks.check_hook("uni/py", None, WANTED)
    assert (found.level, found.remedy) == (Level.FAIL, "Run: courseline gitlab connect uni/py")


@pytest.mark.parametrize("alert", ["temporarily_disabled", "disabled"])
def test_a_webhook_that_gitlab_switched_off_fails_until_it_is_fixed(alert: str) -> None:
    off = hook(alert=alert)
    assert gitlab_checks.check_hook("uni/py", off, WANTED).level is Level.FAIL
    assert gitlab_checks.check_hook("uni/py", off, WANTED, fixed=True).level is Level.OK


def test_a_webhook_without_one_of_our_events_fails() -> None:
    found = gitlab_checks.check_hook("uni/py", replace(hook(), events={"pipeline_events": False}), WANTED)
    assert (found.level, found.found) == (Level.FAIL, "without pipeline")


def test_release_tags_that_are_not_protected_are_named() -> None:
    found = gitlab_checks.check_tags("uni/py", frozenset({"v*"}))
    assert (found.level, found.found) == (Level.FAIL, "not protected: */v*")
    assert gitlab_checks.check_tags("uni/py", frozenset({"v*", "*/v*"})).level is Level.OK


def test_many_that_are_well_are_one_line_and_what_is_not_keeps_its_own() -> None:
    bad = Finding("webhook of c", Level.FAIL, "missing")
    many = [
        Finding("webhook of a", Level.OK, "there, on"),
        bad,
        Finding("webhook of b", Level.OK, "there, on"),
    ]
    assert gitlab_checks.merged(many, "webhooks") == [
        bad,
        Finding("webhooks", Level.OK, "2 as they should be"),
    ]


@pytest.mark.parametrize(
    ("silent", "waiting", "level"),
    [
        (5, 3, Level.OK),
        (600, 0, Level.WARN),
        (600, 1, Level.FAIL),
        (None, 0, Level.WARN),
        (None, 1, Level.FAIL),
    ],
)
def test_a_silent_worker_fails_when_work_waits(silent: int | None, waiting: int, level: Level) -> None:
    seen = NOW - timedelta(seconds=silent) if silent is not None else None
    assert worker_checks.check_heartbeat(seen, waiting, NOW).level is level


def test_a_reconcile_that_is_late_and_events_that_wait_long_are_warned_of() -> None:
    long_ago = NOW - timedelta(hours=3)
    assert worker_checks.check_reconcile(None, NOW).level is Level.WARN
    assert worker_checks.check_reconcile(long_ago, NOW).found == "3 h ago"
    assert worker_checks.check_reconcile(NOW - timedelta(minutes=5), NOW).level is Level.OK
    assert worker_checks.check_oldest(long_ago, NOW).level is Level.WARN
    assert worker_checks.check_oldest(None, NOW).level is Level.OK


def test_dead_jobs_are_counted_with_the_newest() -> None:
    found = worker_checks.check_dead(2, ["event 7: away"])
    assert (found.level, found.found) == (Level.WARN, "2; last event 7: away")
    assert worker_checks.check_dead(0, []).level is Level.OK
