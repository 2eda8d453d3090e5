"""Which work an event asks for, what is recorded, what goes along, and what can be replayed."""

from __future__ import annotations

import pytest
from tests.builders.courses import example, place
from tests.builders.gitlab_course import GitLabCourse
from tests.gitlab_double.pipelines import Job

from courseline.errors import NeighbourFailed, Refused
from courseline.usecases.deploying.read_assignments import Head
from courseline.usecases.react.event import (
    BranchPushed,
    Event,
    JobChanged,
    MergeRequestChanged,
    PipelineChanged,
    Project,
    TagPushed,
    TokenExpires,
)
from courseline.usecases.react.inspect_events import expiring_tokens, replay_event
from courseline.usecases.react.look_at_request import look_at_request
from courseline.usecases.react.receive import Receipt, receive
from courseline.usecases.react.rows import Delivery, DeliveryState
from courseline.usecases.react.tell_merged import tell_merged
from courseline.usecases.react.watch_rows import SeenPipeline

ZERO, ONE = "0" * 40, "1" * 40
EVIL = "$(touch /tmp/x)`id`\n/close\n@all ![x](http://127.0.0.1:9/x) <script>"
CAUSE = "13792a34-cac6-4fda-95a8-c58e00a3954e"


def where(uni: GitLabCourse) -> Project:
    project = uni.assignments
    host = uni.double.url.removeprefix("http://")
    return Project(host, project.id, project.full_path, uni.url_of(project))


def tell(uni: GitLabCourse, event: Event, key: str = "id:1", cause: str | None = None) -> Receipt:
    return receive(key, event, uni.database, uni.clock(), cause=cause)


def inbox(uni: GitLabCourse) -> list[Delivery]:
    with uni.database.transaction() as rows:
        return rows.inbox.latest([], 100)


def request(
    uni: GitLabCourse, iid: int, *, source: int | None = None, branch: str = "main"
) -> MergeRequestChanged:
    here = where(uni)
    return MergeRequestChanged(here, iid, source or here.id, branch, "opened", ONE, "2026-03-01 10:00:00 UTC")


def proposed(uni: GitLabCourse) -> int:
    uni.publish(example("hello"), "v1.0")
    uni.wish(place("week1") + place("week1.hello", "hello", "v1.0"), "add")
    return uni.propose("add", EVIL)


def test_a_merge_request_is_looked_at_and_the_inbox_says_what_came_of_it(uni: GitLabCourse) -> None:
    iid = proposed(uni)
    assert tell(uni, request(uni, iid)) is Receipt.ACCEPTED
    assert tell(uni, request(uni, iid), "id:of the group's hook") is Receipt.KNOWN
    uni.work()
    (delivery,) = inbox(uni)
    assert (delivery.state, "1 place changes" in delivery.message) == (DeliveryState.DONE, True)
    assert len(uni.notes(iid)) == 1


def test_the_hook_that_caused_it_goes_along_so_that_gitlab_can_stop_circles(uni: GitLabCourse) -> None:
    tell(uni, request(uni, proposed(uni)), cause=CAUSE)
    ((arguments,),) = uni.query("SELECT args FROM procrastinate_jobs")
    assert arguments["cause"] == CAUSE


@pytest.mark.parametrize(
    ("about", "because"),
    [
        ("a fork", "comes from a fork"),
        ("another project", "is no course's assignments repository"),
        ("another branch", "Only the default branch is deployed"),
        ("a merge request's pipeline", "Only pipelines of the default branch"),
        ("a job of others", "Only how a pipeline begins and ends counts"),
        ("a pipeline that waits", "Only how a pipeline begins and ends counts"),
    ],
)
def test_what_is_not_ours_to_act_on_is_recorded_with_a_sentence(
    uni: GitLabCourse, about: str, because: str
) -> None:
    here = where(uni)
    elsewhere = Project(here.host, 99, f"uni/{EVIL}", uni.double.git_url("uni/other"))
    event: Event = {
        "a fork": request(uni, 5, source=99),
        "another project": MergeRequestChanged(elsewhere, 1, 99, "main", "opened", ONE, ""),
        "another branch": BranchPushed(here, EVIL, ZERO, ONE, is_default=False),
        "a merge request's pipeline": PipelineChanged(
            here, 7, "refs/merge-requests/5/head", False, ONE, "success"
        ),
        "a job of others": JobChanged(here, 7, EVIL, 3, "main", False, "failed"),
        "a pipeline that waits": PipelineChanged(here, 7, "main", False, ONE, "pending"),
    }[about]
    assert tell(uni, event) is Receipt.IGNORED
    (delivery,) = inbox(uni)
    assert (delivery.state, because in delivery.message) == (DeliveryState.IGNORED, True)
    assert "\n" not in delivery.message
    assert uni.query("SELECT count(*) FROM procrastinate_jobs") == [(0,)]


