"""Which groups and projects a course lives in, by its deployment file.

organization / course family / course, each a group in the one before it; in the last one `COURSE-assignments` and
`COURSE-student-template`. Facts: https://docs.gitlab.com/user/reserved_names/ (names), https://docs.gitlab.com/user/public_access/
(nothing is more open than what it lies in).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from courseline.domain.course.deployment_file import CourseDeployment
from courseline.domain.located import Located

BRANCH = "main"
_OPENNESS = ("private", "internal", "public")
_NO_NAME = re.compile(r"[^\w.+ ()-]+")
_SOURCE = ("course", "settings", "source")


@dataclass(frozen=True, slots=True)
class WantedGroup:
    """A group; `path` with those above it."""

    path: str
    name: str
    description: str


@dataclass(frozen=True, slots=True)
class WantedProject:
    """A project; `path` with that of its group, `visibility` the most open it may be."""

    path: str
    description: str
    visibility: str

    @property
    def group(self) -> str:
        """Path of the group it lies in."""
        return self.path.rpartition("/")[0]

    @property
    def name(self) -> str:
        """Last part of its path."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class CoursePlaces:
    """Groups from the outermost one on, and the two projects."""

    groups: tuple[WantedGroup, ...]
    assignments: WantedProject
    template: WantedProject


def assignments_path(deployment: CourseDeployment, parent: str) -> str:
    """Where the assignments are when the file does not say; `parent` is the group all lies in, "" for none."""
    own = deployment.course.path
    parts = (parent, deployment.organization.path, deployment.family.path, own, f"{own}-assignments")
    return "/".join(part for part in parts if part)


def course_places(deployment: CourseDeployment, parent: str, assignments: str, template: str) -> CoursePlaces:
    """The places of a course.

    Args:
        deployment: its file.
        parent: group that all lies in, "" for none.
        assignments: path of the project, by the file or by `assignments_path`.
        template: path of the other one.
    """
    named = (deployment.organization, deployment.family, deployment.course)
    names: dict[str, tuple[str, str]] = {}
    path = parent
    for one in named:
        path = f"{path}/{one.path}" if path else one.path
        names[path] = (shown_name(one.name), one.description)
    wanted: dict[str, WantedGroup] = {}
    for project in (assignments, template):
        for group in _line(project.rpartition("/")[0], parent):
            name, description = names.get(group, (group.rpartition("/")[2], ""))
            wanted.setdefault(group, WantedGroup(group, name, description))
    title = deployment.course.name
    return CoursePlaces(
        tuple(sorted(wanted.values(), key=lambda group: group.path.count("/"))),
        WantedProject(assignments, f"Assignments of {title}", "private"),
        WantedProject(
            template, f"What students of {title} start from", deployment.template_visibility or "private"
        ),
    )


def with_assignments(located: Located, url: str) -> Located:
    """The file as if it said where the assignments are; lines stay those of the file."""
    data = located.data
    if not isinstance(data, dict) or not isinstance(data.get("course"), dict):
        return located
    settings = data["course"].get("settings")
    settings = settings if isinstance(settings, dict) else {}
    source = settings.get("source")
    source = {**source, "url": url} if isinstance(source, dict) else {"url": url}
    course = {**data["course"], "settings": {**settings, "source": source}}
    return replace(located, data={**data, "course": course})


def says_assignments(located: Located) -> bool:
    """Whether the file says where the assignments are."""
    value = located.data
    for part in (*_SOURCE, "url"):
        value = value.get(part) if isinstance(value, dict) else None
    return value is not None


def least_open(*visibilities: str) -> str:
    """The one that shows least."""
    return min(visibilities, key=_OPENNESS.index)


def is_more_open(visibility: str, limit: str) -> bool:
    """Whether `visibility` shows more than `limit`."""
    return _OPENNESS.index(visibility) > _OPENNESS.index(limit)


def shown_name(name: str) -> str:
    """A name as GitLab takes it for a group: letters, digits, spaces and a few signs."""
    return " ".join(_NO_NAME.sub(" ", name).split()).lstrip(".+ ()-") or "group"


def _line(group: str, parent: str) -> list[str]:
    """The group and those above it, outermost first, without `parent` and what that lies in."""
    parts = group.split("/")
    line = ["/".join(parts[: count + 1]) for count in range(len(parts))]
    return [path for path in line if not (path == parent or parent.startswith(f"{path}/"))]
