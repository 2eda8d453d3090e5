"""P9: no secret leaves: after whole ways through GitLab, and after failures, none of them is where it could be read."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
import requests
from cryptography.fernet import Fernet
from tests.builders.courses import place
from tests.builders.gitlab_events import body_of, tag_push, with_token
from tests.builders.s3 import serve_s3
from tests.builders.secret_hunt import Watch, contents, git_objects, hits
from tests.builders.waiting import until
from tests.builders.whole_site import COURSE, EXAMPLES, STRUCTURE, WholeSite, whole_site
from tests.gitlab_double.work_tree import WorkTree

PLACES = STRUCTURE.replace(" []", "\n" + place("week1") + place("week1.hello", "hello", "v1.0"))
FORGED = f"CANARY{uuid4().hex}"


@contextmanager
def site_with_canaries(directory: Path) -> Iterator[tuple[WholeSite, dict[str, str]]]:
    """A site whose every credential is known here, and what they are."""
    canary = {
        name: f"CANARY{uuid4().hex}" for name in ("database password", "S3 access key", "S3 secret key")
    }
    old_key = Fernet.generate_key().decode()
    token = f"CANARY{uuid4().hex}"
    signing = "whsec_" + base64.b64encode(os.urandom(32)).decode()
    with serve_s3() as endpoint:
        store = f"s3://courseline?endpoint={endpoint}&region=us-east-1"
        keys = {
            "COURSELINE_OBJECT_STORE": store,
            "COURSELINE_S3_ACCESS_KEY": canary["S3 access key"],
            "COURSELINE_S3_SECRET_KEY": canary["S3 secret key"],
        }

        def more(url: str) -> dict[str, str]:
            return {
                **keys,
                "COURSELINE_DATABASE_URL": url.replace(
                    "postgres@", f"postgres:{canary['database password']}@"
                ),
            }

        with whole_site(directory, more=more, secrets=f"{signing},{token}", old_keys=(old_key,)) as site:
            settings = site.live.environment
            first = settings["COURSELINE_SECRET_KEYS"].split(",")[0]
            yield (
                site,
                {
                    **canary,
                    "signing token": signing,
                    "secret token": token,
                    "first Fernet key": first,
                    "second Fernet key": old_key,
                    "GitLab token": settings["COURSELINE_GITLAB_TOKEN"],
                    "course token": settings["COURSE_GIT_TOKEN"],
                    "a forged webhook's token": FORGED,
                },
            )


def to_the_students(site: WholeSite) -> WorkTree:
    """A tag, a merge request, its merge, the template."""
    tree = site.clone(EXAMPLES)
    tree.git("tag", "-a", "-m", "Release v1.0", "v1.0")
    tree.push("v1.0")
    seen(site, lambda: site.versions() == [("hello", "1.0.0")], "the version is in the library")
    tree = site.clone(COURSE)
    tree.git("checkout", "-q", "-b", "week-1")
    tree.commit({"course-structure.yaml": PLACES}, "Week 1")
    tree.push("HEAD:refs/heads/week-1")
    made = site.lecturer.projects.get(COURSE).mergerequests.create(
        {"source_branch": "week-1", "target_branch": "main", "title": "Week 1"}
    )
    seen(site, lambda: site.notes(int(made.iid)), "the merge request has its note")
    made.merge()
    seen(site, lambda: "week1/hello/main.py" in site.given(), "students have the example")
    return tree


def into_failures(site: WholeSite, tree: WorkTree) -> None:
    """Forged and broken deliveries, a GitLab that answers with errors, tokens that are no longer good."""
    hook = f"{site.receiver}/hooks/gitlab"
    for body in (body_of(tag_push()), f'{{"{FORGED}"'.encode()):
        answer = requests.post(hook, data=body, headers=with_token(FORGED, "forged"), timeout=60)
        assert answer.status_code == 401
    site.double.faults.too_many()
    look_again(site)
    for token in site.double.forge.tokens:
        if token.value in {
            site.live.environment[name] for name in ("COURSELINE_GITLAB_TOKEN", "COURSE_GIT_TOKEN")
        }:
            token.revoked = True
    tree.git("fetch", "-q", "origin")
    tree.git("checkout", "-q", "-B", "main", "origin/main")
    tree.commit({"course-structure.yaml": PLACES + "# once more\n"}, "More")
    tree.push("HEAD:refs/heads/main")
    asked = len(site.live.log("worker"))
    look_again(site)
    # The jobs of this push wait for minutes until the token is good again, so nobody waits for them.
    until(lambda: len(site.live.log("worker")) > asked, "the worker tells of it")
    site.live.kill("worker")


def look_again(site: WholeSite) -> None:
    """Have the worker make a pass; how it ends is not waited for."""
    with suppress(psycopg.errors.UniqueViolation):  # one waits already
        site.live.query(
            "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('courseline', 'reconcile', 0, NULL, 'reconcile', '{}', NULL)"
            "::procrastinate_job_to_defer_v1])"
        )
    site.live.pass_time()


def seen(site: WholeSite, condition: Callable[[], object], what: str) -> None:
    def again() -> bool:
        site.double.settle()
        site.live.pass_time()
        return bool(condition())

    try:
        until(again, what, pause=0.2)
    except AssertionError as never:
        raise AssertionError(site.story()) from never


def told_by_gitlab(site: WholeSite) -> Iterator[tuple[str, bytes]]:
    """Notes, statuses, traces and everything in the repositories."""
    for project in site.double.forge.projects:
        yield f"objects of {project.path}", git_objects(project.repository.path)
        for request in project.merge_requests:
            for note in request.notes:
                yield f"a note at {project.path}!{request.iid}", note.body.encode()
        for pipeline in project.pipelines:
            for job in pipeline.jobs:
                yield f"the trace of {job.name}", job.trace
                yield f"the status {job.name}", f"{job.status} {job.description} {job.target_url}".encode()


def plain_columns(site: WholeSite) -> Iterator[tuple[str, bytes]]:
    """Every row of every table, as text."""
    tables = site.live.query(
        "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    )
    for (table,) in tables:
        query = f"SELECT t::text FROM {table} AS t"  # noqa: S608 - a name that the database has quoted
        for number, (row,) in enumerate(site.live.query(query)):
            yield f"row {number} of {table}", str(row).encode()


def logged(site: WholeSite) -> Iterator[tuple[str, bytes]]:
    for name in ("receiver", "worker"):
        yield f"the log of the {name}", site.live.log(name).encode()
    postgres = site.live.home / "postgres"
    for path in postgres.rglob("*log*"):
        if path.is_file() and not re.search("pg_wal|pg_xact", str(path)):
            yield f"the database's log {path.name}", path.read_bytes()


def test_after_a_whole_way_and_after_failures_no_secret_is_anywhere(
    tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    rounds = 3 if pytestconfig.getoption("--full") else 1
    for number in range(rounds):
        directory = tmp_path / str(number)
        directory.mkdir()
        with site_with_canaries(directory) as (site, secrets):
            with Watch(directory / "home") as watch:
                if number:
                    site.double.hooks.copies = 2
                    site.double.faults.bad_gateway(late=number == 2)
                into_failures(site, to_the_students(site))
            found = [
                *hits(secrets, logged(site)),
                *hits(secrets, ((argv.decode(errors="replace"), argv) for argv in watch.argv), tokens=False),
                *hits(secrets, ((name, one) for name, seen_ in watch.files.items() for one in seen_)),
                *hits(secrets, contents(directory / "home", directory / "gitlab" / "artifacts")),
                *hits(secrets, told_by_gitlab(site)),
                *hits(secrets, plain_columns(site)),
            ]
            # What could not have been seen proves nothing.
            assert any(b"courseline-sync" in argv for argv in watch.argv)
            assert b"glcbt-" not in b"".join(content for _, content in plain_columns(site))
        assert found == []


def test_a_secret_is_found_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "askpass").write_text("echo sesame")
    token = ".".join(
        base64.urlsafe_b64encode(b'{"alg":"RS256"' + os.urandom(16)).decode().rstrip("=") for _ in range(3)
    )
    places = [*contents(tmp_path), ("a log", f"Bearer {token}".encode())]
    assert hits({"a token": "sesame"}, places) == [
        f"a token in {tmp_path / 'inner' / 'askpass'}",
        "a signed token in a log",
    ]
