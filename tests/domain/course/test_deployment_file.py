import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders.course_files import errors, located, warnings

from courseline.domain.course.deployment_file import (
    CourseDeployment,
    Gitlab,
    Named,
    derived_template_url,
    parse_deployment_file,
)
from courseline.domain.course.token import LiteralToken, TokenReference
from courseline.domain.located import Located
from courseline.errors import Problem, errors_among

SEED = """\
# deployment.yaml
organization:
  path: "test-org"
  name: "Test Organization"
  description: "Organization for Example Library testing"
  gitlab:
    url: "https://gitlab.example.com"
    token: "xxx"
    parent: 0

courseFamily:
  path: "programming"
  name: "Programming Courses"
  description: "Introductory programming course family"

course:
  path: "python-101"
  name: "Introduction to Python"
  description: "Basic Python programming course"
  executionBackends:
    - slug: "python-docker"
      settings:
        image: "python:3.10"
  settings:
    source:
      url: "https://gitlab.example.com/test-org/programming/python-101/assignments.git"
      token: "xxx"
"""

SMALL = """\
organization: {path: tu}
courseFamily: {path: programming}
course:
  path: python-101
  settings:
    source: {url: /srv/git/python-101-assignments.git}
"""


def deployment(text: str) -> tuple[CourseDeployment | None, list[Problem]]:
    return parse_deployment_file(located(text, "deployment.yaml"))


def test_the_seed_documents_deployment_is_read_as_it_is():
    course, problems = deployment(SEED)
    assert errors(problems) == []
    assert course is not None
    assert course.organization == Named(
        "test-org", "Test Organization", "Organization for Example Library testing"
    )
    assert course.gitlab == Gitlab("https://gitlab.example.com", LiteralToken("xxx"), 0)
    assert course.family.path == "programming"
    assert course.course == Named("python-101", "Introduction to Python", "Basic Python programming course")
    assert course.execution_backends == ({"slug": "python-docker", "settings": {"image": "python:3.10"}},)
    assert (
        course.template_url
        == "https://gitlab.example.com/test-org/programming/python-101/student-template.git"
    )
    assert course.assignments_token == LiteralToken("xxx")
    assert course.timezone == "UTC"


def test_literal_tokens_are_warned_about_and_shown_nowhere():
    course, problems = deployment(SEED.replace('"xxx"', '"glpat-verysecret"'))
    assert [line for line, _ in warnings(problems)] == [8, 27]
    assert "verysecret" not in f"{course!r} {problems!r}"


def test_the_least_that_a_course_needs():
    course, problems = deployment(SMALL)
    assert problems == []
    assert course == CourseDeployment(
        organization=Named("tu", "tu", ""),
        gitlab=None,
        family=Named("programming", "programming", ""),
        course=Named("python-101", "python-101", ""),
        assignments_url="/srv/git/python-101-assignments.git",
        assignments_token=None,
        template_url="/srv/git/python-101-student-template.git",
        template_token=None,
        template_project_id=None,
        template_visibility=None,
        execution_backends=(),
        example_repositories=(),
        timezone="UTC",
    )


def test_every_key_is_read():
    course, problems = deployment(
        """\
        organization: {path: tu, gitlab: {url: https://gitlab.example.com, token: "${ADMIN_TOKEN}", parent: 12}}
        courseFamily: {path: 101, name: Programming}
        course:
          path: python
          exampleRepositories: [internal, 7]
          executionBackends: [{slug: docker}]
          settings:
            source: {url: "git@gitlab.example.com:tu/python.git", token: "${SOURCE_TOKEN}"}
            studentTemplate: {url: "https://gitlab.example.com/tu/template", token: "${TEMPLATE_TOKEN}"}
            timezone: Europe/Vienna
        """
    )
    assert problems == []
    assert course is not None
    assert course.gitlab == Gitlab("https://gitlab.example.com", TokenReference("ADMIN_TOKEN"), 12)
    assert course.family == Named("101", "Programming", "")
    assert course.example_repositories == ("internal", "7")
    assert course.execution_backends == ({"slug": "docker", "settings": {}},)
    assert course.assignments_url == "git@gitlab.example.com:tu/python.git"
    assert course.template_url == "https://gitlab.example.com/tu/template"
    assert course.assignments_token == TokenReference("SOURCE_TOKEN")
    assert course.template_token == TokenReference("TEMPLATE_TOKEN")
    assert course.timezone == "Europe/Vienna"


@pytest.mark.parametrize(
    ("assignments", "template"),
    [
        (
            "https://g.example.com/tu/python-101/assignments.git",
            "https://g.example.com/tu/python-101/student-template.git",
        ),
        (
            "https://g.example.com/tu/python-101-assignments.git",
            "https://g.example.com/tu/python-101-student-template.git",
        ),
        ("https://g.example.com/tu/assignments/", "https://g.example.com/tu/student-template/"),
        ("git@g.example.com:assignments", "git@g.example.com:student-template"),
        ("/srv/assignments/python-assignments", "/srv/assignments/python-student-template"),
        ("assignments", "student-template"),
        ("https://g.example.com/tu/assignments/python.git", None),
        ("https://g.example.com/tu/myassignments.git", None),
        ("https://g.example.com/tu/assignments-2026.git", None),
    ],
)
def test_the_template_url_follows_from_a_final_assignments(assignments, template):
    assert derived_template_url(assignments) == template


