"""The CI templates in a runner: which jobs a pipeline has, and what they do to real repositories."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.builders.both_ways import way
from tests.builders.command_line import answer, example, write
from tests.builders.courses import commit
from tests.builders.gitlab_ci import BRANCH, MERGE_REQUEST, OTHER_BRANCH, SCHEDULE, Kind, Project, tag
from tests.builders.issuer import Issuer, id_token_issuer
from tests.builders.outputs import job_environment
from tests.builders.postgres import PostgresServer
from tests.builders.repositories import build_repository, git

pytestmark = pytest.mark.needs_gitlab_ci

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


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with id_token_issuer() as made:
        yield made


def project(directory: Path, template: str, files: dict[str, str] | None = None, **inputs: object) -> Project:
    return Project(write(directory / "work", files or {"a.txt": "a\n"}), template, inputs)


@pytest.mark.parametrize(
    ("kind", "jobs"),
    [
        (tag("v1.0"), ["courseline:sync"]),
        (tag("v1.0", protected=False), []),
        (MERGE_REQUEST, ["courseline:check"]),
        (BRANCH, []),
        (OTHER_BRANCH, []),
        (SCHEDULE, []),
    ],
    ids=["tag", "unprotected tag", "merge request", "default branch", "other branch", "schedule"],
)
def test_jobs_of_a_repository_of_examples(tmp_path: Path, kind: Kind, jobs: list[str]) -> None:
    assert project(tmp_path, "examples.yml").selected(kind) == jobs


def test_examples_are_tried_before_a_release_where_that_is_asked_for(tmp_path: Path) -> None:
    asked = project(tmp_path, "examples.yml", try_examples=True)
    assert asked.selected(tag("v1.0")) == ["courseline:try", "courseline:sync"]
    assert asked.selected(MERGE_REQUEST) == ["courseline:check"]


@pytest.mark.parametrize(
    ("kind", "jobs"),
    [
        (BRANCH, ["courseline:deploy", "courseline:student-template"]),
        (SCHEDULE, ["courseline:reconcile"]),
        (MERGE_REQUEST, ["courseline:check"]),
        (OTHER_BRANCH, []),
        (tag("v1.0"), []),
    ],
    ids=["default branch", "schedule", "merge request", "other branch", "tag"],
)
def test_jobs_of_an_assignments_repository(tmp_path: Path, kind: Kind, jobs: list[str]) -> None:
    assert project(tmp_path, "assignments.yml").selected(kind) == jobs


@pytest.mark.parametrize(
    ("template", "inputs"),
    [("examples.yml", {"try_examples": True, "organization": "uni"}), ("assignments.yml", {})],
)
def test_the_expanded_configuration_is_gitlabs(
    tmp_path: Path, template: str, inputs: dict[str, object]
) -> None:
    expanded = tmp_path / "expanded.yml"
    expanded.write_text(project(tmp_path, template, **inputs).expanded(tag("v1.0")), encoding="utf-8")
    check = Path(sys.executable).parent / "check-jsonschema"
    done = subprocess.run(
        [check, "--builtin-schema", "vendor.gitlab-ci", expanded], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_merge_request_shows_what_is_wrong_on_its_line(tmp_path: Path) -> None:
    broken = example() | {"meta.yaml": example()["meta.yaml"].replace("words.txt", "gone.txt")}
    files = {f"hello/{path}": text for path, text in broken.items()}
    ran = project(tmp_path, "examples.yml", files).run(MERGE_REQUEST)
    assert ran.code == 1
    assert '"begin": 5' in ran.report("courseline:check", "codequality.json")
    assert "gone.txt" in ran.report("courseline:check", "junit.xml")


def test_an_input_is_text_whatever_it_holds(tmp_path: Path, database_url: str) -> None:
    source = build_repository(tmp_path / "examples.git", [{"a.txt": "a\n"}], tags={"v1.0": 0})
    hostile = "'; touch ../mark; echo \"$(touch ../mark)"
    examples = project(tmp_path / "hostile", "examples.yml", repository=hostile)
    settings = {**job_environment(tmp_path, database_url), "CI_PROJECT_URL": source.url}
    ran = examples.run(tag("v1.0"), settings)
    assert ran.code == 1
    assert "cannot be a name" in ran.output
    assert list(tmp_path.rglob("mark")) == []


def test_from_a_release_tag_to_the_students_template(tmp_path: Path, database_url: str) -> None:
    files = {f"hello/{path}": text for path, text in example().items()}
    files["hello/meta.yaml"] += "  testCommand: python3 -c 'import main; assert main.answer() == 42'\n"
    source = build_repository(tmp_path / "examples.git", [files], tags={"v1.0": 0})
    settings = job_environment(tmp_path, database_url)
    examples = project(
        tmp_path / "examples", "examples.yml", files, try_examples=True, repository="python-examples"
    )

    published = examples.run(tag("v1.0"), {**settings, "CI_PROJECT_URL": source.url})
    assert published.code == 0, published.output
    assert "COURSELINE_SYNC_PUBLISHED=1" in published.report("courseline:sync", "courseline.env")

    assignments = build_repository(
        tmp_path / "python-101-assignments.git", [{"course-structure.yaml": COURSE_FILE}]
    )
    template = build_repository(tmp_path / "python-101-student-template.git")
    deployment = write(
        tmp_path,
        {"deployment.yaml": DEPLOYMENT.format(assignments=assignments.url, template=template.url)},
    )
    answer("course", "apply", deployment / "deployment.yaml", settings=settings)
    course = project(tmp_path / "course", "assignments.yml", {"course-structure.yaml": COURSE_FILE})

    for kind in (BRANCH, SCHEDULE):
        ran = course.run(kind, {**settings, "CI_PROJECT_URL": assignments.url})
        assert ran.code == 0, ran.output
        given = git(template.path, "ls-tree", "-r", "--name-only", "main").splitlines()
        assert "week1/hello/main.py" in given
        assert not any("tests/" in path for path in given)
    assert "sum(range" not in git(template.path, "show", "main:week1/hello/main.py")


def test_pipelines_need_no_secret_where_a_receiver_is_named(
    tmp_path: Path, postgres: PostgresServer, issuer: Issuer
) -> None:
    """Release, deploy and template, each job with its own id_token and no other word of courseline's."""
    with way(tmp_path / "course", postgres, issuer, through_receiver=True) as course:
        bench, receiver = course.course, course.receiver
        assert receiver is not None
        files = {f"hello/{path}": text for path, text in example().items()}
        commit(bench.examples, files)
        git(bench.examples, "tag", "v1.0")
        bench.edit({"course-structure.yaml": COURSE_FILE})
        named = {"server": receiver.url, "audience": receiver.url}
        examples = project(tmp_path / "examples", "examples.yml", files, **named)
        assignments = project(
            tmp_path / "assignments", "assignments.yml", {"course-structure.yaml": COURSE_FILE}, **named
        )
        for pipeline, kind, job, command in (
            (examples, tag("v1.0"), "courseline:sync", "courseline-sync"),
            (assignments, BRANCH, "courseline:deploy", "courseline-deploy"),
            (assignments, BRANCH, "courseline:student-template", "courseline-student-template"),
        ):
            _, environment = course.prepared(command, tag="v1.0" if job == "courseline:sync" else None)
            variables = {key: value for key, value in environment.items() if key != "COURSELINE_SERVER"}
            ran = pipeline.run(kind, variables, [job])
            assert ran.code == 0, ran.output
            assert "not recorded" not in ran.output
            assert f"PASS  {job}" in ran.output, ran.output
        assert bench.history()[-2:] == [("deployed", "week1.hello", "v1.0"), ("template_published", "", None)]
        assert [state for (state,) in bench.query("SELECT state FROM work_order")] == ["recorded"] * 3
        given = git(bench.root / "template.git", "ls-tree", "-r", "--name-only", "main").splitlines()
        assert "week1/hello/main.py" in given
        assert not any("tests/" in path for path in given)
