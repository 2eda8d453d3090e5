"""`POST /hooks/gitlab`, by HTTP on a real database."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from structlog.testing import capture_logs
from tests.builders.gitlab_events import (
    OID,
    ZERO,
    body_of,
    merge_request,
    push,
    tag_push,
    with_token,
)
from tests.builders.outputs import job_environment
from tests.builders.s3 import closed_port
from tests.webhook.conftest import SECRET
from webhook.application import LARGEST_BODY, create_app

from courseline.errors import InvalidInput
from courseline.settings import read_settings
from courseline.usecases.react.rows import Delivery, DeliveryState
from courseline.wiring import Wiring

Send = Callable[..., tuple[int, str]]


@pytest.fixture
def send(app: Flask) -> Send:
    def post(payload: object, delivery: str | None = "d1", **headers: str) -> tuple[int, str]:
        body = payload if isinstance(payload, bytes) else body_of(payload)
        answer = app.test_client().post(
            "/hooks/gitlab", data=body, headers={**with_token(SECRET, delivery), **headers}
        )
        return answer.status_code, answer.text.strip()

    return post


def inbox(wiring: Wiring) -> list[Delivery]:
    with wiring.database.transaction() as rows:
        return rows.inbox.latest([], 1000)


def waiting(wiring: Wiring) -> int:
    with wiring.database.transaction() as rows:
        return rows.inbox.state().jobs.get("todo", 0)


class TestAccepted:
    def test_a_release_tag_is_recorded_with_its_work(self, send: Send, wiring: Wiring) -> None:
        assert send(tag_push()) == (201, "accepted")
        (delivery,) = inbox(wiring)
        assert (delivery.event, delivery.project, delivery.state) == (
            "tag_push",
            "gitlab.example.org#7",
            DeliveryState.RECEIVED,
        )
        assert (delivery.facts["tag"], waiting(wiring)) == ("v1.0", 1)

    def test_only_what_is_needed_of_a_payload_is_kept(self, send: Send, wiring: Wiring) -> None:
        send(tag_push() | {"user_email": "ada@example.org", "runners_token": "sesame"})
        assert "ada" not in json.dumps(dict(inbox(wiring)[0].facts)).lower()

    def test_the_same_delivery_again_is_known(self, send: Send, wiring: Wiring) -> None:
        assert [send(tag_push())[0], send(tag_push())[0]] == [201, 200]
        assert (len(inbox(wiring)), waiting(wiring)) == (1, 1)

    def test_without_an_id_the_content_tells_a_delivery(self, send: Send, wiring: Wiring) -> None:
        assert [send(tag_push(), None)[1], send(tag_push(), None)[1]] == ["accepted", "known"]
        assert send(tag_push("v2"), None)[1] == "accepted"
        assert waiting(wiring) == 2

    def test_a_project_hook_and_a_group_hook_of_one_push_are_one_piece_of_work(
        self, send: Send, wiring: Wiring
    ) -> None:
        assert [send(tag_push(), "d1")[1], send(tag_push(), "d2")[1]] == ["accepted", "known"]
        assert waiting(wiring) == 1

    def test_a_tag_that_moved_while_it_waits_is_published_once(self, send: Send, wiring: Wiring) -> None:
        send(tag_push(after=OID), "d1")
        assert send(tag_push(before=OID, after="2" * 40), "d2") == (201, "accepted")
        assert waiting(wiring) == 1
        later, first = inbox(wiring)
        assert (later.state, later.message) == (DeliveryState.DONE, "The same work was waiting already.")
        assert first.state is DeliveryState.RECEIVED

    @pytest.mark.parametrize(
        ("sent", "kept"),
        [
            ("13792a34-cac6-4fda-95a8-c58e00a3954e", "13792a34-cac6-4fda-95a8-c58e00a3954e"),
            ("13792a34-cac6-4fda-95a8-c58e00a3954e\t; x", None),
            ("", None),
        ],
    )
    def test_the_hook_s_own_id_is_kept_when_it_is_one(
        self, send: Send, wiring: Wiring, sent: str, kept: str | None
    ) -> None:
        send(tag_push(), "d1", **{"X-Gitlab-Event-UUID": sent})
        with psycopg.connect(wiring.database_url()) as connection:
            ((arguments,),) = connection.execute("SELECT args FROM procrastinate_jobs").fetchall()
        assert arguments.get("cause") == kept

    def test_an_event_that_failed_is_taken_up_when_it_is_sent_again(self, send: Send, wiring: Wiring) -> None:
        send(tag_push(), "d1")
        with psycopg.connect(wiring.database_url()) as connection:
            connection.execute("UPDATE procrastinate_jobs SET status = 'failed'")
        with wiring.database.transaction() as rows:
            rows.inbox.end(inbox(wiring)[0].number, DeliveryState.FAILED, "No.", wiring.clock())
        assert send(tag_push(), "d1")[1] == "accepted"
        assert [one.state for one in inbox(wiring)] == [DeliveryState.RECEIVED]


class TestIgnored:
    @pytest.mark.parametrize(
        "payload",
        [
            tag_push("draft"),
            tag_push(before=OID, after=ZERO),
            push(),
            merge_request(),
            merge_request(source_project_id=8),
            {"object_kind": "note"},
            {},
        ],
    )
    def test_what_asks_for_nothing_is_recorded_and_answered_2xx(
        self, send: Send, wiring: Wiring, payload: dict[str, object]
    ) -> None:
        assert send(payload) == (200, "ignored")
        (delivery,) = inbox(wiring)
        assert (delivery.state, waiting(wiring), delivery.message != "") == (DeliveryState.IGNORED, 0, True)

    @pytest.mark.parametrize(
        "name", ["$(touch x)", "`id`", "/approve", "<script>", "'; DROP TABLE course;--", "\u202e", "a" * 900]
    )
    def test_names_full_of_shell_markdown_and_quick_actions_are_text(
        self, send: Send, wiring: Wiring, name: str
    ) -> None:
        assert send(tag_push(f"{name}/v1.0"))[0] == 201
        assert send(merge_request(title=name, source_branch=name, target_branch=name), "d2")[0] == 200
        assert len(inbox(wiring)) == 2


class TestRefused:
    @pytest.mark.parametrize("headers", [{"X-Gitlab-Token": "wrong"}, {"X-Gitlab-Token": ""}])
    def test_a_wrong_secret_leaves_no_trace_but_a_line_in_the_log(
        self, send: Send, wiring: Wiring, headers: dict[str, str]
    ) -> None:
        with capture_logs() as lines:
            assert send(tag_push(), **headers)[0] == 401
        assert (inbox(wiring), [line["event"] for line in lines]) == ([], ["rejected"])
        assert "wrong" not in json.dumps(lines)

    @pytest.mark.parametrize(
        "body",
        [b"", b"{", b"[]", b"3", b'"x"', b"\xff\xfe{}", b"{" * 200_000, b"[" * 200_000, b"{}{}", b"\x00"],
        ids=range(10),
    )
    def test_a_body_that_is_no_json_object(self, send: Send, wiring: Wiring, body: bytes) -> None:
        assert send(body)[0] == 400
        assert inbox(wiring) == []

    def test_a_body_of_thirty_megabytes(self, send: Send, wiring: Wiring) -> None:
        assert send(b" " * (LARGEST_BODY + 1))[0] == 413
        assert inbox(wiring) == []

    def test_a_body_as_large_as_gitlab_sends(self, send: Send) -> None:
        payload = body_of(tag_push())
        assert send(payload + b" " * (LARGEST_BODY - len(payload)))[0] == 201

    def test_only_post(self, app: Flask) -> None:
        assert app.test_client().get("/hooks/gitlab").status_code == 405

    def test_mutations_of_a_body_are_answered_and_none_is_accepted_without_the_secret(
        self, app: Flask, wiring: Wiring
    ) -> None:
        dice, client, whole = random.Random(4), app.test_client(), body_of(tag_push())
        statuses: set[int] = set()
        for number in range(300):
            body = bytearray(whole)
            for _ in range(dice.randrange(1, 6)):
                body[dice.randrange(len(body))] = dice.randrange(256)
            headers = with_token(SECRET if number % 2 else SECRET[:-1], f"d{number}")
            statuses.add(client.post("/hooks/gitlab", data=bytes(body), headers=headers).status_code)
        assert statuses <= {200, 201, 400, 401}
        assert all(one.facts for one in inbox(wiring))


class TestAway:
    def test_a_database_that_is_away_is_503_and_says_when_to_come_back(self, tmp_path: Path) -> None:
        with closed_port() as port:
            url = f"postgresql://ada:sesame@127.0.0.1:{port}/courseline"
            settings = {**job_environment(tmp_path, url), "COURSELINE_WEBHOOK_SECRETS": SECRET}
            client = create_app(Wiring(read_settings(settings), "the tests")).test_client()
            with capture_logs() as lines:
                answer = client.post(
                    "/hooks/gitlab", data=body_of(tag_push()), headers=with_token(SECRET, "d1")
                )
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
            assert "sesame" not in json.dumps(lines) + answer.text
            assert client.get("/health/live").status_code == 200
            assert client.get("/health/ready").status_code == 503
            assert "courseline_database_up 0.0" in client.get("/metrics").text

    def test_without_a_secret_it_refuses_to_start(self, tmp_path: Path, database_url: str) -> None:
        with pytest.raises(InvalidInput, match="no webhook secret"):
            create_app(Wiring(read_settings(job_environment(tmp_path, database_url)), "the tests"))


class TestMetrics:
    def test_they_tell_how_inbox_and_queue_are_doing(self, send: Send, app: Flask) -> None:
        send(tag_push())
        text = app.test_client().get("/metrics").text
        assert 'courseline_inbox_deliveries{state="received"} 1.0' in text
        assert 'courseline_queue_jobs{state="todo"} 1.0' in text
        assert 'courseline_webhook_answers_total{answer="accepted"}' in text
        assert app.test_client().get("/health/ready").text == "ready\n"