def test_many_pushes_of_a_course_are_one_piece_of_work(uni: GitLabCourse) -> None:
    for number in range(5):
        tell(uni, BranchPushed(where(uni), "main", ZERO, f"{number:040x}", is_default=True), f"id:{number}")
    assert uni.query("SELECT task_name, lock FROM procrastinate_jobs") == [
        ("deploy_course", f"course {uni.course.id}")
    ]
    states = [one.state for one in inbox(uni)]
    assert states.count(DeliveryState.RECEIVED) == 1


def test_a_pipeline_that_is_about_to_deploy_is_waited_for(uni: GitLabCourse) -> None:
    proposed(uni)
    uni.converge()
    head = uni.wish(place("week1") + place("week1.hello", "hello", "v1.0"))
    pipeline = a_pipeline(uni, head, "running")
    tell(uni, BranchPushed(where(uni), "main", ZERO, head, is_default=True))
    uni.work()
    assert f"pipeline {pipeline} is about to do it" in inbox(uni)[0].message
    assert uni.head == head


def test_a_failed_pipeline_is_recorded_told_and_made_good(uni: GitLabCourse) -> None:
    iid = proposed(uni)
    uni.converge()
    uni.merge(iid)
    merged = uni.head
    pipeline = a_pipeline(uni, merged, "failed")
    event = PipelineChanged(where(uni), pipeline, "main", False, merged, "failed", "2026-03-01 10:00:00 UTC")
    assert tell(uni, event) is Receipt.ACCEPTED
    assert tell(uni, event, "id:2") is Receipt.KNOWN
    uni.work()
    with uni.database.transaction() as rows:
        (seen,) = rows.watch.pipelines(uni.course.id)
    assert (seen.number, seen.status, seen.jobs[0]["name"]) == (pipeline, "failed", "courseline:deploy")
    assert f"pipeline {pipeline} is at failed (courseline:deploy)" in " ".join(
        one.message for one in inbox(uni)
    )
    assert uni.head != merged, "the worker has deployed it"


def test_while_nothing_is_deployed_the_note_names_the_job_that_failed(uni: GitLabCourse) -> None:
    iid = proposed(uni)
    uni.converge()
    uni.merge(iid)
    with uni.database.transaction() as rows:
        job = {"name": "courseline:deploy", "status": "failed", "url": "https://gitlab.example.org/j/1"}
        rows.watch.save_pipeline(
            SeenPipeline(
                uni.course.id, 7, uni.assignments.id, "main", uni.head, "failed",
                "https://gitlab.example.org/p/7", [job], uni.clock(),
            )
        )  # fmt: skip
    look_at_request(uni.course.id, uni.assignments.id, iid, uni.neighbours)
    tell_merged(uni.course, Head("main", uni.head), uni.neighbours)
    assert "[log](https://gitlab.example.org/j/1)" in uni.notes(iid)[0]
    uni.converge()
    assert "merged and deployed to `main`." in uni.notes(iid)[0]


def test_an_operation_tells_which_pipeline_ran_it(uni: GitLabCourse) -> None:
    proposed(uni)
    uni.converge()
    head = uni.wish(place("week1") + place("week1.hello", "hello", "v1.0"))
    uni.converge()
    pipeline = a_pipeline(uni, head, "success")
    for key in ("id:1", "id:2"):
        tell(
            uni,
            JobChanged(where(uni), len(key), f"courseline:{key}", pipeline, "main", False, "success"),
            key,
        )
        uni.work()
    found = uni.query("SELECT facts ->> 'status' FROM operation_event WHERE name = 'pipeline'")
    assert found == [("success",)]


def test_a_tag_is_left_to_its_own_pipeline_as_long_as_that_runs(uni: GitLabCourse) -> None:
    uni.publish(example("hello"), "v1.0")
    uni.release(example("hello", "two"), "v1.1")
    sha = uni.examples.repository.resolve("refs/tags/v1.1")
    pipeline = a_pipeline(uni, sha, "running", ref="v1.1", examples=True)
    host = uni.double.url.removeprefix("http://")
    event = TagPushed(
        Project(host, uni.examples.id, "uni/examples", uni.url_of(uni.examples)), "v1.1", ZERO, sha
    )
    tell(uni, event)
    uni.work(most=1, ends=False)
    (delivery,) = inbox(uni)
    assert delivery.state is DeliveryState.RECEIVED
    assert uni.query("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'") == [(1,)]
    uni.double.forge.find_pipeline(uni.examples, str(pipeline)).jobs[0].status = "failed"
    uni.work()
    assert "1 published" in inbox(uni)[0].message


