"""What becomes of work whose job was killed, or reported what is not so."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from tests.builders.both_ways import Way, way
from tests.builders.courses import commit, example, place
from tests.builders.issuer import Issuer
from tests.builders.outputs import ROOT, SCRIPTS
from tests.builders.postgres import PostgresServer
from tests.builders.receiving import Receiving
from tests.builders.repositories import git
from tests.builders.waiting import until

from courseline.adapters.database.revision import REVISION
from courseline.domain.ledger.work_order import WorkState
from courseline.usecases.jobs.queue_settling import queue_left
from courseline.usecases.jobs.settle_work import settle_work

DEPLOY = "courseline-deploy"
OPERATIONS = "/api/v1/operations"


@pytest.fixture
def course(tmp_path: Path, postgres: PostgresServer, issuer: Issuer) -> Iterator[Way]:
    """A course that wishes for one example, and a receiver."""
    with way(tmp_path / "course", postgres, issuer, through_receiver=True) as made:
        made.course.publish(example("hello"), "v1.0")
        made.course.wish(place("week1") + place("week1.hello", "hello", "v1.0"))
        yield made


def receiver(course: Way) -> Receiving:
    assert course.receiver is not None
    return course.receiver


def ask(course: Way, method: str, path: str, bearer: str, body: object = None) -> tuple[int, Any]:
    answer = (
        receiver(course)
        .app.test_client()
        .open(path, method=method, json=body, headers={"Authorization": f"Bearer {bearer}"})
    )
    return answer.status_code, answer.get_json()


def open_deploy(course: Way) -> tuple[int, Any]:
    asked = {"kind": "deploy", "inputs": {}, "revision": REVISION}
    return ask(course, "POST", OPERATIONS, receiver(course).token(DEPLOY), asked)


def opened(course: Way) -> tuple[str, str]:
    """Path and key of a deploy's order."""
    status, order = open_deploy(course)
    assert status == 201, order
    return f"{OPERATIONS}/{order['id']}", order["key"]


def report(course: Way, order: tuple[str, str], *events: tuple[str, Mapping[str, object]]) -> None:
    numbered = [{"seq": seq, "name": name, "facts": facts} for seq, (name, facts) in enumerate(events, 1)]
    status, told = ask(course, "POST", f"{order[0]}/events", order[1], {"events": numbered})
    assert status == 200, told


def settle(course: Way, order: tuple[str, str]) -> tuple[WorkState, str]:
    return settle_work(UUID(order[0].rpartition("/")[2]), receiver(course).wiring.neighbours())


def vanish(course: Way) -> None:
    """No job was heard of for long."""
    with psycopg.connect(course.course.database_url) as connection:
        connection.execute("UPDATE work_order SET expires_at = '2020-01-01' WHERE state = 'open'")


def push(course: Way, sha: str) -> tuple[str, Mapping[str, object]]:
    identity = course.course.course.assignments_identity
    return "pushing", {"target": identity, "branch": "main", "base": None, "commit": sha}


ENDED: tuple[str, Mapping[str, object]] = ("ended", {"error": None})


