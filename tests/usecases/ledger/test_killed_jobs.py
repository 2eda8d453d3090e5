"""Jobs that die by `kill -9`: the next run takes up, settles or abandons what they left, and sweeps behind them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.builders.courses import Bench, bench, example, place
from tests.builders.outputs import ROOT, SCRIPTS, job_environment, run_job
from tests.builders.repositories import build_repository, git
from tests.builders.stalling import serve_stalling
from tests.builders.waiting import PATIENCE

from courseline.usecases.ledger.verify_history import VerifyHistory, verify_history

WEEK = place("week1") + place("week1.hello", "hello", "v1.0")
TRAILER = "%(trailers:key=Courseline-Operation,valueonly)"


@pytest.fixture
def course(tmp_path: Path, database_url: str) -> Iterator[Bench]:
    """A course that wishes for hello v1.0, not deployed."""
    made = bench(tmp_path, database_url, example("hello"))
    made.wish(WEEK)
    yield made
    made.close()


def environment(course: Bench) -> dict[str, str]:
    return job_environment(course.root, course.database_url)


def deploy(course: Bench, *more: str):
    return run_job("courseline-deploy", ["--assignments", course.url, *more], environment(course))


def start(name: str, args: list[str], env: dict[str, str]) -> subprocess.Popen[bytes]:
    script = [sys.executable, "-B", str(ROOT / "scripts" / SCRIPTS[name])]
    kept = {"PATH": os.environ["PATH"], **env}
    return subprocess.Popen([*script, *args], env=kept, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def killed_in_push(course: Bench, hook: str) -> None:
    """Deploy, and die while the receiving repository runs a hook: before (`update`) or after the commit landed."""
    pid = course.root / "pid"
    script = course.assignments / "hooks" / hook
    script.parent.mkdir(exist_ok=True)
    outcome = 1 if hook == "update" else 0
    waiting = f"while [ ! -s {pid} ]; do sleep 0.01; done"
    script.write_text(f"#!/bin/sh\n{waiting}\nkill -9 $(cat {pid})\nexit {outcome}\n")
    script.chmod(0o755)
    with start("courseline-deploy", ["--assignments", course.url], environment(course)) as job:
        pid.write_text(str(job.pid))
        assert job.wait(PATIENCE) == -signal.SIGKILL
    script.unlink()


def operations(course: Bench) -> list[tuple[object, ...]]:
    return course.query(
        "SELECT id::text, state, attempt FROM operation WHERE kind = 'deploy' ORDER BY started_at, attempt"
    )


def temporary(course: Bench) -> list[str]:
    return sorted(path.name for path in (course.root / "home" / "tmp").iterdir())


def trailers(course: Bench) -> list[str]:
    return git(course.assignments, "log", f"--format={TRAILER}", "main").split()


def test_a_job_killed_in_the_middle_of_a_fetch_leaves_nothing_behind_after_the_next_run(
    tmp_path: Path, database_url: str
):
    build_repository(tmp_path / "examples.git", [example("hello")], tags={"v1.0": 0})
    env = job_environment(tmp_path, database_url)
    with serve_stalling(tmp_path) as server:
        args = ["--source", server.url("examples.git"), "--ref", "v1.0"]
        with start("courseline-sync", args, env) as job:
            assert server.stalled.wait(PATIENCE)
            (left,) = (tmp_path / "home" / "tmp").iterdir()
            job.send_signal(signal.SIGKILL)
        assert left.is_dir()
        server.stalling = False
        code, output, _ = run_job("courseline-sync", args, env)
    assert (code, output["published"]) == (0, 1)
    assert list((tmp_path / "home" / "tmp").iterdir()) == []


def test_a_deploy_killed_before_its_commit_landed_is_resumed_under_the_same_id(course: Bench):
    before = course.head
    killed_in_push(course, "update")
    assert course.head == before
    ((operation, state, _),) = operations(course)
    assert state == "open"
    assert len(temporary(course)) == 1
    code, output, _ = deploy(course)
    assert (code, output["operation"], output["deployed"]) == (0, operation, 1)
    assert operations(course) == [(operation, "done", 1)]
    assert trailers(course) == [operation]
    assert temporary(course) == []


def test_a_deploy_killed_after_its_commit_landed_is_settled_as_done_and_not_repeated(course: Bench):
    killed_in_push(course, "post-receive")
    landed = course.head
    ((operation, state, _),) = operations(course)
    assert (trailers(course), state) == ([operation], "open")
    assert course.record("week1.hello") == {}
    code, output, _ = deploy(course)
    assert (code, output["commit"], output["unchanged"]) == (0, None, 1)
    assert operations(course) == [(operation, "done", 1)]
    assert course.head == landed
    assert course.record("week1.hello")["deployed_commit"] == landed
    assert ("deployed", "week1.hello", "v1.0") in course.history()


def test_verifying_records_what_a_killed_deploy_had_pushed_and_finds_its_rows(course: Bench):
    killed_in_push(course, "post-receive")
    report = verify_history(VerifyHistory(repository_url=course.url), course.neighbours)
    assert report.sound
    assert report.witness is not None
    assert report.witness.problems == ()
    assert [state for _, state, _ in operations(course)] == ["done"]
    assert ("deployed", "week1.hello", "v1.0") in course.history()


def test_a_landed_commit_is_settled_before_a_run_that_wants_something_else(course: Bench):
    killed_in_push(course, "post-receive")
    landed = course.head
    course.publish(example("hello", "two"), "v1.1")
    course.wish(WEEK.replace("v1.0", "v1.1"))
    code, output, _ = deploy(course)
    assert (code, output["deployed"]) == (0, 1)
    assert [state for _, state, _ in operations(course)] == ["done", "done"]
    assert [entry for entry in course.history() if entry[0] == "deployed"] == [
        ("deployed", "week1.hello", "v1.0"),
        ("deployed", "week1.hello", "v1.1"),
    ]
    assert landed in git(course.assignments, "rev-list", "main").split()


def test_other_inputs_abandon_a_deploy_that_never_landed(course: Bench):
    killed_in_push(course, "update")
    plan = course.plan().plan.digest
    code, output, _ = deploy(course, "--plan", plan)
    assert (code, output["deployed"]) == (0, 1)
    assert [(state, attempt) for _, state, attempt in operations(course)] == [("abandoned", 1), ("done", 1)]
    assert trailers(course) == [output["operation"]]


def test_a_living_holder_is_waited_for_and_named_with_exit_code_3(course: Bench):
    holder = "courseline-deploy, process 4711 on runner-3"
    before = course.state()
    with course.database.lease(course.course.assignments_identity, wait=0, holder=holder):
        code, output, _ = deploy(course, "--wait", "0.3")
    assert (code, output["error"]["kind"]) == (3, "neighbour_failed")
    assert f"{holder} is writing to it" in output["error"]["message"]
    assert course.state() == before
    assert deploy(course, "--wait", "0.3")[0] == 0
