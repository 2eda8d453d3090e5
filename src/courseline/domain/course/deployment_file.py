"""Reading `deployment.yaml`, which registers a course: every problem of the file at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from courseline.domain.course.deployment_model import DeploymentModel
from courseline.domain.course.token import LiteralToken, Token, parse_token
from courseline.domain.course.validation import check_entry
from courseline.domain.located import Key, Located
from courseline.errors import Problem, Severity, errors_among

_ASSIGNMENTS = re.compile(r"(?P<before>.*(?<![A-Za-z0-9]))assignments(?P<after>(?:\.git)?/*)", re.DOTALL)
_SOURCE: Key = ("course", "settings", "source")
_TEMPLATE: Key = ("course", "settings", "studentTemplate")
_GITLAB: Key = ("organization", "gitlab")


@dataclass(frozen=True, slots=True)
class Named:
    """An organization, course family or course: path for addresses, name and description for people."""

    path: str
    name: str
    description: str


@dataclass(frozen=True, slots=True)
class Gitlab:
    """The organization's group on a GitLab; `parent` is the number of the group above, None when not said."""

    url: str | None
    token: Token | None
    parent: int | None


@dataclass(frozen=True, slots=True)
class CourseDeployment:
    """A course as its deployment file describes it.

    Attributes:
        organization: see `Named`.
        gitlab: see `Gitlab`; None when the file has no such block.
        family: see `Named`.
        course: see `Named`.
        assignments_url: URL or path of the assignments repository, as written.
        assignments_token: for it, None when not said.
        template_url: URL or path of the student-template repository, as written or derived.
        template_token: for it, None when not said.
        template_project_id: number of its GitLab project, None when not said.
        template_visibility: how open that project may be at most, None when not said.
        execution_backends: as written, each with `slug`.
        example_repositories: restricted repositories it may use, each NAME or ORGANIZATION/NAME.
        timezone: IANA name.
    """

    organization: Named
    gitlab: Gitlab | None
    family: Named
    course: Named
    assignments_url: str
    assignments_token: Token | None
    template_url: str
    template_token: Token | None
    template_project_id: int | None
    template_visibility: str | None
    execution_backends: tuple[Mapping[str, object], ...]
    example_repositories: tuple[str, ...]
    timezone: str


def parse_deployment_file(located: Located) -> tuple[CourseDeployment | None, list[Problem]]:
    """Read the whole file.

    Returns:
        The course, None when there is an error among the problems; and all that was found, ordered by line.
    """
    if located.data is None:
        fix = "Begin with `organization:`, `courseFamily:` and `course:`, see the operator guide."
        return None, [Problem(located.path, 1, "The deployment file is empty.", fix=fix)]
    model, problems = check_entry(DeploymentModel, located.data, located, ())
    template_url = _template_url(located, problems)
    _check_backends(located, problems)
    _warn_of_literals(located, problems)
    problems.sort(key=lambda problem: problem.line or 0)
    if model is None or template_url is None or errors_among(problems):
        return None, problems
    organization, family, course = model.organization, model.course_family, model.course
    gitlab, settings = organization.gitlab, course.settings
    template = settings.student_template
    return CourseDeployment(
        organization=_named(organization.path, organization.name, organization.description),
        gitlab=Gitlab(gitlab.url, _token(gitlab.token), gitlab.parent) if gitlab is not None else None,
        family=_named(family.path, family.name, family.description),
        course=_named(course.path, course.name, course.description),
        assignments_url=settings.source.url,
        assignments_token=_token(settings.source.token),
        template_url=template_url,
        template_token=_token(template.token) if template is not None else None,
        template_project_id=template.project_id if template is not None else None,
        template_visibility=template.visibility if template is not None else None,
        execution_backends=tuple(
            {"slug": backend.slug, "settings": backend.settings or {}}
            for backend in course.execution_backends or ()
        ),
        example_repositories=tuple(course.example_repositories or ()),
        timezone=settings.timezone,
    ), problems


def derived_template_url(assignments_url: str) -> str | None:
    """The assignments URL with its final word `assignments` replaced by `student-template`, None without one."""
    match = _ASSIGNMENTS.fullmatch(assignments_url)
    return f"{match['before']}student-template{match['after']}" if match else None


def _template_url(located: Located, problems: list[Problem]) -> str | None:
    """Looked up in the plain data, so that what is wrong elsewhere hides nothing here."""
    source, written = _at(located, (*_SOURCE, "url")), _at(located, (*_TEMPLATE, "url"))
    if not isinstance(source, str) or not source.strip():
        return None
    url = (
        written.strip()
        if isinstance(written, str) and written.strip()
        else derived_template_url(source.strip())
    )
    line = located.line(*_TEMPLATE, "url")
    if url is None:
        message = "The URL of the student-template repository is not said, and the one of the assignments does not end with `assignments`."
        fix = "Add `studentTemplate: {url: ...}` under `course.settings`."
        problems.append(Problem(located.path, line, message, fix=fix))
    elif _bare(url) == _bare(source):
        message = (
            "The student template and the assignments are one repository, so students would get everything."
        )
        problems.append(
            Problem(located.path, line, message, fix="Give the student template a repository of its own.")
        )
    return url


def _bare(url: str) -> str:
    return url.strip().rstrip("/").removesuffix(".git").rstrip("/").lower()


def _check_backends(located: Located, problems: list[Problem]) -> None:
    key: Key = ("course", "executionBackends")
    backends = _at(located, key)
    seen: set[str] = set()
    for number, backend in enumerate(backends if isinstance(backends, list) else ()):
        slug = backend.get("slug") if isinstance(backend, dict) else None
        if isinstance(slug, str) and slug in seen:
            line = located.line(*key, number, "slug")
            problems.append(
                Problem(located.path, line, f"Two execution backends are called `{slug}`.", fix="Rename one.")
            )
        if isinstance(slug, str):
            seen.add(slug)


def _warn_of_literals(located: Located, problems: list[Problem]) -> None:
    for key in (_GITLAB, _SOURCE, _TEMPLATE):
        value = _at(located, (*key, "token"))
        if isinstance(value, str) and isinstance(_token(value), LiteralToken):
            message = f"`{'.'.join(map(str, key))}.token` is a secret in a file that others can read."
            fix = "Write `${NAME}`, set the environment variable NAME, and withdraw this token."
            line = located.line(*key, "token")
            problems.append(Problem(located.path, line, message, Severity.WARNING, fix))


def _token(text: str | None) -> Token | None:
    return parse_token(text) if text is not None and text.strip() else None


def _named(path: str, name: str | None, description: str | None) -> Named:
    return Named(path, (name or "").strip() or path, (description or "").strip())


def _at(located: Located, key: Key) -> object:
    value = located.data
    for part in key:
        value = value.get(part) if isinstance(value, dict) else None
    return value
