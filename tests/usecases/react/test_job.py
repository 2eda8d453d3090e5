from __future__ import annotations

import pytest

from courseline.usecases.react.event import BranchPushed, Project, TagPushed, TokenExpires, Unused
from courseline.usecases.react.job import PIPELINE_HEAD_START, Job, Task, job_for
from courseline.usecases.react.receive import business_key

HERE = Project("gitlab.example.org", 7, "uni/examples", "https://gitlab.example.org/uni/examples.git")
ZERO, ONE = "0" * 40, "1" * 40


def test_a_release_tag_is_to_be_published_when_its_own_pipeline_had_time_to() -> None:
    job = job_for(TagPushed(HERE, "hello/v1.0", ZERO, ONE))
    assert isinstance(job, Job)
    assert (job.task, job.delay) == (Task.PUBLISH_TAG, PIPELINE_HEAD_START)
    assert job.arguments == {"project": "gitlab.example.org#7", "url": HERE.url, "tag": "hello/v1.0"}


def test_work_on_one_repository_is_done_one_after_the_other_and_the_same_work_waits_once() -> None:
    first, again, other = (job_for(TagPushed(HERE, tag, ZERO, ONE)) for tag in ("v1", "v1", "v2"))
    assert isinstance(first, Job)
    assert isinstance(again, Job)
    assert isinstance(other, Job)
    assert first.lock == other.lock
    assert first.queueing_lock == again.queueing_lock != other.queueing_lock


@pytest.mark.parametrize(
    "event",
    [
        TagPushed(HERE, "draft", ZERO, ONE),
        TagPushed(HERE, "v1.0", ONE, ZERO),
        BranchPushed(HERE, "main", ZERO, ONE, is_default=True),
        TokenExpires(HERE, "bot", "2026-02-01"),
        Unused("note", "No use."),
    ],
)
def test_what_asks_for_nothing_says_why(event: TagPushed | BranchPushed | TokenExpires | Unused) -> None:
    reason = job_for(event)
    assert isinstance(reason, str)
    assert reason.endswith(".")


def test_two_hooks_that_tell_of_one_push_are_one_piece_of_work() -> None:
    keys = {business_key(TagPushed(HERE, "v1", before, ONE)) for before in (ZERO, "2" * 40)}
    assert len(keys) == 1
    assert business_key(TagPushed(HERE, "v1", ZERO, "3" * 40)) not in keys
