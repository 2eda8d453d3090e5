"""The format of `deployment.yaml`, entry by entry."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from courseline.domain.course.token import parse_token
from courseline.domain.course.validation import Entry, Text, invalid
from courseline.domain.instant import zone_named
from courseline.domain.paths import printable

_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,253}[A-Za-z0-9_-])?")
_PASSWORD = re.compile(r"(?:https?://[^/?#]*|[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*:[^/?#]*)@", re.IGNORECASE)
_ENVIRONMENT = "write `token: ${NAME}` and set the environment variable NAME"


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        fix = "Write letters, digits, `_`, `-` and dots only, e.g. `python-101`."
        raise invalid(f"`{printable(text)}` is no path of one part.", fix)
    return text


def _remote(text: str) -> str:
    if not text.strip():
        raise invalid("This is empty.", "Write the URL or path of the repository.")
    if _PASSWORD.match(text):
        raise invalid("The URL holds a user name or password.", f"Take it out and {_ENVIRONMENT}.")
    if not text.isprintable():
        raise invalid("The URL holds a character that cannot be shown.", "Write it without.")
    return text.strip()


def _token(text: str) -> str:
    if parse_token(text) is None:
        raise invalid("This looks like the name of an environment variable and is none.", "Write `${NAME}`.")
    return text


def _zone(text: str) -> str:
    if zone_named(text) is None:
        fix = "Write a name such as `Europe/Vienna` or `UTC`."
        raise invalid(f"`{printable(text)}` is no IANA time zone.", fix)
    return text


Name = Annotated[Text, AfterValidator(_name)]
Remote = Annotated[Text, AfterValidator(_remote)]
Secret = Annotated[Text, AfterValidator(_token)]
_PATH = "a name for addresses, e.g. `python-101`"


class GitlabEntry(Entry):
    """The organization's GitLab group."""

    url: Remote | None = Field(
        default=None, description="the address of the GitLab, e.g. `https://gitlab.example.com`"
    )
    token: Secret | None = Field(default=None, description="`${NAME}`, naming an environment variable")
    parent: Annotated[int, Field(ge=0)] | None = Field(
        default=None, description="the number of the parent group, 0 for none"
    )


class NamedEntry(Entry):
    """A course family: a path for addresses, a name for people."""

    path: Name = Field(description=_PATH)
    name: Text | None = Field(default=None, description="the name shown to people; default: the path")
    description: Text | None = Field(default=None, description="a sentence or two")


class OrganizationEntry(NamedEntry):
    """The organization."""

    gitlab: GitlabEntry | None = Field(default=None, description="a mapping with `url`, `token` and `parent`")


class RepositoryEntry(Entry):
    """A repository of the course."""

    url: Remote = Field(description="the URL or path of the repository")
    token: Secret | None = Field(default=None, description="`${NAME}`, naming an environment variable")


class TemplateEntry(Entry):
    """The student-template repository; its URL can be derived."""

    url: Remote | None = Field(default=None, description="the URL or path of the student-template repository")
    token: Secret | None = Field(default=None, description="`${NAME}`, naming an environment variable")
    project_id: Annotated[int, Field(gt=0, lt=2**63)] | None = Field(
        default=None, alias="projectId", description="the number of its GitLab project"
    )
    visibility: Literal["private", "internal", "public"] | None = Field(
        default=None, description="how open the project may be at most: private, internal or public"
    )


class SettingsEntry(Entry):
    """Where the course lives."""

    source: RepositoryEntry = Field(description="a mapping with the `url` of the assignments repository")
    student_template: TemplateEntry | None = Field(
        default=None,
        alias="studentTemplate",
        description="a mapping with the `url` of the student-template repository",
    )
    timezone: Annotated[Text, AfterValidator(_zone)] = Field(
        default="UTC", description="an IANA time zone such as `Europe/Vienna`"
    )


class BackendEntry(Entry):
    """Something that can run tests."""

    slug: Name = Field(description="the name that examples refer to, e.g. `python-docker`")
    settings: dict[str, Any] | None = Field(
        default=None, description="a mapping such as `{image: python:3.12}`"
    )


class CourseEntry(NamedEntry):
    """The course."""

    execution_backends: list[BackendEntry] | None = Field(
        default=None, alias="executionBackends", description="a list of mappings with `slug` and `settings`"
    )
    example_repositories: list[Text] | None = Field(
        default=None,
        alias="exampleRepositories",
        description="a list of restricted example repositories, each `NAME` or `ORGANIZATION/NAME`",
    )
    settings: SettingsEntry = Field(description="a mapping with `source`, `studentTemplate` and `timezone`")


class DeploymentModel(Entry):
    """The whole `deployment.yaml`."""

    organization: OrganizationEntry = Field(description="a mapping with `path` and `name`")
    course_family: NamedEntry = Field(alias="courseFamily", description="a mapping with `path` and `name`")
    course: CourseEntry = Field(description="a mapping with `path`, `name` and `settings`")
