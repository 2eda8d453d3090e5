"""From what a project has to what it needs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.builders.gitlab_found import NEW, RECEIVER, SIGNING, hook

from courseline.domain.connect import draft
from courseline.domain.connect.draft import IncludeState
from courseline.domain.connect.found import FoundProject, FoundRequest, FoundSchedule, FoundSetup
from courseline.domain.connect.webhook import wanted_hook

PROJECT = FoundProject(
    5, "uni/py", "https://g/uni/py", "https://g/uni/py.git", "private", "main", False, False, ".gitlab-ci.yml"
)
BARE = FoundSetup(PROJECT)
WANTED = wanted_hook(RECEIVER, [SIGNING], NEW)
SCHEDULE = FoundSchedule(3, draft.SCHEDULE, "refs/heads/main", "5 * * * *", active=True)
ABSENT = IncludeState(is_there=False, entry="include: []\n")


def test_a_missing_webhook_is_made_and_one_that_lacks_something_is_changed() -> None:
    made = draft.hook_step("uni/py", (), WANTED, renew=False)
    changed = draft.hook_step("uni/py", (hook(every_branch=False),), WANTED, renew=False)
    assert made is not None
    assert made.number is None
    assert changed is not None
    assert (changed.number, changed.now) == (7, "only some branches")


def test_a_webhook_as_wanted_is_no_step_unless_its_secret_is_to_be_renewed() -> None:
    assert draft.hook_step("uni/py", (hook(),), WANTED, renew=False) is None
    renewed = draft.hook_step("uni/py", (hook(),), WANTED, renew=True)
    assert renewed is not None
    assert renewed.number == 7


def test_release_tags_that_are_open_are_protected() -> None:
    assert [step.subject for step in draft.tag_steps(BARE)] == ["v*", "*/v*"]
    half = replace(BARE, protected_tags=frozenset({"v*", "other"}))
    assert [step.subject for step in draft.tag_steps(half)] == ["*/v*"]


def test_the_default_branch_is_protected_once_there_is_one() -> None:
    step = draft.branch_step(BARE)
    assert step is not None
    assert step.subject == "main"
    assert draft.branch_step(replace(BARE, is_branch_protected=True)) is None
    assert draft.branch_step(replace(BARE, project=replace(PROJECT, default_branch=None))) is None


@pytest.mark.parametrize(
    ("schedule", "now"),
    [
        (None, "none"),
        (replace(SCHEDULE, active=False), "switched off"),
        (replace(SCHEDULE, ref="old"), "on old"),
        (replace(SCHEDULE, description="nightly"), "none"),
    ],
)
def test_the_schedule_is_made_or_mended(schedule: FoundSchedule | None, now: str) -> None:
    step = draft.schedule_step(replace(BARE, schedules=(schedule,) if schedule else ()))
    assert step is not None
    assert step.now == now


@pytest.mark.parametrize("ref", ["main", "refs/heads/main"])
def test_a_schedule_as_wanted_is_no_step(ref: str) -> None:
    assert draft.schedule_step(replace(BARE, schedules=(replace(SCHEDULE, ref=ref),))) is None


def test_each_course_has_a_minute_of_its_own() -> None:
    assert draft.cron(125) == "5 * * * *"


def test_a_file_of_somebody_is_changed_by_a_merge_request_and_a_missing_one_by_a_commit() -> None:
    theirs = draft.include_step(replace(BARE, ci=b"test:\n  script: make\n"), ABSENT)
    missing, empty = draft.include_step(BARE, ABSENT), draft.include_step(replace(BARE, ci=b"\n"), ABSENT)
    assert [step and step.subject for step in (theirs, missing, empty)] == ["request", "commit", "commit"]


def test_an_include_that_is_there_or_waits_or_cannot_be_added_is_no_step() -> None:
    waiting = replace(BARE, request=FoundRequest(2, "https://g/!2"))
    assert draft.include_step(waiting, ABSENT) is None
    assert draft.include_step(BARE, IncludeState(is_there=True)) is None
    assert draft.include_step(BARE, replace(ABSENT, obstacle="it is not UTF-8")) is None