def test_a_tag_that_its_pipeline_has_published_is_not_read_again(uni: GitLabCourse) -> None:
    uni.publish(example("hello"), "v1.0")
    uni.publish(example("hello", "two"), "v1.1")
    sha = uni.examples.repository.resolve("refs/tags/v1.1")
    a_pipeline(uni, sha, "success", ref="v1.1", examples=True)
    host = uni.double.url.removeprefix("http://")
    event = TagPushed(
        Project(host, uni.examples.id, "uni/examples", uni.url_of(uni.examples)), "v1.1", ZERO, sha
    )
    tell(uni, event)
    uni.double.forge.asked.clear()
    uni.work()
    assert "pipeline 1 has published it" in inbox(uni)[0].message
    assert uni.double.forge.asked.count(api=False) == 0


def test_a_token_that_runs_out_is_told_once_and_listed_until_its_day_has_passed(uni: GitLabCourse) -> None:
    token = TokenExpires(where(uni), "robot", "2026-03-09")
    assert tell(uni, token) is Receipt.WARNED
    assert tell(uni, token, "id:2") is Receipt.KNOWN
    tell(uni, TokenExpires(Project("", 3, "uni", ""), "gone", "2026-02-01"), "id:3")
    (found,) = expiring_tokens(uni.neighbours)
    assert "robot of uni/assignments runs out on 2026-03-09" in found.message
    assert found.state is DeliveryState.DONE


@pytest.mark.parametrize("kind", ["merge request", "push", "pipeline"])
def test_what_has_failed_is_replayed(uni: GitLabCourse, kind: str) -> None:
    iid = proposed(uni)
    event: Event = {
        "merge request": request(uni, iid),
        "push": BranchPushed(where(uni), "main", ZERO, ONE, is_default=True),
        "pipeline": PipelineChanged(
            where(uni), a_pipeline(uni, uni.head, "failed"), "main", False, ONE, "failed"
        ),
    }[kind]
    tell(uni, event)
    uni.work()
    (delivery,) = inbox(uni)
    with uni.database.transaction() as rows:
        rows.inbox.end(delivery.number, DeliveryState.FAILED, "Given up.", uni.clock())
    replay_event(delivery.number, uni.neighbours)
    assert inbox(uni)[0].state is DeliveryState.RECEIVED
    uni.work()
    assert inbox(uni)[0].state is not DeliveryState.RECEIVED


def test_what_asks_for_nothing_is_not_replayed(uni: GitLabCourse) -> None:
    tell(uni, request(uni, 5, source=99))
    with pytest.raises(Refused, match=r"it asks for nothing\. It comes from a fork"):
        replay_event(inbox(uni)[0].number, uni.neighbours)


def test_a_request_that_gitlab_shows_nobody_fails_with_a_sentence(uni: GitLabCourse) -> None:
    tell(uni, request(uni, 404))
    uni.work()
    (delivery,) = inbox(uni)
    assert delivery.state is DeliveryState.FAILED
    assert "Reading merge request 404" in delivery.message
    assert uni.token not in delivery.message


def a_pipeline(uni: GitLabCourse, sha: str, status: str, *, ref: str = "main", examples: bool = False) -> int:
    """A pipeline with one job of ours."""
    forge, project = uni.double.forge, uni.examples if examples else uni.assignments
    with forge.lock:
        made = forge.new_pipeline(project, ref, sha, uni.ada, "push", tag=examples, stages=["test"])
        name = "courseline:sync" if examples else "courseline:deploy"
        job = Job(forge.number("job"), name, "test", made, uni.ada)
        job.status = status
        made.jobs.append(job)
    return made.id


def test_a_gitlab_that_does_not_accept_our_token_postpones_the_work(uni: GitLabCourse) -> None:
    iid = proposed(uni)
    tell(uni, request(uni, iid))
    token = next(one for one in uni.double.forge.tokens if one.value == uni.token)
    token.revoked = True
    with pytest.raises(NeighbourFailed, match="does not accept our token") as caught:
        look_at_request(uni.course.id, uni.assignments.id, iid, uni.neighbours)
    assert uni.token not in caught.value.message
    token.revoked = False
    uni.work()
    assert len(uni.notes(iid)) == 1


@pytest.mark.parametrize("late", [False, True])
def test_a_note_whose_answer_was_lost_is_not_written_twice(uni: GitLabCourse, *, late: bool) -> None:
    iid = proposed(uni)
    uni.double.faults.bad_gateway(method="POST", part="/notes", late=late)
    with pytest.raises(NeighbourFailed):
        look_at_request(uni.course.id, uni.assignments.id, iid, uni.neighbours)
    uni.converge()
    assert len(uni.notes(iid)) == 1


def test_a_title_full_of_quick_actions_is_nowhere_in_what_we_write(uni: GitLabCourse) -> None:
    iid = proposed(uni)
    uni.converge()
    written = uni.notes(iid)[0] + str(uni.statuses(iid))
    assert not [word for word in ("/close", "@all", "<script", "![", "$(") if word in written]
