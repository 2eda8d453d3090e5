"""The template as a pipeline runs it: one JSON object, exit codes, and words a lecturer can act on."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import Any

import jsonschema
import pytest
from tests.builders.repositories import git
from tests.builders.small_course import HELLO, USES
from tests.builders.template_course import ROOT, TemplateCourse, change

SCHEMA = ROOT / "src" / "courseline" / "schemas" / "student-template.output.schema.json"
RULES = {"1", "2", "3-template", "3-cut", "3-empty", "4", "5", "kept"}


def job(course: TemplateCourse, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Run the job, see that what it prints has its fixed form, answer exit code and object."""
    code, document, errors = course.job("--assignments", str(course.assignments), *arguments)
    assert "Traceback" not in errors
    jsonschema.validate(document, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert (document["schema"], document["command"]) == (1, "courseline-student-template")
    assert document["exit"] == code
    assert document["dry_run"] is ("--dry-run" in arguments)
    assert {"processed", "refused", "operation", "commit", "files", "refusals"} <= document.keys()
    assert {file["rule"] for file in document["files"]} <= RULES
    for refusal in document["refusals"]:
        assert refusal.keys() == {"path", "reason", "line"}
    return code, document


def test_a_first_run_tells_commit_operation_and_every_file(course: TemplateCourse) -> None:
    code, document = job(course)
    assert code == 0
    assert document["commit"] == git(course.template, "rev-parse", "main")
    assert document["operation"] in git(course.template, "log", "-1", "--format=%B", "main")
    assert [file["path"] for file in document["files"]] == sorted(course.given())
    assert (document["processed"], document["refused"], document["refusals"]) == (4, 0, [])


def test_a_second_run_has_neither_commit_nor_operation(published: TemplateCourse) -> None:
    code, document = job(published)
    assert (code, document["commit"], document["operation"], len(document["files"])) == (0, None, None, 17)


def test_people_read_that_students_have_it_already(published: TemplateCourse) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-B",
            ROOT / "scripts" / "generate_student_template.py",
            "--assignments",
            published.assignments,
        ],
        env=published.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "students have this already" in done.stdout
    assert "week1/hello/hello.py" in done.stdout
    assert "3-template" in done.stdout


def test_a_dry_run_shows_the_files_and_changes_nothing(course: TemplateCourse) -> None:
    before = course.state()
    code, document = job(course, "--dry-run")
    assert (code, document["commit"], len(document["files"])) == (0, None, 17)
    assert course.state() == before


def test_a_leak_ends_1_with_place_and_remedy_and_no_file(published: TemplateCourse) -> None:
    published.edit({"week1/hello/data/words.txt": USES["uses/use.py"]})
    before = published.everything()
    code, document = job(published)
    assert (code, document["commit"], document["files"]) == (1, None, [])
    states = {str(one): state for one, state in published.query("SELECT id, state FROM operation")}
    assert states[document["operation"]] == "refused"
    (refusal,) = document["refusals"]
    assert refusal["path"] == "week1/hello/data/words.txt"
    assert "solution use.py of examples:uses@v1.0" in refusal["reason"]
    assert "Publish another file" in refusal["reason"]
    assert "no exception is possible" in refusal["reason"]
    assert published.everything() == before


def test_a_mistake_in_one_place_ends_1_and_the_others_go(published: TemplateCourse) -> None:
    broken = HELLO["hello/meta.yaml"].replace("data/words.txt", "data/none.txt")
    published.edit({"week1/hello/meta.yaml": broken, "week1/sums/README.md": "# Sum\n"})
    code, document = job(published)
    assert code == 1
    assert document["commit"] == git(published.template, "rev-parse", "main")
    (refusal,) = document["refusals"]
    assert (refusal["path"], refusal["line"]) == ("week1/hello/meta.yaml", 8)
    assert {file["rule"] for file in document["files"] if file["path"].startswith("week1/hello/")} == {"kept"}


@pytest.mark.parametrize("case", ["nowhere", "human", "wrong target", "unregistered"])
def test_what_comes_to_nothing_is_an_error_object_and_exit_1(published: TemplateCourse, case: str) -> None:
    arguments: list[str] = []
    if case == "nowhere":
        shutil.rmtree(published.template)
    elif case == "human":
        change(published.template, {"help.txt": "Ask me.\n"})
    elif case == "wrong target":
        arguments = ["--template", str(published.assignments)]
    else:
        arguments = ["--assignments", str(published.root / "examples.git")]
    code, document = job(published, *arguments)
    assert (code, document["commit"], document["files"]) == (1, None, [])
    kind = {"nowhere": "not_found", "unregistered": "not_found"}.get(case, "refused")
    assert document["error"]["kind"] == kind
    assert document["error"]["problems"]


def test_without_an_address_it_is_a_usage_mistake(course: TemplateCourse) -> None:
    code, document, _ = course.job()
    assert (code, document["error"]["kind"]) == (2, "usage")
