"""A course is built in a GitLab from its deployment file."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from tests.builders.connecting import PIPELINE, Site
from tests.gitlab_double.people import Level

from courseline.adapters.yaml_files import read_yaml
from courseline.domain.connect.step import StepKind
from courseline.domain.course.course_file import parse_course_file
from courseline.errors import InvalidInput, Refused
from courseline.usecases.connect.course_draft import CourseDraft, CreateCourse
from courseline.usecases.connect.create_course import CreatedCourse, create_course
from courseline.usecases.connect.draft_course import draft_course

FILE = """\
# Our course
organization: {path: uni, name: University}
courseFamily: {path: programming, name: "Programming: all of it"}
course:
  path: python-101
  name: Introduction to Python   # shown to students
  settings:
    timezone: Europe/Vienna
"""
GROUP = "uni/programming/python-101"
ASSIGNMENTS, TEMPLATE = f"{GROUP}/python-101-assignments", f"{GROUP}/python-101-student-template"
STRUCTURE = b"""\
contentTypes: [{kind: assignment, slug: task}]
structure: [{path: hello, type: task, title: Hello}]
"""


@dataclass
class Lecturer:
    """Somebody with a deployment file; `file` is what is in it now."""

    site: Site
    file: str = FILE
    environment: dict[str, str] = field(default_factory=dict)

    def draft(self, **options: object) -> CourseDraft:
        wiring = self.site.wiring
        command = CreateCourse(
            raw=self.file.encode(),
            path="deployment.yaml",
            environment=self.environment.get,
            seal=wiring.secrets.seal,
            open=wiring.secrets.open,
            gitlab=wiring.surroundings,
            save=self.save,
            receiver=self.site.receiver,
            secrets=tuple(self.site.secrets.split(",")),
            **options,  # type: ignore[arg-type]
        )
        return draft_course(command, wiring.neighbours())

    def create(self, **options: object) -> CreatedCourse:
        return create_course(self.draft(**options))

    def save(self, raw: bytes) -> None:
        self.file = raw.decode()


@pytest.fixture
def lecturer(site: Site) -> Lecturer:
    return Lecturer(site)


def kinds(draft: CourseDraft) -> list[StepKind]:
    return [step.kind for step in draft.steps]


def test_everything_is_made_and_a_second_run_finds_nothing_to_do(lecturer: Lecturer) -> None:
    made = lecturer.create(**PIPELINE)
    assert made.stopped is None
    site = lecturer.site
    assert [site.remote(path).visibility for path in (ASSIGNMENTS, TEMPLATE)] == ["private", "private"]
    assert site.double.client().groups.get("uni/programming").name == "Programming all of it"
    remote = site.remote(ASSIGNMENTS)
    assert len(remote.commits.list()) == 1
    assert {entry["path"] for entry in remote.repository_tree()} == {
        ".gitlab-ci.yml",
        "README.md",
        "course-structure.yaml",
    }
    assert [one.description for one in remote.pipelineschedules.list()] == ["courseline:reconcile"]
    assert len(remote.hooks.list()) == 1
    assert made.connected is not None
    assert made.connected.tested[0].event is not None
    assert lecturer.draft(**PIPELINE).steps == ()


def test_the_first_commit_starts_no_pipeline_which_would_find_no_course(lecturer: Lecturer) -> None:
    lecturer.create(**PIPELINE)
    (commit,) = lecturer.site.remote(ASSIGNMENTS).commits.list()
    assert "[skip ci]" in commit.message


def test_the_template_project_is_empty_and_has_its_branch_to_be(lecturer: Lecturer) -> None:
    lecturer.create()
    found = lecturer.site.double.forge.find_project(TEMPLATE)
    assert found.default_branch == "main"
    assert found.repository.refs("refs/heads/") == {}


def test_what_is_committed_is_a_valid_course_file(lecturer: Lecturer) -> None:
    lecturer.create()
    raw = lecturer.site.remote(ASSIGNMENTS).files.get("course-structure.yaml", "main").decode()
    file, problems = parse_course_file(read_yaml(raw, "course-structure.yaml"))
    assert file is not None
    assert problems == []


def test_a_course_file_of_ones_own_is_the_start(lecturer: Lecturer) -> None:
    lecturer.create(structure=(STRUCTURE, "mine.yaml"))
    remote = lecturer.site.remote(ASSIGNMENTS)
    assert remote.files.get("course-structure.yaml", "main").decode() == STRUCTURE


def test_a_course_file_with_problems_is_refused_before_anything_is_made(lecturer: Lecturer) -> None:
    with pytest.raises(InvalidInput, match=r"mine\.yaml cannot be the start"):
        lecturer.draft(structure=(b"structure: [{path: 1x!}]\n", "mine.yaml"))


def test_the_addresses_are_written_into_the_file_and_its_comments_stay(lecturer: Lecturer) -> None:
    lecturer.create()
    url = lecturer.site.double.url
    number = lecturer.site.remote(TEMPLATE).id
    assert lecturer.file == FILE.replace(
        "    timezone",
        f"    source:\n      url: {url}/{ASSIGNMENTS}.git\n    studentTemplate:\n      url: {url}/{TEMPLATE}.git\n"
        f"      projectId: {number}\n    timezone",
    )


def test_the_course_is_registered_with_the_templates_number(lecturer: Lecturer) -> None:
    lecturer.create()
    with lecturer.site.around.neighbours.database.transaction() as rows:
        (course,) = rows.courses.all()
    assert course.title == "uni/programming/python-101"
    assert course.template_project_id == lecturer.site.remote(TEMPLATE).id


def test_a_template_is_as_open_as_the_file_allows_and_its_groups_let_it(lecturer: Lecturer) -> None:
    lecturer.file = FILE.replace("organization: {path: uni", "organization: {path: open") + (
        "    studentTemplate: {visibility: internal}\n"
    )
    root = lecturer.site.double.forge.admin
    lecturer.site.token = root
    lecturer.create()
    places = [
        f"open/programming/python-101/python-101-{name}" for name in ("assignments", "student-template")
    ]
    assert [lecturer.site.remote(path).visibility for path in places] == ["private", "internal"]


def test_a_template_is_no_more_open_than_a_group_that_is_there(lecturer: Lecturer) -> None:
    lecturer.file = FILE + "    studentTemplate: {visibility: public}\n"
    lecturer.create()
    assert lecturer.site.remote(TEMPLATE).visibility == "private"


def test_a_template_that_is_too_open_is_told(lecturer: Lecturer) -> None:
    lecturer.create()
    lecturer.site.double.forge.find_project(TEMPLATE).visibility = "public"
    assert any("no template is pushed" in note.message for note in lecturer.draft().notes)


def test_all_lies_below_the_parent_group_of_the_file(lecturer: Lecturer) -> None:
    parent = lecturer.site.double.client().groups.get("uni/x")
    lecturer.file = FILE.replace("{path: uni,", f"{{path: cs, gitlab: {{parent: {parent.id}}},")
    lecturer.create()
    path = "uni/x/cs/programming/python-101/python-101-assignments"
    assert lecturer.site.remote(path).path_with_namespace == path


def test_a_parent_group_that_is_not_shown_is_named_with_its_line(lecturer: Lecturer) -> None:
    lecturer.file = FILE.replace("{path: uni,", "{path: cs, gitlab: {parent: 4711},")
    with pytest.raises(InvalidInput) as wrong:
        lecturer.draft()
    assert (wrong.value.problems[0].line, "4711" in wrong.value.problems[0].message) == (2, True)


def test_problems_of_the_file_have_the_lines_of_the_file(lecturer: Lecturer) -> None:
    lecturer.file = FILE.replace("Europe/Vienna", "Atlantis")
    with pytest.raises(InvalidInput) as wrong:
        lecturer.draft()
    assert [(problem.line, "Atlantis" in problem.message) for problem in wrong.value.problems] == [(8, True)]


def test_a_repository_elsewhere_is_refused(lecturer: Lecturer) -> None:
    lecturer.file = FILE + "    source: {url: https://elsewhere.example.org/a/b-assignments.git}\n"
    with pytest.raises(InvalidInput) as wrong:
        lecturer.draft()
    assert "is no project in a group of" in wrong.value.problems[0].message


def test_the_token_of_the_file_goes_before_that_of_the_settings(lecturer: Lecturer) -> None:
    lecturer.file = FILE.replace("{path: uni,", "{path: uni, gitlab: {token: '${MINE}'},")
    with pytest.raises(InvalidInput) as wrong:
        lecturer.draft()
    assert "MINE is not set" in wrong.value.problems[0].message
    lecturer.environment["MINE"] = lecturer.site.token
    lecturer.site.token = "not-a-token"
    assert StepKind.GROUP in kinds(lecturer.draft())


def test_a_run_that_was_cut_off_is_completed_by_the_next(lecturer: Lecturer) -> None:
    whole = kinds(lecturer.draft())
    faults = lecturer.site.double.faults
    for part, done in (("/projects", 2), ("/repository/commits", 4), ("/hooks", 7)):
        faults.bad_gateway(part=part, method="POST")
        made = lecturer.create()
        assert made.stopped is not None
        left = kinds(lecturer.draft())
        # GitLab protects the branch by itself with the first commit.
        protects = [StepKind.PROTECTED_BRANCH] if done < 5 else []
        assert left == [*whole[done:7], *protects, StepKind.WEBHOOK, StepKind.SCHEDULE]
    assert lecturer.create().stopped is None
    assert lecturer.draft().steps == ()


def test_an_assignments_project_with_commits_is_not_written_to(lecturer: Lecturer) -> None:
    lecturer.site.double.forge.project(ASSIGNMENTS, {"course-structure.yaml": "structure: []\n"})
    made = lecturer.create()
    assert StepKind.FIRST_COMMIT not in [step.kind for step in made.done]
    assert len(lecturer.site.remote(ASSIGNMENTS).commits.list()) == 1


def test_the_undo_takes_back_in_reverse_order_and_shows_no_token(lecturer: Lecturer) -> None:
    made = lecturer.create()
    assert made.undo[0].startswith(f"courseline gitlab disconnect {ASSIGNMENTS} --receiver")
    addresses = [command.rpartition("/api/v4/")[2].partition("/")[0] for command in made.undo[1:]]
    assert addresses == ["projects", "projects", "groups", "groups"]
    assert lecturer.site.token not in "".join(made.undo)


def test_who_may_not_make_groups_there_is_told(lecturer: Lecturer) -> None:
    lecturer.site.becomes(Level.DEVELOPER)
    made = lecturer.create()
    assert isinstance(made.stopped, Refused)
    assert "Making the group programming" in made.stopped.message
    assert made.done == ()


def test_a_first_commit_that_the_groups_webhook_has_told_of_is_a_test_that_has_arrived(
    site: Site, lecturer: Lecturer
) -> None:
    site.connect("uni")
    made = lecturer.create(structure=(STRUCTURE, "course-structure.yaml"))
    site.double.hooks.settle()
    assert made.connected is not None
    assert [one.event is not None for one in made.connected.tested] == [True]
