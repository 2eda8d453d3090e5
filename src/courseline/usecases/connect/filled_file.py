"""The deployment file with the addresses it does not say, and what applying it would do."""

from __future__ import annotations

from courseline.domain.connect.found import FoundProject
from courseline.domain.course.deployment_file import CourseDeployment
from courseline.domain.located import Located
from courseline.usecases.connect.connection import Surroundings
from courseline.usecases.connect.course_draft import CreateCourse
from courseline.usecases.course.apply_course import ApplyCourse, CourseStatus, apply_course

_SETTINGS = ("course", "settings")
_SOURCE = "source.url"
_TEMPLATE = "studentTemplate.url"
_NUMBER = "studentTemplate.projectId"
_KEYS: dict[str, tuple[str, ...]] = {
    _SOURCE: (*_SETTINGS, "source", "url"),
    _TEMPLATE: (*_SETTINGS, "studentTemplate", "url"),
    _NUMBER: (*_SETTINGS, "studentTemplate", "projectId"),
}


def unsaid(located: Located) -> tuple[str, ...]:
    """Which of the addresses, and the template's number, the file leaves out."""
    return tuple(name for name, key in _KEYS.items() if key not in located.spans)


def filled(
    command: CreateCourse,
    deployment: CourseDeployment,
    says: tuple[str, ...],
    template: FoundProject | None,
    around: Surroundings,
) -> bytes:
    """The file with what it leaves out; the template's number only when there is one yet."""
    values: dict[str, object] = {_SOURCE: deployment.assignments_url, _TEMPLATE: deployment.template_url}
    if template is not None:
        values[_NUMBER] = template.id
    wanted = {_KEYS[name]: values[name] for name in says if name in values}
    return around.files.filled(command.raw, wanted) if wanted else command.raw


def applied_as(
    command: CreateCourse,
    deployment: CourseDeployment,
    says: tuple[str, ...],
    template: FoundProject | None,
    around: Surroundings,
    *,
    dry_run: bool = True,
) -> CourseStatus:
    """Apply the filled-in file, or tell what that would do.

    Raises:
        InvalidInput: a token's variable is not set.
        Refused: another course has one of the repositories.
        NeighbourFailed: the database is away.
    """
    raw = filled(command, deployment, says, template, around)
    wanted = ApplyCourse(raw, command.path, command.environment, command.seal, dry_run, command.open)
    return apply_course(wanted, around.neighbours).status
