"""What holds for all job commands: one object on standard output with `--json`, whatever happens."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.builders.git_http import serve_git
from tests.builders.library import Library, example_files
from tests.builders.outputs import ROOT, SCRIPTS, job_environment, run_job, run_text
from tests.builders.repositories import build_repository, git
from tests.builders.s3 import closed_port
from tests.builders.waiting import until_somebody_waits

from courseline.adapters.database.database import PostgresDatabase
from courseline.usecases.course.apply_course import ApplyCourse, apply_course

NAMES = list(SCRIPTS)
ARGS = {
    "courseline-sync": ["--source", "{tmp}/examples.git", "--ref", "v1.0"],
    "courseline-plan": ["--assignments", "{tmp}/assignments.git"],
    "courseline-deploy": ["--assignments", "{tmp}/assignments.git"],
    "courseline-student-template": ["--assignments", "{tmp}/assignments.git"],
}
COURSE_FILE = """\
contentTypes:
  - {kind: unit, slug: week, title: Week}
  - {kind: assignment, slug: assignment, title: Assignment}
structure:
  - path: week1
    type: week
    title: Week 1
    content:
      - {path: week1.hello, type: assignment, title: Hello, example: hello, version: v1.0}
"""
DEPLOYMENT = """\
organization: {{path: uni}}
courseFamily: {{path: python}}
course:
  path: python-101
  settings:
    source: {{url: "{assignments}"}}
    studentTemplate: {{url: "{template}"}}
