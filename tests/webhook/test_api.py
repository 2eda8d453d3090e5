"""`/api/v1/operations`, by HTTP on a real database, with tokens of a real issuer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from flask import Flask
from structlog.testing import capture_logs
from tests.builders.courses import Bench, bench, example, place
from tests.builders.issuer import Issuer, id_token_issuer
from tests.builders.outputs import job_environment
from tests.builders.postgres import PostgresServer
from webhook.application import create_app

from courseline.adapters.database.revision import REVISION
from courseline.domain.ids import example_id
from courseline.settings import read_settings
from courseline.wiring import Wiring, resolve_url

SERVER = "https://courseline.example.org"
OPERATIONS = "/api/v1/operations"
CANARY = "glpat-canary-of-a-course"


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with id_token_issuer() as made:
        yield made


@dataclass
class Api:
    """A receiver with one course and one example repository.

    Attributes:
        course: the course, project 42; its examples are project 43.
        issuer: of id_tokens.
        app: the application.
    """

    course: Bench
    issuer: Issuer
    app: Flask

    def ask(self, method: str, path: str, bearer: str | None, body: object = None) -> tuple[int, Any]:
        headers = {} if bearer is None else {"Authorization": f"Bearer {bearer}"}
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = self.app.test_client().open(path, method=method, data=data, headers=headers)
        return answer.status_code, answer.get_json(silent=True)

    def open(self, kind: str = "deploy", token: str | None = None, **inputs: object) -> tuple[int, Any]:
        body = {"kind": kind, "inputs": inputs, "revision": REVISION}
        return self.ask("POST", OPERATIONS, token or self.token(), body)

    def token(self, **claims: Any) -> str:
        return self.issuer.token(SERVER, **claims)

    def sync_token(self, **claims: Any) -> str:
        own: dict[str, Any] = {
            "project_id": "43",
            "project_path": "uni/examples",
            "ref": "v1.0",
            "ref_type": "tag",
            "environment": "courseline/library",
        }
        return self.token(**(own | claims))

    def opened(self, kind: str = "deploy", token: str | None = None, **inputs: object) -> tuple[str, str]:
        """Address of an order, and its key."""
        status, order = self.open(kind, token, **inputs)
        assert status == 201, order
        return f"{OPERATIONS}/{order['id']}", order["key"]

    def states(self) -> list[str]:
        return [state for (state,) in self.course.query("SELECT state FROM work_order ORDER BY started_at")]

    def run(self, statement: str, *values: object) -> None:
        with psycopg.connect(self.course.database_url) as connection:
            connection.execute(statement, values)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer, issuer: Issuer) -> Iterator[Api]:
    root = tmp_path_factory.mktemp("api")
    with postgres.fresh() as url:
        course = bench(root, url, example("hello"))
        course.wish(place("week1") + place("week1.hello", "hello", "v1.0"))
        settings = {
            **job_environment(root, url),
            "COURSELINE_WEBHOOK_SECRETS": "sesame-for-tests",
            "COURSELINE_GITLAB_URL": issuer.url,
            "COURSELINE_SERVER": SERVER,
        }
        wiring = Wiring(read_settings(settings), "the tests")
        api = Api(course, issuer, create_app(wiring))
        api.run("UPDATE example_repository SET project_id = 43")
        api.run(
            "INSERT INTO example_repository_url (url, example_repository_id) SELECT %s, id FROM example_repository",
            f"127.0.0.1:{issuer.port}/uni/examples",
        )
        yield api
        wiring.database.close()
        course.close()


@pytest.fixture
def api(made: Api) -> Api:
    """Nobody has asked for anything yet."""
    made.run("DELETE FROM work_order")
    made.run("DELETE FROM procrastinate_jobs")
    identity = resolve_url(str(made.course.assignments))
    made.run("UPDATE course SET assignments_project_id = 42, assignments_identity = %s", identity)
    return made


class TestOpening:
    def test_a_job_of_the_course_is_given_its_order(self, api: Api) -> None:
        status, order = api.open()
        assert status == 201
        assert order["actor"] == "127.0.0.1#7"
        assert order["state"] == "open"
        assert {rows["table"] for rows in order["rows"]} >= {"course", "example_version_file", "plan"}
        (evidence,) = api.course.query("SELECT evidence FROM work_order")[0]
        assert (evidence["job_id"], evidence["sha"], evidence["user_id"]) == ("2000", "0" * 40, "7")

    def test_no_row_of_secrets_people_or_other_courses_is_given(self, api: Api) -> None:
        api.run("INSERT INTO actor (actor, name) VALUES ('git.example.org#1', 'Grace Hopper')")
        api.run("INSERT INTO organization (path, name) VALUES ('elsewhere', 'Other University')")
        api.run(
            "INSERT INTO example_repository (id, identity, name, organization_id, visibility)"
            " SELECT gen_random_uuid(), 'x', 'secret-exams', id, 'private' FROM organization WHERE path = 'elsewhere'"
        )
        api.run(
            "INSERT INTO credential (course_id, kind, ciphertext) SELECT id, 'template', %s FROM course",
            CANARY.encode(),
        )
        _, order = api.open()
        text = json.dumps(order)
        assert not any(word in text for word in ("Grace", "Other University", "secret-exams", CANARY))

    @pytest.mark.parametrize(
        ("kind", "claims", "status"),
        [
            ("deploy", {"project_id": "99", "project_path": "uni/unknown"}, 403),
            ("deploy", {"project_id": "99", "project_path": "uni/python-101"}, 403),
            ("sync", {}, 403),
            ("sync", {"project_id": "43"}, 403),
            ("student-template", {}, 403),
            ("deploy", {"ref_protected": "false"}, 403),
            ("deploy", {"ref_type": "tag", "ref": "v1.0"}, 403),
            ("deploy", {"ref": "draft"}, 403),
            ("deploy", {"pipeline_source": "merge_request_event"}, 403),
            ("deploy", {"environment": "courseline/library"}, 403),
            ("deploy", {"environment": None}, 403),
            ("deploy", {"aud": "https://other.example.org"}, 401),
            ("deploy", {"iss": "https://gitlab.example.org"}, 401),
            ("deploy", {"exp": 1}, 401),
            ("deploy", {"jti": None}, 401),
        ],
    )
    def test_a_job_that_may_not_is_refused_with_a_sentence(
        self, api: Api, kind: str, claims: dict[str, Any], status: int
    ) -> None:
        found, told = api.open(kind, api.token(**claims), **({"tag": "main"} if kind == "sync" else {}))
        assert found == status
        assert told["error"]["message"].rstrip().endswith((".", "yaml", ".git"))
        assert api.states() == []

    def test_an_unregistered_project_is_told_the_command(self, api: Api) -> None:
        token = api.token(project_id="99", project_path="uni/unknown")
        assert "courseline course apply" in api.open("deploy", token)[1]["error"]["message"]
        token = api.sync_token(project_id="99", project_path="uni/unknown")
        told = api.open("sync", token, tag="v1.0")[1]["error"]["message"]
        assert "courseline repositories add" in told

    def test_the_first_job_of_an_address_fixes_the_number_of_its_project(self, api: Api) -> None:
        api.run(
            "UPDATE course SET assignments_project_id = NULL, assignments_identity = %s",
            f"127.0.0.1:{api.issuer.port}/uni/python-101",
        )
        assert api.open("deploy")[0] == 201
        assert api.course.query("SELECT assignments_project_id FROM course") == [(42,)]
        status, told = api.open("deploy", api.token(project_id="77"))
        assert (status, "belongs to project 42" in told["error"]["message"]) == (403, True)

    def test_a_tag_other_than_the_job_s_is_not_synced(self, api: Api) -> None:
        status, told = api.open("sync", api.sync_token(), tag="v2.0")
        assert (status, "v2.0" in told["error"]["message"]) == (403, True)

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            (b"", 422),
            (b"{", 422),
            (b"[" * 100_000, 422),
            (b"\xff\xfe", 422),
            ({"kind": "rollback", "inputs": {}, "revision": REVISION}, 422),
            ({"kind": "deploy", "inputs": {"force": True}, "revision": REVISION}, 422),
            ({"kind": "deploy", "inputs": {"branch": True}, "revision": REVISION}, 422),
            ({"kind": "deploy", "inputs": {"plan": "p" * 1000}, "revision": REVISION}, 422),
            ({"kind": "deploy", "inputs": {}, "revision": "0001"}, 422),
            ({"kind": "deploy", "inputs": {}, "revision": REVISION, "course": "other"}, 422),
            (b"{" + b" " * 3_000_000 + b"}", 413),
        ],
    )
    def test_a_question_that_is_none_is_refused(self, api: Api, body: object, status: int) -> None:
        found, told = api.ask("POST", OPERATIONS, api.token(), body)
        assert found == status
        assert told["error"]["kind"] in {"invalid_input", "too_large"}

    def test_without_a_token_nothing_is_said(self, api: Api) -> None:
        assert api.ask("POST", OPERATIONS, None, {})[0] == 401

    def test_the_same_question_with_the_same_token_gets_the_same_order(self, api: Api) -> None:
        token = api.token()
        first, second = api.open("deploy", token)[1], api.open("deploy", token)[1]
        assert first["id"] == second["id"]
        path = f"{OPERATIONS}/{first['id']}"
        assert api.ask("GET", path, second["key"])[0] == 200
        assert api.ask("GET", path, first["key"])[0] == 401

    def test_a_token_opens_one_order_of_a_kind(self, api: Api) -> None:
        token = api.token()
        path, key = api.opened("deploy", token)
        assert api.open("deploy", token, plan="a" * 64)[0] == 403
        api.ask("POST", f"{path}/events", key, {"events": [{"seq": 1, "name": "ended", "facts": {}}]})
        assert api.open("deploy", token)[0] == 403

    def test_somebody_else_s_work_is_waited_for_by_name(self, api: Api) -> None:
        api.opened()
        status, told = api.open("deploy", api.token(job_id="2001"))
        assert (status, told["error"]["kind"]) == (409, "busy")
        assert "job 2000 of uni/python-101" in told["error"]["message"]

    def test_a_run_beside_the_receiver_is_waited_for_by_name(self, api: Api) -> None:
        course = api.course.course
        with api.course.database.lease(course.assignments_identity, wait=0, holder="a person"):
            status, told = api.open()
        assert (status, told["error"]["kind"]) == (409, "busy")
        assert "a person" in told["error"]["message"]
        assert api.open()[0] == 201

    def test_a_dry_run_holds_nobody_up(self, api: Api) -> None:
        assert api.open("deploy", None, dry_run=True)[1]["state"] == "reading"
        assert api.open()[0] == 201

    def test_no_token_and_no_key_is_logged(self, api: Api) -> None:
        token = api.token()
        with capture_logs() as logs:
            _, order = api.open("deploy", token)
            api.ask("GET", f"{OPERATIONS}/{order['id']}", "a-wrong-key")
        assert logs
        assert not any(word in str(logs) for word in (token, order["key"], "a-wrong-key"))

    def test_keys_are_kept_hashed(self, api: Api) -> None:
        _, key = api.opened()
        ((row,),) = api.course.query("SELECT work_order::text FROM work_order")
        assert key not in row
        assert hashlib.sha256(key.encode()).hexdigest() in row


class TestReports:
    def test_a_report_counts_once_and_renews_the_lease(self, api: Api) -> None:
        path, key = api.opened()
        api.run("UPDATE work_order SET expires_at = now()")
        identity = api.course.course.assignments_identity
        events = [{"seq": 1, "name": "seen", "facts": {identity: "a" * 40}}]
        for sent in (events, [{"seq": 1, "name": "seen", "facts": {identity: "b" * 40}}]):
            status, standing = api.ask("POST", f"{path}/events", key, {"events": sent})
            assert (status, standing["last_seq"]) == (200, 1)
        ((report, renewed),) = api.course.query("SELECT report, expires_at > now() FROM work_order")
        assert (report["seen"][identity], renewed) == ("a" * 40, True)

    def test_an_ended_job_s_work_is_queued_to_be_recorded(self, api: Api) -> None:
        path, key = api.opened()
        ended = {"events": [{"seq": 1, "name": "ended", "facts": {"error": None}}]}
        assert api.ask("POST", f"{path}/events", key, ended)[1]["state"] == "ended"
        assert api.ask("POST", f"{path}/events", key, ended)[1]["state"] == "ended"
        tasks = api.course.query("SELECT task_name, lock FROM procrastinate_jobs")
        assert tasks == [("settle_operation", f"course {api.course.course.id}")]

    def test_after_its_end_a_job_reports_no_push(self, api: Api) -> None:
        path, key = api.opened()
        ended = {"seq": 1, "name": "ended", "facts": {}}
        push = {"seq": 2, "name": "pushing", "facts": {"target": "x", "branch": "main", "commit": "a" * 40}}
        api.ask("POST", f"{path}/events", key, {"events": [ended]})
        assert api.ask("POST", f"{path}/events", key, {"events": [push]})[0] == 409

    @pytest.mark.parametrize(
        "event",
        [
            {"seq": 0, "name": "alive"},
            {"seq": 1, "name": "deployed"},
            {"seq": 1, "name": "pushing", "facts": {"target": "x", "branch": "main"}},
            {"seq": 1, "name": "pushing", "facts": {"target": "x", "branch": "main", "commit": "HEAD"}},
            {"seq": 1, "name": "seen", "facts": {"x": "; rm -rf /"}},
            {"seq": 1, "name": "seen", "facts": {"x" * 1000: "a" * 40}},
            {"seq": 1, "name": "ended", "facts": {"error": {"deep": 1}}},
        ],
    )
    def test_a_report_that_is_none_changes_nothing(self, api: Api, event: dict[str, object]) -> None:
        path, key = api.opened()
        assert api.ask("POST", f"{path}/events", key, {"events": [event]})[0] == 422
        assert api.course.query("SELECT last_seq, report::text FROM work_order") == [(0, "{}")]

    def test_another_order_s_key_opens_nothing(self, api: Api) -> None:
        path, _ = api.opened()
        _, other = api.opened("sync", api.sync_token(), tag="v1.0")
        for method, rest in (("GET", ""), ("POST", "/events"), ("POST", "/uploads"), ("POST", "/downloads")):
            assert api.ask(method, path + rest, other, {"events": []})[0] == 401
        assert api.ask("GET", f"{OPERATIONS}/{'0' * 8}-0000-0000-0000-{'0' * 12}", other)[0] == 401
        assert api.ask("GET", f"{OPERATIONS}/nonsense", other)[0] == 404


class TestObjects:
    @pytest.fixture
    def sync(self, api: Api) -> tuple[str, str]:
        return api.opened("sync", api.sync_token(), tag="v1.0")

    def put(self, api: Api, sync: tuple[str, str], key: str, data: bytes, sha: str = "") -> tuple[int, Any]:
        from urllib.parse import quote

        path, bearer = sync
        sha = sha or hashlib.sha256(data).hexdigest()
        return api.ask("PUT", f"{path}/objects/{sha}?key={quote(key, safe='')}", bearer, data)

    def keys(self, api: Api) -> list[str]:
        """Of what is published."""
        return [stored.key for stored in api.course.store.list("") if f"/{'a' * 40}/" not in stored.key]

    def own(self, api: Api, rest: str) -> str:
        ((repository,),) = api.course.query("SELECT id FROM example_repository WHERE project_id = 43")
        return f"repositories/{repository}/{example_id(repository, 'new')}/{'a' * 40}/{rest}"

    def test_a_new_file_of_the_job_s_own_repository_is_taken(self, api: Api, sync: tuple[str, str]) -> None:
        key = self.own(api, "files/main.py")
        assert self.put(api, sync, key, b"print()\n")[0] == 201
        assert api.course.store.get(key) == b"print()\n"

    @pytest.mark.parametrize(
        "key",
        [
            "files/main.py",
            "../outside",
            "repositories/../../etc/passwd",
            "/etc/passwd",
            f"repositories/{'0' * 8}-0000-0000-0000-{'0' * 12}/{'0' * 8}-0000-0000-0000-{'0' * 12}/{'a' * 40}/files/x",
            "OWN/../x",
            "OWNfiles/../../../x",
            "OWNfiles/",
            "OWNfiles/a\nb",
            "OWNother.json",
            "OWN",
            "",
        ],
    )
    def test_no_other_key_is_written(self, api: Api, sync: tuple[str, str], key: str) -> None:
        before = self.keys(api)
        status, told = self.put(api, sync, key.replace("OWN", self.own(api, "")), b"x")
        assert (status, told["error"]["kind"]) == (403, "refused")
        assert self.keys(api) == before

    def test_bytes_with_another_digest_are_not_taken(self, api: Api, sync: tuple[str, str]) -> None:
        assert self.put(api, sync, self.own(api, "files/main.py"), b"x", "0" * 64)[0] == 422

    def test_what_is_published_stays(self, api: Api, sync: tuple[str, str]) -> None:
        for key in self.keys(api):
            before = api.course.store.get(key)
            assert before is not None
            assert self.put(api, sync, key, before + b" ")[0] in {409, 422}
            assert self.put(api, sync, key, before)[0] == 201
            assert api.course.store.get(key) == before

    def test_a_lost_file_of_a_version_comes_back_as_it_was(self, api: Api, sync: tuple[str, str]) -> None:
        key = next(key for key in self.keys(api) if key.endswith("files/main.py"))
        before = api.course.store.get(key)
        assert before is not None
        api.course.store.put(key, b"torn")
        assert self.put(api, sync, key, b"something else")[0] == 409
        assert self.put(api, sync, key, before)[0] == 201
        assert api.course.store.get(key) == before

    def test_a_manifest_comes_after_the_files_it_lists(self, api: Api, sync: tuple[str, str]) -> None:
        keys = self.keys(api)
        manifest = next(key for key in keys if key.endswith("metadata.json"))
        saved = {key: api.course.store.get(key) or b"" for key in keys}
        for key in keys:
            api.course.store.delete(key)
        assert self.put(api, sync, manifest, saved[manifest])[0] == 422
        for key in keys:
            if key != manifest:
                assert self.put(api, sync, key, saved[key])[0] == 201
        assert self.put(api, sync, manifest, saved[manifest])[0] == 201

    def test_a_course_s_job_writes_no_object(self, api: Api) -> None:
        assert self.put(api, api.opened(), self.own(api, "files/main.py"), b"x")[0] == 403

    def test_only_what_the_job_may_use_is_read(self, api: Api) -> None:
        path, key = api.opened()
        mine = next(one for one in self.keys(api) if one.endswith("files/main.py"))
        status, given = api.ask("POST", f"{path}/downloads", key, {"keys": [mine]})
        assert (status, given["objects"][0]["key"]) == (200, mine)
        other = mine.replace(mine.split("/")[1], "0" * 8 + "-0000-0000-0000-" + "0" * 12)
        for bad in (other, "../../etc/passwd", "repositories/"):
            assert api.ask("POST", f"{path}/downloads", key, {"keys": [bad]})[0] == 403
            assert api.ask("POST", f"{path}/listings", key, {"prefix": bad})[0] == 403

    def test_a_file_is_found_by_its_digest(self, api: Api) -> None:
        path, key = api.opened()
        mine = next(one for one in self.keys(api) if one.endswith("files/main.py"))
        data = api.course.store.get(mine) or b""
        answer = api.app.test_client().get(
            f"{path}/objects/{hashlib.sha256(data).hexdigest()}", headers={"Authorization": f"Bearer {key}"}
        )
        assert (answer.status_code, answer.data) == (200, data)
        assert api.ask("GET", f"{path}/objects/{'0' * 64}", key)[0] == 404
        assert api.ask("GET", f"{path}/objects/nonsense", key)[0] == 422
