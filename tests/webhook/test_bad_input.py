"""What nobody should send to `POST /hooks/gitlab`: answered as documented, never 500, never work, one line in the log."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from structlog.testing import capture_logs
from tests.builders.gitlab_events import (
    body_of,
    merge_request,
    pipeline,
    push,
    signed,
    tag_push,
    with_token,
)
from tests.builders.outputs import job_environment
from tests.webhook.conftest import SECRET
from webhook.application import LARGEST_BODY, create_app

from courseline.settings import read_settings
from courseline.wiring import Wiring

SIGNING = "whsec_" + base64.b64encode(b"of no hook at all, only of tests").decode()
OTHER = "whsec_" + base64.b64encode(b"one that nobody has configured..").decode()
VALUES: list[Any] = [
    None, [], {}, -1, 0, 2**70, 1.5, "", "\0", "\ud800", "x" * 5000, True, {"a": {"b": []}}, "refs/tags/v1\0",
    "refs/tags/\ud800", "http://[::1", "http://a:99999/", "file:///etc", "-1",
]  # fmt: skip
Sent = tuple[int, list[str]]
Send = Callable[[bytes, Mapping[str, str]], Sent]


@pytest.fixture
def wiring(tmp_path: Any, database_url: str) -> Iterator[Wiring]:
    secrets = {"COURSELINE_WEBHOOK_SECRETS": f"{SECRET},{SIGNING}"}
    wired = Wiring(read_settings({**job_environment(tmp_path, database_url), **secrets}), "the tests")
    yield wired
    wired.database.close()
    wired.intake.close()


@pytest.fixture
def app(wiring: Wiring) -> Flask:
    return create_app(wiring)


@pytest.fixture
def send(app: Flask) -> Send:
    """Send, and answer the status and what the log said."""

    def post(body: bytes, headers: Mapping[str, str]) -> Sent:
        with capture_logs() as lines:
            answer = app.test_client().post("/hooks/gitlab", data=body, headers=dict(headers))
        assert "sesame" not in json.dumps(lines)
        return answer.status_code, [str(line["event"]) for line in lines]

    return post


def work(wiring: Wiring) -> int:
    with wiring.database.transaction() as rows:
        return sum(rows.inbox.state().jobs.values())


class TestForgedAndReplayed:
    def test_by_another_secret_or_with_another_body_or_id(self, send: Send, wiring: Wiring) -> None:
        body = body_of(tag_push())
        good = signed(body, SIGNING, "d1")
        forged = [
            (body, signed(body, OTHER, "d1")),
            (body_of(tag_push("v2")), good),
            (body, good | {"webhook-id": "d2"}),
            (body, good | {"webhook-timestamp": "0"}),
            (body, good | {"webhook-timestamp": "now"}),
            (body, good | {"webhook-signature": "v1,"}),
            (body, good | {"webhook-signature": "\xff"}),
            (body, good | {"webhook-signature": "v1,x", "X-Gitlab-Token": SECRET}),
        ]
        assert [send(*one) for one in forged] == [(401, ["rejected"])] * len(forged)
        assert work(wiring) == 0

    @pytest.mark.parametrize("late", [-310, 310])
    def test_signed_more_than_five_minutes_away(self, send: Send, wiring: Wiring, late: int) -> None:
        body = body_of(tag_push())
        at = datetime.now(UTC) + timedelta(seconds=late)
        assert send(body, signed(body, SIGNING, "d1", at=at)) == (401, ["rejected"])
        assert work(wiring) == 0

    def test_sent_again_within_five_minutes_is_one_piece_of_work(self, send: Send, wiring: Wiring) -> None:
        body = body_of(tag_push())
        captured = signed(body, SIGNING, "d1")
        assert send(body, captured) == (201, ["recorded"])
        for _ in range(3):
            assert send(body, captured) == (200, ["known, or its work waits already"])
        assert work(wiring) == 1

    def test_the_id_of_a_delivery_is_known_however_its_body_has_changed(
        self, send: Send, wiring: Wiring
    ) -> None:
        send(body_of(tag_push()), with_token(SECRET, "d1"))
        assert send(body_of(tag_push("v9")), with_token(SECRET, "d1"))[0] == 200
        assert work(wiring) == 1


class TestBodies:
    @pytest.mark.parametrize(
        ("body", "status", "said"),
        [
            (b" " * (LARGEST_BODY + 1), 413, "too large"),
            (b"\xff\xfe{}", 400, "not a JSON object"),
            (b'{"object_kind": "' + "é".encode("latin-1") + b'"}', 400, "not a JSON object"),
            (b"[" * 200_000, 400, "not a JSON object"),
            (b'{"a":' * 200_000, 400, "not a JSON object"),
            (body_of(tag_push())[:-7], 400, "not a JSON object"),
            (b'{"object_kind": "tag_push", "project": ' + b"[" * 900 + b"]" * 900 + b"}", 200, "recorded"),
        ],
        ids=["30 MB", "UTF-16", "Latin-1", "deep list", "deep object", "truncated", "deep within limits"],
    )
    def test_are_refused_or_ignored_with_one_line(
        self, send: Send, wiring: Wiring, body: bytes, status: int, said: str
    ) -> None:
        assert send(body, with_token(SECRET, "d1")) == (status, [said])
        assert work(wiring) == 0

    @pytest.mark.parametrize("name", ["v1.0\0", "\0", "v1.0\ud800", "\ud800/v1.0", "v1.0\n", "x" * 900])
    def test_names_that_no_database_holds_are_ignored(self, send: Send, wiring: Wiring, name: str) -> None:
        for number, payload in enumerate(
            [tag_push(name), push(name), merge_request(target_branch=name), pipeline(ref=name)]
        ):
            status, lines = send(body_of(payload), with_token(SECRET, f"d{number}"))
            assert (status, len(lines)) == (200, 1)
        assert work(wiring) == 0

    def test_an_id_that_no_database_holds(self, send: Send) -> None:
        assert send(body_of(tag_push()), with_token(SECRET, "\xffid\x01"))[0] == 201

    @pytest.mark.parametrize("seed", range(4))
    def test_any_value_anywhere_is_answered(self, send: Send, seed: int) -> None:
        dice = random.Random(seed)
        for number in range(80):
            payload = json.loads(
                body_of(dice.choice([tag_push, push, merge_request, pipeline])())  # type: ignore[operator]
            )
            _spoil(payload, dice)
            status, lines = send(json.dumps(payload).encode(), with_token(SECRET, f"d{number}"))
            assert (status in {200, 201}, len(lines)) == (True, 1), payload


def _spoil(payload: dict[str, Any], dice: random.Random) -> None:
    """Put a value where another one belongs, or take one away."""
    parent: dict[str, Any] = payload
    inner = [value for value in payload.values() if isinstance(value, dict) and value]
    if inner and dice.random() < 0.7:
        parent = dice.choice(inner)
    name = dice.choice(sorted(parent))
    if dice.random() < 0.2:
        del parent[name]
    else:
        parent[name] = dice.choice(VALUES)