def test_a_template_url_that_cannot_be_derived_is_asked_for():
    course, problems = deployment(SMALL.replace("python-101-assignments", "python-101"))
    assert course is None
    assert [line for line, _ in errors(problems)] == [5]
    assert "`studentTemplate: {url: ...}`" in problems[0].fix


def test_one_repository_for_solutions_and_students_is_refused():
    text = SMALL + "    studentTemplate: {url: /srv/git/python-101-assignments/}\n"
    course, problems = deployment(text)
    assert course is None
    assert [line for line, _ in errors(problems)] == [7]
    assert "one repository" in problems[0].message


def test_all_problems_come_at_once_in_order_of_lines():
    course, problems = deployment(
        """\
        organization: {path: t u}
        courseFamily: programming
        course:
          pth: python
          executionBackends: [{slug: a}, {slug: a}, {settings: {}}]
          settings:
            source: {url: https://gitlab.example.com/tu/python.git, token: $TOKEN}
            timezone: Europe/Wien
        """
    )
    assert course is None
    assert [line for line, _ in errors(problems)] == [1, 2, 3, 5, 5, 6, 7, 8]
    assert [problem.fix for problem in problems if "`course.pth`" in problem.message] == [
        "Did you mean `path`?"
    ]
    assert all(problem.fix for problem in problems)


@pytest.mark.parametrize(
    "url",
    ["https://me:hunter2@gitlab.example.com/tu/assignments.git", "https://hunter2@gitlab.example.com/assignments",
     "ssh://git:hunter2@gitlab.example.com/assignments"],
)  # fmt: skip
def test_a_secret_in_a_url_is_refused_without_showing_it(url):
    course, problems = deployment(SMALL.replace("/srv/git/python-101-assignments.git", url))
    assert course is None
    assert "holds a user name or password" in problems[0].message
    assert "hunter2" not in repr(problems)


@pytest.mark.parametrize(
    "url", ["ssh://git@gitlab.example.com/tu/assignments.git", "git@gitlab.example.com:tu/assignments"]
)
def test_a_user_name_of_ssh_is_no_secret(url):
    assert deployment(SMALL.replace("/srv/git/python-101-assignments.git", url))[1] == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("path: tu", "path: ''", "is no path of one part"),
        ("path: tu", "path: tu/graz", "is no path of one part"),
        ("path: tu", "path: ..", "is no path of one part"),
        ("path: tu", "name: TU", "`organization.path` is missing"),
        ("{url: /srv/git/python-101-assignments.git}", "{}", "`course.settings.source.url` is missing"),
        ("{url: /srv/git/python-101-assignments.git}", "{url: ''}", "This is empty"),
        (
            "  path: python-101",
            "  path: python-101\n  exampleRepositories: internal",
            "must be a list, found text",
        ),
        ("path: tu}", "path: tu, gitlab: {parent: -1}}", "must be 0 or more"),
        ("path: tu}", "path: tu, gitlab: {token: [a]}}", "must be text, found a list"),
        (
            "path: tu}",
            "path: tu, gitlab: {token: '${my-token}'}}",
            "looks like the name of an environment variable",
        ),
    ],
)
def test_a_wrong_value_says_what_is_wrong(old, new, words):
    course, problems = deployment(SMALL.replace(old, new))
    assert course is None
    assert words in errors(problems)[0][1]


def test_an_empty_file_is_refused_with_what_to_write():
    course, problems = deployment("")
    assert course is None
    assert errors(problems) == [(1, "The deployment file is empty.")]


def test_empty_tokens_and_blocks_are_none():
    text = SMALL.replace("tu}", 'tu, gitlab: {token: "", url: null}}') + "    studentTemplate:\n"
    course, problems = deployment(text)
    assert problems == []
    assert course is not None
    assert course.gitlab == Gitlab(None, None, None)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMED = st.fixed_dictionaries({}, optional={"path": st.just("tu") | PLAIN, "name": PLAIN, "gitlab": PLAIN})
SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "source": st.fixed_dictionaries(
            {}, optional={"url": st.just("/x/assignments") | PLAIN, "token": PLAIN}
        )
        | PLAIN,
        "studentTemplate": st.fixed_dictionaries({}, optional={"url": PLAIN, "token": PLAIN}) | PLAIN,
        "timezone": st.text(max_size=10),
    },
)
FILES = st.fixed_dictionaries(
    {},
    optional={
        "organization": NAMED | PLAIN,
        "courseFamily": NAMED | PLAIN,
        "course": st.fixed_dictionaries(
            {"path": st.just("p") | PLAIN},
            optional={"settings": SETTINGS | PLAIN, "executionBackends": PLAIN, "exampleRepositories": PLAIN},
        )
        | PLAIN,
    },
)


@given(PLAIN | FILES)
def test_any_plain_data_gives_a_course_or_errors_and_never_an_exception(data):
    course, problems = parse_deployment_file(Located("deployment.yaml", data, {}))
    assert (course is None) is bool(errors_among(problems))


def test_the_template_s_project_and_how_open_it_may_be():
    course, problems = deployment(SMALL + "    studentTemplate: {projectId: 42, visibility: internal}\n")
    assert problems == []
    assert course is not None
    assert (course.template_project_id, course.template_visibility) == (42, "internal")


@pytest.mark.parametrize(
    "entry", ["projectId: 0", "projectId: -1", "projectId: uni/x", "visibility: secret", "visibility: 3"]
)
def test_what_is_no_project_or_visibility_is_named_with_its_line(entry: str):
    course, problems = deployment(SMALL + f"    studentTemplate: {{{entry}}}\n")
    assert course is None
    assert [problem.line for problem in problems] == [7]
