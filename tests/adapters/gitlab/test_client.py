"""The client of a GitLab, over real HTTP: what it repeats, how long it waits, what it says, what it never shows."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import requests
from gitlab import Gitlab
from tests.builders.scripted import Say, Scripted, serve_script

from courseline.adapters.gitlab import GitLabClient
from courseline.adapters.gitlab.budget import Budget
from courseline.adapters.gitlab.transport import BudgetedBackend, asked_pause
from courseline.errors import Conflict, CourselineError, NeighbourFailed, NotFound, Refused

TOKEN = "sesame-of-a-bot"


@contextmanager
def quick(*answers: Say) -> Iterator[tuple[Gitlab, Scripted, list[float]]]:
    """python-gitlab on our backend, with pauses that are noted instead of slept."""
    slept: list[float] = []
    with serve_script(*answers) as server:
        backend = BudgetedBackend(requests.Session(), Budget(1000), slept.append)
        yield Gitlab(server.url, private_token=TOKEN, timeout=5, backend=lambda: backend), server, slept


@pytest.mark.parametrize("method", ["get", "put"])
@pytest.mark.parametrize("fault", [Say(502), Say(503), Say(500), Say(hang_up=True)])
def test_reading_and_replacing_are_repeated_after_a_passing_fault(method: str, fault: Say) -> None:
    with quick(fault, fault, Say(200, {"ok": 1})) as (api, server, slept):
        assert getattr(api, f"http_{method}")("/x") == {"ok": 1}
    assert (len(server.asked), len(slept)) == (3, 2)


@pytest.mark.parametrize("fault", [Say(502), Say(500), Say(hang_up=True)])
def test_a_post_whose_answer_was_lost_is_not_sent_twice(fault: Say) -> None:
    with quick(fault, Say(201, {"id": 1})) as (api, server, slept):
        with pytest.raises(Exception, match=r"50|Connection aborted"):
            api.http_post("/x", post_data={})
        assert (len(server.asked), slept) == (1, [])


def test_a_post_that_was_not_looked_at_is_sent_again() -> None:
    with quick(Say(429, headers={"Retry-After": "7"}), Say(201, {"id": 1})) as (api, server, slept):
        assert api.http_post("/x", post_data={}) == {"id": 1}
    assert len(server.asked) == 2
    assert 7 < slept[0] < 9


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Retry-After", lambda _: "3600"),
        ("Retry-After", lambda until: format_datetime(until, usegmt=True)),
        ("RateLimit-Reset", lambda until: str(int(until.timestamp()))),
    ],
    ids=["seconds", "date", "timestamp"],
)
def test_an_hour_of_silence_postpones_the_work_instead_of_sleeping(
    name: str, written: Callable[[datetime], str]
) -> None:
    header = {name: written(datetime.now(UTC) + timedelta(hours=1))}
    with quick(Say(429, headers=header)) as (api, server, slept):
        with pytest.raises(NeighbourFailed, match=r"GET /api/v4/x.*429.*3[56][0-9][0-9] seconds"):
            api.http_get("/x")
        assert (len(server.asked), slept) == (1, [])


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "5"}, 5),
        ({"Retry-After": "-5"}, 0),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "1.5"}, None),
        ({"RateLimit-Reset": "soon"}, None),
        ({"RateLimit-Reset": "0"}, 0),
        ({}, None),
    ],
)
def test_what_an_answer_asks_for_is_read_whatever_it_is(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert asked_pause(headers) == seconds


def test_a_limit_that_stays_is_given_up() -> None:
    with quick(Say(429)) as (api, server, slept):
        with pytest.raises(NeighbourFailed, match="tried again later"):
            api.http_get("/x")
        assert (len(server.asked), len(slept)) == (4, 3)


def test_every_request_counts_against_the_budget_also_a_repeated_one() -> None:
    with serve_script(Say(502), Say(502), Say(200)) as server:
        backend = BudgetedBackend(requests.Session(), Budget(2, longest_wait=1), lambda _: None)
        api = Gitlab(server.url, timeout=5, backend=lambda: backend)
        with pytest.raises(NeighbourFailed, match="COURSELINE_API_BUDGET"):
            api.http_get("/x")
        assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        (
            Say(401, {"message": "401 Unauthorized"}),
            NeighbourFailed,
            "COURSELINE_GITLAB_TOKEN one that is valid",
        ),
        (Say(403, {"message": "403 Forbidden"}), Refused, "role and scope"),
        (Say(404, {"message": "404 Not found"}), NotFound, "Check the address"),
        (Say(409, {"message": "is there"}), Conflict, "is there"),
        (Say(422, {"error": "body is wrong"}), Refused, "body is wrong"),
        (Say(418, {}), NeighbourFailed, "418"),
        (Say(200, "<html>", {"Content-Type": "text/html"}), NeighbourFailed, "nothing that can be read"),
        (Say(200, []), NeighbourFailed, "nothing that can be read"),
        (Say(404, {"message": f"nothing for {TOKEN}"}), NotFound, r"nothing for \*\*\*"),
    ],
)
def test_an_error_says_what_was_asked_what_came_back_and_what_to_do(
    answer: Say, error: type[CourselineError], says: str
) -> None:
    with serve_script(answer) as server:
        client = GitLabClient(server.url, TOKEN, seconds=5)
        with pytest.raises(error, match=says) as caught, client.asking("Reading a thing"):
            client.api.projects.get(7)
    assert caught.value.message.startswith(f"Reading a thing at {server.url}: ")
    assert TOKEN not in caught.value.message
    assert "Traceback" not in caught.value.message


def test_a_server_that_is_away_is_named() -> None:
    client = GitLabClient("http://127.0.0.1:9", TOKEN, seconds=1)
    with (
        pytest.raises(NeighbourFailed, match=r"Asking at http://127.0.0.1:9: no answer"),
        client.asking("Asking"),
    ):
        client.api.http_post("/x")


def test_pages_are_followed_at_the_address_that_we_use_also_when_gitlab_calls_itself_otherwise() -> None:
    first = Say(200, [{"id": 1}], {"Link": '<https://other.example.org/api/v4/things?page=2>; rel="next"'})
    with serve_script(first, Say(200, [{"id": 2}])) as server:
        client = GitLabClient(server.url, TOKEN, seconds=5)
        found = client.api.http_list("/things", get_all=True)
    assert [one["id"] for one in found] == [1, 2]


def test_the_event_that_caused_a_request_goes_with_it() -> None:
    with serve_script(Say(200, {"id": 3})) as server:
        client = GitLabClient(server.url, TOKEN, seconds=5)
        client.caused_by("13792a34-cac6-4fda-95a8-c58e00a3954e").api.http_get("/user")
        client.caused_by("").api.http_get("/user")
    sent = [asked.headers.get("X-Gitlab-Event-UUID") for asked in server.asked]
    assert sent == ["13792a34-cac6-4fda-95a8-c58e00a3954e", None]
    assert {asked.headers["PRIVATE-TOKEN"] for asked in server.asked} == {TOKEN}


def test_every_thread_has_a_client_of_its_own() -> None:
    client = GitLabClient("http://127.0.0.1:9", TOKEN)
    found: list[object] = []
    thread = threading.Thread(target=lambda: found.append(client.api))
    thread.start()
    thread.join()
    assert client.api is client.api
    assert found[0] is not client.api


def test_the_token_is_in_no_log_and_no_representation(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), serve_script(Say(404)) as server:
        client = GitLabClient(server.url, TOKEN, seconds=5)
        with pytest.raises(NotFound), client.asking("Reading"):
            client.api.projects.get(7)
    assert TOKEN not in caplog.text + repr(client) + str(client)