class TestKilled:
    def test_a_job_killed_after_its_push_is_recorded_by_its_commit_alone(self, course: Way) -> None:
        """Nothing of what it reports arrives, and nothing is left of it when the next job has run."""
        bench, at = course.course, receiver(course)
        before, at.works, at.deaf = bench.head, False, "/events"
        words, environment = course.prepared(DEPLOY)
        job = subprocess.Popen(
            [sys.executable, str(ROOT / "scripts" / SCRIPTS[DEPLOY]), *words],
            env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(lambda: bench.head != before or job.poll() is not None, "the job has pushed")
        job.send_signal(signal.SIGKILL)
        job.wait()
        assert bench.query("SELECT state, report::text FROM work_order") == [("open", "{}")]
        at.deaf = ""
        vanish(course)
        status, told = open_deploy(course)
        assert (status, "not recorded yet" in told["error"]["message"]) == (409, True)
        assert queue_left(at.wiring.neighbours()) == 0  # the job that asked has queued it
        at.work()
        assert bench.query("SELECT state FROM work_order") == [("recorded",)]
        assert bench.history() == [("deployed", "week1.hello", "v1.0")]
        assert bench.record("week1.hello")["deployed_commit"] == bench.head
        at.works = True
        assert course.job(DEPLOY)[1]["unchanged"] == 1
        assert [path.name for path in (at.home / "jobs").glob("job-*")] == []

    def test_of_a_job_killed_before_its_push_nothing_is_left_and_the_next_one_does_the_work(
        self, course: Way
    ) -> None:
        order = opened(course)
        vanish(course)
        assert settle(course, order)[0] is WorkState.NOTHING
        code, said = course.job(DEPLOY)
        assert (code, said["deployed"]) == (0, 1)

    def test_a_job_that_lives_keeps_its_work(self, course: Way) -> None:
        order = opened(course)
        assert settle(course, order) == (WorkState.RECORDED, "There is nothing to record.")
        assert course.course.query("SELECT state FROM work_order") == [("open",)]
        code, said = course.job(DEPLOY, "--wait", "0")
        assert (code, said["error"]["kind"]) == (3, "neighbour_failed")
        assert "job 2000 of uni/python-101 (deploy)" in said["error"]["message"]

    def test_a_receiver_that_is_away_is_a_neighbour_to_try_again(self, course: Way) -> None:
        receiver(course).deaf = OPERATIONS
        code, said = course.job(DEPLOY, "--wait", "0")
        assert (code, said["error"]["kind"]) == (3, "neighbour_failed")

    def test_what_was_recorded_is_not_recorded_again(self, course: Way) -> None:
        course.job(DEPLOY)
        before = course.state()
        with psycopg.connect(course.course.database_url) as connection:
            ((order,),) = connection.execute("UPDATE work_order SET state = 'ended' RETURNING id").fetchall()
        assert settle(course, (f"/{order}", "")) == (WorkState.RECORDED, "Recorded already.")
        assert course.state() == before


class TestLies:
    def refused(self, course: Way, order: tuple[str, str], says: str) -> None:
        before = {name: rows for name, rows in course.state().items() if "operation" not in name}
        state, message = settle(course, order)
        assert state is WorkState.REFUSED
        assert says in message
        assert {name: rows for name, rows in course.state().items() if "operation" not in name} == before
        kept = course.course.query("SELECT state, message FROM operation WHERE kind = 'deploy'")
        assert kept == [("failed", message)]
        assert ask(course, "GET", order[0], order[1])[1]["state"] == "refused"

    @pytest.fixture(autouse=True)
    def _idle(self, course: Way) -> None:
        receiver(course).works = False

    def test_a_commit_that_does_not_exist_is_refused(self, course: Way) -> None:
        order = opened(course)
        report(course, order, push(course, "a" * 40), ENDED)
        self.refused(course, order, "no branch of ours there holds it")

    def test_a_commit_of_a_person_is_no_deploy(self, course: Way) -> None:
        order = opened(course)
        sha = course.course.edit({"week1/hello/main.py": "print('hello')\n"})
        report(course, order, push(course, sha), ENDED)
        self.refused(course, order, "which is not the commit that its order makes")

    def test_a_commit_that_deploys_something_else_is_refused(self, course: Way) -> None:
        order = opened(course)
        bench = course.course
        sha = commit(bench.assignments, {"week1/hello/main.py": "evil\n", "week1/hello/meta.yaml": "a: 1\n"})
        report(course, order, push(course, sha), ENDED)
        self.refused(course, order, "not the commit that its order makes")

    def test_nothing_reported_where_there_was_something_to_do_is_refused(self, course: Way) -> None:
        order = opened(course)
        identity = course.course.course.assignments_identity
        report(course, order, ("seen", {identity: course.course.head}), ENDED)
        self.refused(course, order, "nothing was to be pushed, and there was something")

    @pytest.mark.parametrize("head", ["b" * 40, "first"])
    def test_a_head_that_never_was_since_the_job_began_is_refused(self, course: Way, head: str) -> None:
        bench = course.course
        first = git(bench.assignments, "rev-list", "--max-parents=0", "main")
        bench.edit({"notes.txt": "notes\n"})
        order = opened(course)
        identity = bench.course.assignments_identity
        report(course, order, ("seen", {identity: first if head == "first" else head}), ENDED)
        self.refused(course, order, "it never was since the job began")