"""
jobs = pytest.mark.parametrize("name", NAMES)


def arguments(name: str, directory: Path) -> list[str]:
    return [argument.format(tmp=directory) for argument in ARGS[name]]


@jobs
@pytest.mark.parametrize("args", [["--nonsense"], ["--wait=soon"], ["too", "many"]], ids=str)
def test_a_usage_mistake_prints_the_object_and_ends_with_2(
    name: str, args: list[str], tmp_path: Path
) -> None:
    code, output, stderr = run_job(name, args, {"COURSELINE_HOME": str(tmp_path)})
    assert (code, output["error"]["kind"], output["command"], stderr) == (2, "usage", name, "")
    code, stdout, stderr = run_text(name, args, {"COURSELINE_HOME": str(tmp_path)})
    assert (code, stdout) == (2, "")
    assert output["error"]["message"] in stderr


@jobs
def test_without_a_repository_the_missing_options_and_variables_are_named(name: str, tmp_path: Path) -> None:
    code, output, _ = run_job(name, [], {"COURSELINE_HOME": str(tmp_path)})
    assert (code, output["error"]["kind"]) == (2, "usage")
    assert "CI_PROJECT_URL" in output["error"]["message"]
    assert not (tmp_path / "postgres").exists()


def test_a_sync_without_a_tag_names_where_tags_come_from(tmp_path: Path) -> None:
    env = {"COURSELINE_HOME": str(tmp_path), "CI_PROJECT_URL": "https://gitlab.example.org/a/b"}
    code, output, _ = run_job("courseline-sync", [], env)
    assert (code, "CI_COMMIT_TAG" in output["error"]["message"]) == (2, True)


@jobs
def test_wrong_settings_are_named_all_at_once(name: str, tmp_path: Path) -> None:
    env = {
        "COURSELINE_DATABASE_URL": "mysql://x",
        "COURSELINE_OBJECT_STORE": "s3://bucket",
        "COURSELINE_SECRET_KEYS": "short",
    }
    code, output, _ = run_job(name, arguments(name, tmp_path), env)
    assert (code, output["error"]["kind"]) == (1, "invalid_input")
    assert {problem["path"] for problem in output["error"]["problems"]} == {
        *env,
        "COURSELINE_S3_ACCESS_KEY",
        "COURSELINE_S3_SECRET_KEY",
    }
    code, stdout, stderr = run_text(name, arguments(name, tmp_path), env)
    assert (code, stdout) == (1, "")
    assert all(variable in stderr for variable in env)


@jobs
def test_a_database_that_is_away_ends_with_3_and_shows_no_password(name: str, tmp_path: Path) -> None:
    build_repository(tmp_path / "examples.git", [example_files()], tags={"v1.0": 0})
    with closed_port() as port:
        url = f"postgresql://ada:sesame@127.0.0.1:{port}/courseline"
        code, output, stderr = run_job(name, arguments(name, tmp_path), job_environment(tmp_path, url))
    assert (code, output["error"]["kind"]) == (3, "neighbour_failed")
    assert "127.0.0.1" in output["error"]["message"]
    assert "sesame" not in json.dumps(output) + stderr


@jobs
def test_a_fault_in_courseline_itself_is_one_sentence_and_still_one_object(name: str, tmp_path: Path) -> None:
    """The clock is broken in a way that nobody foresaw."""
    broken = tmp_path / "sitecustomize.py"
    broken.write_text(
        "import courseline.settings as s\ndef fail(*_): raise ZeroDivisionError('odd')\ns.read_settings = fail\n"
    )
    env = {**job_environment(tmp_path, "postgresql://nowhere/x"), "PYTHONPATH": str(tmp_path)}
    code, output, stderr = run_job(name, arguments(name, tmp_path), env)
    assert (code, output["error"]["kind"], stderr) == (1, "error", "")
    assert "ZeroDivisionError: odd" in output["error"]["message"]
    assert "sitecustomize.py:2" in output["error"]["message"]


@jobs
def test_help_tells_what_the_command_does_and_needs_no_settings(name: str) -> None:
    code, stdout, stderr = run_text(name, ["--help"], {"COURSELINE_DATABASE_URL": "mysql://x"})
    assert (code, stderr) == (0, "")
    assert "--json" in stdout
    assert "--dry-run" in stdout


@pytest.mark.parametrize("name", NAMES[1:])
def test_an_unknown_course_names_the_command_that_registers_one(
    name: str, tmp_path: Path, database_url: str
) -> None:
    build_repository(tmp_path / "assignments.git")
    code, output, _ = run_job(name, arguments(name, tmp_path), job_environment(tmp_path, database_url))
    assert (code, output["error"]["kind"]) == (1, "not_found")
    assert "courseline course apply" in output["error"]["problems"][0]["message"]


def test_a_sync_is_described_as_the_schema_says_and_repeats_as_unchanged(
    tmp_path: Path, database_url: str
) -> None:
    source = build_repository(tmp_path / "examples.git", [example_files()], tags={"v1.0": 0, "draft": 0})
    env = job_environment(tmp_path, database_url)
    code, output, stderr = run_job("courseline-sync", arguments("courseline-sync", tmp_path), env)
    assert (code, output["dry_run"], output["problems"], stderr) == (0, False, [], "")
    assert (output["published"], output["unchanged"], output["refused"]) == (1, 0, 0)
    assert output["examples"] == [
        {
            "directory": "hello",
            "identifier": "hello",
            "status": "published",
            "version_tag": "v1.0",
            "version_identifier": source.git("rev-parse", "v1.0:hello"),
            "problems": [],
        }
    ]
    code, output, _ = run_job("courseline-sync", [*arguments("courseline-sync", tmp_path), "--dry-run"], env)
    assert (code, output["dry_run"], output["published"], output["unchanged"]) == (0, True, 0, 1)
    code, output, _ = run_job("courseline-sync", ["--source", source.url, "--ref", "draft"], env)
    assert (code, output["ignored"], output["examples"]) == (0, True, [])
    code, stdout, _ = run_text("courseline-sync", ["--source", source.url, "--ref", "draft"], env)
    assert (code, "draft is no release tag" in stdout) == (0, True)


def test_in_a_tag_pipeline_a_sync_needs_no_option(tmp_path: Path, database_url: str) -> None:
    source = build_repository(tmp_path / "examples.git", [example_files()], tags={"v1.0": 0})
    env = job_environment(
        tmp_path,
        database_url,
        {
            "CI_PROJECT_URL": source.url,
            "CI_COMMIT_TAG": "v1.0",
            "CI_PROJECT_ID": "42",
            "CI_SERVER_HOST": "gitlab.example.org",
            "GITLAB_USER_ID": "7",
        },
    )
    code, output, _ = run_job("courseline-sync", [], env)
    assert (code, output["published"]) == (0, 1)
    library = Library(tmp_path, PostgresDatabase(database_url))
    assert library.repository(source).identity == "gitlab.example.org#42"
    assert {row.event.actor for row in library.history(source)} == {"gitlab.example.org#7"}
    library.database.close()


def test_a_database_or_store_that_was_away_is_used_when_it_is_back(tmp_path: Path, database_url: str) -> None:
    build_repository(tmp_path / "examples.git", [example_files()], tags={"v1.0": 0})
    args = arguments("courseline-sync", tmp_path)
    with closed_port() as port:
        away = job_environment(tmp_path, f"postgresql://127.0.0.1:{port}/x")
        assert run_job("courseline-sync", args, away)[0] == 3
    env = job_environment(tmp_path, database_url)
    (tmp_path / "objects").write_text("a file where the directory should be\n")
    code, output, _ = run_job("courseline-sync", args, env)
    assert (code, output["error"]["kind"]) == (3, "neighbour_failed")
    assert str(tmp_path / "objects") in output["error"]["message"]
    (tmp_path / "objects").unlink()
    code, output, _ = run_job("courseline-sync", args, env)
    assert (code, output["published"]) == (0, 1)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Processes that are started inside hear SIGINT, also where a shell runs the tests in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_an_interrupted_job_says_so_in_its_object(
    tmp_path: Path, database_url: str, database: PostgresDatabase, interruptible: None
) -> None:
    source = build_repository(tmp_path / "examples.git", [example_files()], tags={"v1.0": 0})
    argv = [sys.executable, str(ROOT / "scripts" / SCRIPTS["courseline-sync"]), "--json"]
    env = {"PATH": "/usr/bin:/bin", **job_environment(tmp_path, database_url)}
    with (
        database.lease(f"file://{source.path}", wait=0, holder="the test"),
        subprocess.Popen(
            [*argv, *arguments("courseline-sync", tmp_path)],
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as run,
    ):
        until_somebody_waits(database_url, run)
        run.send_signal(signal.SIGINT)
        stdout, stderr = run.communicate()
    assert (run.returncode, json.loads(stdout)["error"]["kind"]) == (130, "interrupted")
    assert b"Traceback" not in stderr


def test_a_reader_that_goes_away_is_no_fault(tmp_path: Path, database_url: str) -> None:
    build_repository(tmp_path / "examples.git", [example_files()], tags={"v1.0": 0})
    argv = [sys.executable, str(ROOT / "scripts" / SCRIPTS["courseline-sync"]), "--json"]
    env = {"PATH": "/usr/bin:/bin", **job_environment(tmp_path, database_url)}
    with subprocess.Popen(
        [*argv, *arguments("courseline-sync", tmp_path)],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdout.close()
        assert run.stderr.read() == b""
    assert run.returncode == 1


def test_a_password_in_an_address_is_used_and_never_shown(tmp_path: Path, database_url: str) -> None:
    build_repository(tmp_path / "git" / "examples.git", [example_files()], tags={"v1.0": 0})
    env = job_environment(tmp_path, database_url)
    with serve_git(tmp_path / "git", username="ada", secret="sesame") as server:
        url = server.url("examples.git", "ada:sesame@")
        code, output, _ = run_job("courseline-sync", ["--source", url, "--ref", "v1.0"], env)
        assert (code, output["published"]) == (0, 1), output
        for tag in ("v2.0", "nothing/v1.0", "v1.0", "draft"):
            for run in (run_job, run_text):
                answer = run("courseline-sync", ["--source", url, "--ref", tag], env)
                assert "sesame" not in str(answer), tag
        for name in NAMES[1:]:
            for run in (run_job, run_text):
                answer = run(name, ["--assignments", url], env)
                assert answer[0] == 1
                assert "sesame" not in str(answer), name
    database = PostgresDatabase(database_url)
    assert "sesame" not in str(Library(tmp_path, database).rows())
    database.close()


@pytest.mark.parametrize("name", ["courseline-deploy", "courseline-student-template"])
def test_a_target_that_is_not_bare_is_refused_and_left_as_it_was(
    name: str, tmp_path: Path, database_url: str
) -> None:
    """Pushing there would leave the files of the working directory behind the branch."""
    build_repository(tmp_path / "examples.git", [example_files()], tags={"v1.0": 0})
    env = job_environment(tmp_path, database_url)
    assert run_job("courseline-sync", arguments("courseline-sync", tmp_path), env)[0] == 0
    bare = build_repository(tmp_path / "bare.git", [{"course-structure.yaml": COURSE_FILE}])
    assignments, template, target = bare.path, tmp_path / "template", tmp_path / "template"
    if name == "courseline-deploy":
        assignments = target = tmp_path / "assignments"
        git(tmp_path, "clone", "-q", str(bare.path), str(target))
    else:
        git(tmp_path, "init", "-q", "--initial-branch=main", str(target))
    library = Library(tmp_path, PostgresDatabase(database_url))
    deployment = DEPLOYMENT.format(assignments=assignments, template=template)
    apply_course(
        ApplyCourse(deployment.encode(), "d.yaml", dict[str, str]().get, lambda *_: b""), library.neighbours
    )
    library.database.close()
    if name == "courseline-student-template":
        assert run_job("courseline-deploy", ["--assignments", str(assignments)], env)[0] == 0
    before = git(target, "for-each-ref")
    code, output, _ = run_job(name, ["--assignments", str(assignments)], env)
    assert (code, output["commit"]) == (1, None), output
    told = json.dumps(output)
    assert str(target) in told
    assert "bare" in told
    assert (git(target, "for-each-ref"), git(target, "status", "--porcelain")) == (before, "")
