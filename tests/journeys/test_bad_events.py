"""What must not reach the receiver, sent to gunicorn as anybody could: refused or ignored, never a 500, never an action."""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

import pytest
from tests.builders.gitlab_events import body_of, merge_request, signed, tag_push, with_token
from tests.builders.gitlab_found import SIGNING
from tests.builders.live_receiver import LiveReceiver, live_receiver
from tests.builders.waiting import until

OTHER = "whsec_" + base64.b64encode(b"of somebody who is not our GitLab").decode()
TOKEN = "sesame-for-tests"
GOOD = body_of(tag_push())
HOSTILE = [
    "$(reboot)",
    "`id`",
    "/close",
    "<img src=x onerror=alert(1)>",
    "'; DROP TABLE course;--",
    "\u202e../..",
    "@all #1",
]


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveReceiver]:
    with live_receiver(tmp_path_factory.mktemp("receiver"), f"{SIGNING},{TOKEN}") as live:
        live.start("receiver")
        until(lambda: live.post(b"", {}) == 401, "the receiver answers")
        yield live


def lines(receiver: LiveReceiver) -> list[dict[str, object]]:
    """What it logged of requests."""
    return [json.loads(line) for line in receiver.log("receiver").splitlines() if line.startswith("{")]


def rows(receiver: LiveReceiver) -> tuple[object, ...]:
    """How many deliveries and how much work there is."""
    return receiver.query(
        "SELECT (SELECT count(*) FROM webhook_delivery), (SELECT count(*) FROM procrastinate_jobs)"
    )[0]


def told_once(receiver: LiveReceiver, body: bytes, headers: Mapping[str, str]) -> int | None:
    """The answer to a delivery that must leave one line in the log and nothing else."""
    before, said = rows(receiver), len(lines(receiver))
    status = receiver.post(body, headers)
    assert rows(receiver) == before
    until(lambda: len(lines(receiver)) > said, "it is in the log")
    assert len(lines(receiver)) == said + 1
    return status


@pytest.mark.parametrize(
    "headers",
    [
        {},
        signed(GOOD, OTHER, "d1"),
        signed(GOOD + b" ", SIGNING, "d1"),
        signed(GOOD, SIGNING, "d1") | {"webhook-id": "d2"},
        signed(GOOD, SIGNING, "d1", at=datetime.now(UTC) - timedelta(hours=1)),
        signed(GOOD, SIGNING, "d1", at=datetime.now(UTC) + timedelta(hours=1)),
        signed(GOOD, SIGNING, "d1") | {"webhook-timestamp": "soon"},
        signed(GOOD, SIGNING, "d1") | {"webhook-signature": "v1,AAAA v1a,x ,"},
        with_token(SIGNING, "d1"),
        with_token("", "d1"),
        with_token(TOKEN, "d1") | {"webhook-signature": "v1,AAAA"},
    ],
    ids=[
        "no credential", "another secret", "another body", "another id", "replayed", "from the future", "no time", "no signature",
        "signing secret as token", "empty token",
        "wrong signature beside the right token",
    ],
)  # fmt: skip
def test_a_forged_or_replayed_delivery_is_refused(receiver: LiveReceiver, headers: dict[str, str]) -> None:
    assert told_once(receiver, GOOD, headers) == 401


@pytest.mark.parametrize(
    "body",
    [b"", GOOD[:-9], b"\xff\xfe" + GOOD, b"[" * 100_000, b'{"a":' * 100_000, b"null", b'"text"', GOOD + GOOD],
    ids=["empty", "cut", "no UTF-8", "deep list", "deep object", "null", "text", "two"],
)
def test_a_body_that_is_no_event_is_refused_though_it_is_signed(receiver: LiveReceiver, body: bytes) -> None:
    # A signature is of text; what is none can only come with a token.
    headers = with_token(TOKEN, "d3") if b"\xff" in body else signed(body, SIGNING, "d3")
    assert told_once(receiver, body, headers) == 400


def test_thirty_megabytes_are_refused_before_they_are_read(receiver: LiveReceiver) -> None:
    head = "POST /hooks/gitlab HTTP/1.1\r\nHost: x\r\nContent-Length: 31457280\r\nContent-Type: application/json\r\n\r\n"
    assert raw(receiver, head.encode()).startswith(b"HTTP/1.1 413 ")


def test_a_request_that_is_cut_off_is_no_delivery(receiver: LiveReceiver) -> None:
    before = rows(receiver)
    head = "".join(f"{name}: {value}\r\n" for name, value in signed(GOOD, SIGNING, "d4").items())
    request = (
        f"POST /hooks/gitlab HTTP/1.1\r\nHost: x\r\nContent-Length: {len(GOOD)}\r\n{head}\r\n".encode()
        + GOOD[:-9]
    )
    raw(receiver, request, end=True)
    assert receiver.post(b"", {}) == 401, "it goes on answering"
    assert rows(receiver) == before


@pytest.mark.parametrize("name", HOSTILE)
def test_names_full_of_shell_markdown_and_quick_actions_ask_for_nothing(
    receiver: LiveReceiver, name: str
) -> None:
    attributes = {"title": name, "description": name, "source_branch": name, "target_branch": name}
    for payload in (
        merge_request(**attributes),
        merge_request(**attributes, source_project_id=8),
        tag_push(name),
    ):
        work = rows(receiver)[1]
        body = body_of(payload)
        assert (
            receiver.post(body, signed(body, SIGNING, f"{HOSTILE.index(name)} {payload['object_kind']}"))
            == 200
        )
        assert rows(receiver)[1] == work


def test_none_of_it_was_an_error_of_the_receiver(receiver: LiveReceiver) -> None:
    body = body_of(tag_push("v9"))
    assert receiver.post(body, signed(body, SIGNING, "good")) == 201
    log = receiver.log("receiver")
    assert "Traceback" not in log
    assert SIGNING not in log
    assert TOKEN not in log
    assert {line["level"] for line in lines(receiver)} <= {"info", "warning"}


def raw(receiver: LiveReceiver, data: bytes, *, end: bool = False) -> bytes:
    """Send bytes; what comes back. With `end` nothing more is sent, nor waited for."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(60)
        connection.connect(str(receiver.socket))
        connection.sendall(data)
        if end:
            connection.shutdown(socket.SHUT_WR)
        return connection.recv(65536)
