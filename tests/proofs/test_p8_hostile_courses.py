"""P8 in a course: whatever stands in the assignments repository, the template or an example, students get no more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.builders.hostile import Hostile, spring
from tests.builders.hostile_courses import COURSES, HostileCourse
from tests.builders.hostile_run import Run, digest, environment, judged
from tests.builders.postgres import PostgresServer
from tests.builders.repositories import git
from tests.builders.small_course import make_small_course
from tests.builders.template_course import Snapshot, TemplateCourse, snapshot
from tests.builders.traced import traced_script

pytestmark = pytest.mark.needs_strace
COMMANDS = {"deploy": "deploy_examples.py", "template": "generate_student_template.py"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    full = metafunc.config.getoption("--full")
    chosen = [case for case in COURSES if full or case.small]
    metafunc.parametrize("case", chosen, ids=[ascii(case.name).strip("'\"") for case in chosen])


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


@pytest.fixture(scope="module")
def made(postgres: PostgresServer, base: Path) -> Iterator[Snapshot]:
    with snapshot(postgres, base, make_small_course) as taken:
        yield taken


def test_a_hostile_course_is_told_and_gives_nothing_away(
    case: HostileCourse, made: Snapshot, postgres: PostgresServer, tmp_path: Path
) -> None:
    trap = tmp_path / "trap"
    trap.mkdir()
    spring(trap)
    with made.open(postgres) as course:
        case.change(course, trap)
        runs, findings = [], []
        for name in COMMANDS:
            runs.append(run_on(course, case, trap, name))
            findings.append(judged(runs[-1]))
        story = "\n".join(run.story for run in runs)
        outcome = (
            findings,
            tuple(run.traced.code for run in runs),
            bool(re.search(case.says, "\n".join(run.text for run in runs))),
            kept_promises(course),
        )
    assert outcome == ([[], []], case.exits, True, []), story


def run_on(course: TemplateCourse, case: HostileCourse, trap: Path, name: str) -> Run:
    """One command; it may write the one repository that it is for, and its own home."""
    reads = course.assignments
    writes = course.assignments if name == "deploy" else course.template
    untouched = course.template if name == "deploy" else course.assignments
    before, head = digest(untouched, trap), git(course.assignments, "rev-parse", "main")
    settings = {
        **environment(course.root / "home", course.database_url),
        "COURSELINE_OBJECT_STORE": f"file://{course.root / 'objects'}",
    }
    traced = traced_script(COMMANDS[name], [f"--assignments={course.assignments}"], settings, course.root)
    git(course.assignments, "merge-base", "--is-ancestor", head, "main")
    described = Hostile(f"{case.name}, {name}", "", lambda *_: None, says=case.says)
    return Run(
        traced, untouched, trap, course.root / "home", course.database_url,
        (str(reads), str(course.root / "objects")), (str(writes),), before, described,
    )  # fmt: skip


def kept_promises(course: TemplateCourse) -> list[str]:
    """What students got and must not; what was written and must not be."""
    found = ["a hidden file reached the template"] if b"CANARY" in course.everything() else []
    ours = course.log("%(trailers:key=Courseline-Operation)")[:1] not in ([], [""])
    listed = git(course.template, "ls-tree", "-r", "-z", "main") if ours else ""
    found += [line for line in listed.split("\0") if line and not line.startswith("100")]
    form = "--format=%(trailers:key=Courseline-Operation,valueonly,separator=%x20)"
    operations = git(course.assignments, "log", form, "--author=courseline@").splitlines()
    return found + [
        f"a commit of ours with the operations {line}" for line in operations if len(line.split()) != 1
    ]
