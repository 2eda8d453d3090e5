from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import gitlab as python_gitlab
import pytest
import requests
from tests.gitlab_double.conftest import Lecturer
from tests.gitlab_double.work_tree import WorkTree


def test_429_says_when_to_come_again_and_the_client_does(ada: Lecturer) -> None:
    ada.double.faults.too_many("0", times=2)
    assert ada.remote.path == "examples"
    answers = [asked.status for asked in ada.double.forge.asked.find(part="examples")]
    assert answers == [429, 429, 200]


def test_502_before_changes_nothing_and_502_after_hides_what_was_done(ada: Lecturer) -> None:
    project = ada.remote
    for late, there in ((False, 0), (True, 1)):
        ada.double.faults.bad_gateway(late=late)
        with pytest.raises(python_gitlab.GitlabCreateError) as caught:
            project.tags.create({"tag_name": "v1", "ref": "main"})
        assert caught.value.response_code == 502
        assert len(project.tags.list(get_all=True)) == there


def test_a_slow_answer_comes_in_the_end(ada: Lecturer) -> None:
    fault = ada.double.faults.slow(part="/version")
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(ada.client.version)
        assert fault.met.wait(60)
        assert ada.remote.path == "examples", "others are answered meanwhile"
        assert not answer.done()
        assert fault.gate is not None
        fault.gate.set()
        assert answer.result()[0] == "18.5.0"


def test_a_client_that_does_not_wait_gives_up(ada: Lecturer) -> None:
    ada.double.faults.slow(part="/version")
    with pytest.raises(requests.Timeout):
        ada.client.http_get("/version", timeout=0.05)


def test_git_can_be_refused_too(ada: Lecturer, tree: WorkTree) -> None:
    ada.double.faults.status(503, part=".git/info/refs")
    assert "503" in tree.try_git("fetch").stderr
    assert tree.try_git("fetch").returncode == 0
