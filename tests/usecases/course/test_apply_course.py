from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import create_engine, text
from tests.builders.library import Library

from courseline.adapters.database.connection import engine_url
from courseline.adapters.database.database import PostgresDatabase
from courseline.adapters.secrets import SecretBox
from courseline.domain import ids
from courseline.domain.ledger.history import verify_chain
from courseline.errors import InvalidInput, NeighbourFailed, Refused, Severity
from courseline.usecases.course.apply_course import AppliedCourse, ApplyCourse, CourseStatus, apply_course

SECRET = "glpat-very-secret"  # as GitLab's tokens begin, too short to be one
FILE = """\
organization: {path: uni, name: University}
courseFamily: {path: python, name: Python}
course:
  path: python-101
  name: Python 101
  settings:
    source:
      url: https://gitlab.example.org/uni/python-101-assignments.git
      token: ${SOURCE_TOKEN}
    timezone: Europe/Vienna
"""
COURSE_ID = ids.course_id("uni", "python", "python-101")


class Office:
    """Applies deployment files to one database."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.environment = {"SOURCE_TOKEN": SECRET}
        self.box = SecretBox((Fernet.generate_key().decode(),))

    def apply(self, file: str = FILE, **changes: Any) -> AppliedCourse:
        command = ApplyCourse(
            file.encode(), "deployment.yaml", self.environment.get, self.box.seal, open=self.box.open
        )
        return apply_course(replace(command, **changes), self.library.neighbours)

    def token(self, kind: str = "source") -> str | None:
        with self.library.database.transaction() as rows:
            sealed = rows.courses.credential(COURSE_ID, kind)
        return None if sealed is None else self.box.open(COURSE_ID, kind, sealed)


@pytest.fixture
def office(tmp_path: Path, database: PostgresDatabase) -> Office:
    return Office(Library(tmp_path, database))


def everything(library: Library) -> str:
    """All that the database holds, as text."""
    engine = create_engine(engine_url(library.database.url))
    with engine.connect() as connection:
        tables = connection.execute(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ).scalars()
        found = [
            str(connection.execute(text(f"SELECT * FROM {table}")).all())  # noqa: S608 - names from the catalogue
            for table in tables.all()
        ]
    engine.dispose()
    return "\n".join(found)


def test_the_first_apply_creates_the_course_with_the_derived_template(office: Office) -> None:
    applied = office.apply()
    assert (applied.status, applied.problems) == (CourseStatus.CREATED, ())
    assert applied.course.template_url == "https://gitlab.example.org/uni/python-101-student-template.git"
    with office.library.database.transaction() as rows:
        assert rows.courses.by_assignments("gitlab.example.org/uni/python-101-assignments") == applied.course
        assert (
            rows.courses.by_template("gitlab.example.org/uni/python-101-student-template") == applied.course
        )


def test_the_same_file_again_changes_nothing_though_a_token_encrypts_differently_each_time(
    office: Office,
) -> None:
    office.apply()
    before = office.library.rows()
    assert office.box.seal(COURSE_ID, "source", SECRET) != office.box.seal(COURSE_ID, "source", SECRET)
    assert office.apply().status is CourseStatus.UNCHANGED
    assert office.library.rows() == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: University", "name: The University"),
        ("name: Python}", "name: Python, description: A family}"),
        ("name: Python 101", "name: Python for everybody"),
        ("python-101-assignments.git", "moved-assignments.git"),
        ("Europe/Vienna", "Europe/Berlin"),
    ],
)
def test_a_changed_line_is_an_update_and_a_dry_run_says_so_too(office: Office, old: str, new: str) -> None:
    office.apply()
    before = office.library.rows()
    assert office.apply(FILE.replace(old, new), dry_run=True).status is CourseStatus.UPDATED
    assert office.library.rows() == before
    assert office.apply(FILE.replace(old, new)).status is CourseStatus.UPDATED
    assert office.apply(FILE.replace(old, new), dry_run=True).status is CourseStatus.UNCHANGED


def test_a_dry_run_of_a_new_course_writes_nothing(office: Office) -> None:
    before = office.library.rows()
    assert office.apply(dry_run=True).status is CourseStatus.CREATED
    assert office.library.rows() == before


def test_another_token_is_an_update_and_one_taken_out_is_forgotten(office: Office) -> None:
    office.apply()
    office.environment["SOURCE_TOKEN"] = "another"
    assert office.apply().status is CourseStatus.UPDATED
    assert office.token() == "another"
    without = FILE.replace("      token: ${SOURCE_TOKEN}\n", "")
    assert office.apply(without).status is CourseStatus.UPDATED
    assert office.token() is None
    assert office.apply(without).status is CourseStatus.UNCHANGED


def test_a_token_whose_key_is_gone_is_replaced(office: Office) -> None:
    office.apply()
    office.box = SecretBox((Fernet.generate_key().decode(),))
    with pytest.raises(NeighbourFailed):
        office.token()
    assert office.apply().status is CourseStatus.UPDATED
    assert office.token() == SECRET


def test_a_variable_that_is_not_set_is_named_with_its_line_and_nothing_is_written(office: Office) -> None:
    office.environment.clear()
    before = office.library.rows()
    with pytest.raises(InvalidInput, match="nothing was changed") as told:
        office.apply()
    (problem,) = told.value.problems
    assert (problem.where, "SOURCE_TOKEN is not set" in problem.message) == ("deployment.yaml:9", True)
    assert office.library.rows() == before


def test_a_token_written_out_is_kept_encrypted_warned_about_and_shown_nowhere(office: Office) -> None:
    file = FILE.replace("${SOURCE_TOKEN}", SECRET)
    applied = office.apply(file)
    (problem,) = applied.problems
    assert (problem.where, problem.severity) == ("deployment.yaml:9", Severity.WARNING)
    assert office.token() == SECRET
    assert SECRET not in everything(office.library)
    assert SECRET not in repr(applied)


def test_without_a_key_no_token_is_kept_and_the_message_tells_how_to_make_one(office: Office) -> None:
    office.box = SecretBox(())
    before = office.library.rows()
    for dry_run in (True, False):
        with pytest.raises(InvalidInput, match="COURSELINE_SECRET_KEYS"):
            office.apply(dry_run=dry_run)
    assert office.library.rows() == before


def test_a_template_that_is_the_assignments_repository_under_another_spelling_is_refused(
    office: Office,
) -> None:
    for url in (
        "https://gitlab.example.org/uni/python-101-assignments",
        "ssh://git@GitLab.example.org:22/uni/python-101-assignments.git/",
    ):
        file = FILE.replace("    timezone", f"    studentTemplate: {{url: '{url}'}}\n    timezone")
        with pytest.raises(InvalidInput) as told:
            office.apply(file)
        assert [problem.where for problem in told.value.problems] == ["deployment.yaml:10"]


def test_a_link_to_the_assignments_repository_is_no_template(office: Office, tmp_path: Path) -> None:
    (tmp_path / "assignments.git").mkdir()
    (tmp_path / "link").symlink_to("assignments.git")
    file = FILE.replace(
        "https://gitlab.example.org/uni/python-101-assignments.git", f"{tmp_path}/assignments.git"
    ).replace("    timezone", f"    studentTemplate: {{url: {tmp_path}/link}}\n    timezone")
    with pytest.raises(InvalidInput, match="nothing was changed"):
        office.apply(file)


@pytest.mark.parametrize("taken", ["assignments", "student-template"])
def test_a_repository_of_another_course_is_refused_also_by_a_dry_run(office: Office, taken: str) -> None:
    office.apply()
    before = office.library.rows()
    other = FILE.replace("path: python-101", "path: python-102").replace(
        "      url: https://gitlab.example.org/uni/python-101-assignments.git",
        f"      url: https://gitlab.example.org/uni/python-101-{taken}.git",
    )
    if taken != "assignments":
        other = other.replace(
            "    timezone", "    studentTemplate: {url: 'https://x.example/t'}\n    timezone"
        )
    for dry_run in (True, False):
        with pytest.raises(Refused, match="uni/python/python-101"):
            office.apply(other, dry_run=dry_run)
    assert office.library.rows() == before


def test_a_relative_path_is_kept_as_an_absolute_one(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = FILE.replace("https://gitlab.example.org/uni/python-101-assignments.git", "./my-assignments.git")
    course = office.apply(file).course
    assert course.assignments_url == f"{tmp_path}/my-assignments.git"
    assert course.template_url == f"{tmp_path}/my-student-template.git"


def test_what_was_applied_is_in_the_course_s_chain(office: Office) -> None:
    office.apply()
    office.apply()
    office.apply(FILE.replace("Python 101", "Python"))
    with office.library.database.transaction() as rows:
        history = list(rows.ledger.history(COURSE_ID))
    assert [row.event.reason for row in history] == ["created", "updated"]
    assert verify_chain(COURSE_ID, history)[1] is None


@pytest.mark.parametrize(
    ("file", "where"),
    [
        ("", "deployment.yaml:1"),
        ("organization: [\n", "deployment.yaml:2"),
        (FILE.replace("path: uni", "path: 'a/b'"), "deployment.yaml:1"),
        (FILE.replace("https://gitlab", "https://ada:pw@gitlab"), "deployment.yaml:8"),
        (FILE.replace("Vienna", "Wien"), "deployment.yaml:10"),
        (FILE.replace("${SOURCE_TOKEN}", "$SOURCE_TOKEN"), "deployment.yaml:9"),
        (FILE + "course: {}\n", "deployment.yaml:11"),
    ],
    ids=["empty", "broken", "path", "password", "zone", "token", "twice"],
)
def test_a_wrong_file_is_told_by_line_and_shows_no_secret(office: Office, file: str, where: str) -> None:
    with pytest.raises(InvalidInput) as told:
        office.apply(file)
    assert where in [problem.where for problem in told.value.problems]
    assert "pw" not in str(told.value.problems)
