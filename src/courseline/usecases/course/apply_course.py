"""Register a course from its deployment file, or bring its registration up to date."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from courseline.domain import ids
from courseline.domain.course.course import Course
from courseline.domain.course.deployment_file import CourseDeployment, parse_deployment_file
from courseline.domain.course.token import LiteralToken, Token
from courseline.domain.ledger.history import Action, Event
from courseline.domain.located import Located
from courseline.errors import InvalidInput, NeighbourFailed, Problem, errors_among
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.rows import Rows

TOKENS = frozenset({"source", "template"})

Seal = Callable[[UUID, str, str], bytes]
"""(owner, kind, secret) -> encrypted, each time in another way."""

Open = Callable[[UUID, str, bytes], str]
"""(owner, kind, encrypted) -> secret; raises `NeighbourFailed` when no key opens it."""


class CourseStatus(StrEnum):
    """What applying a deployment file did."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class ApplyCourse:
    """Apply a deployment file.

    Attributes:
        raw: its bytes.
        path: its name, for problems.
        environment: looks up the variable that `${NAME}` means.
        seal: encrypts a token.
        dry_run: change nothing.
        open: decrypts the token kept, to tell whether it is another one; without it every token counts as new.
    """

    raw: bytes
    path: str
    environment: Callable[[str], str | None]
    seal: Seal
    dry_run: bool = False
    open: Open | None = None


class _DryRun(Exception):  # noqa: N818 - rolls a transaction back, no error
    """Ends the transaction of a dry run."""


@dataclass(frozen=True, slots=True)
class AppliedCourse:
    """The course as registered.

    Attributes:
        course: the course.
        status: see `CourseStatus`.
        problems: warnings of the file.
    """

    course: Course
    status: CourseStatus
    problems: tuple[Problem, ...]


def apply_course(command: ApplyCourse, neighbours: Neighbours) -> AppliedCourse:
    """Register or update; the same file again changes nothing. A dry run does it all and rolls it back.

    Raises:
        InvalidInput: the file has problems, all named; or a token's variable is not set.
        Refused: another course has one of its repositories.
        NeighbourFailed: the database is away.
    """
    located = neighbours.read_yaml(command.raw, command.path)
    deployment, problems = parse_deployment_file(located)
    if deployment is None or errors_among(problems):
        raise InvalidInput(f"{command.path} cannot be applied; nothing was changed.", problems)
    tokens = _tokens(command, deployment, located)
    course = _course(deployment, neighbours)
    if course.assignments_identity == course.template_identity:
        line = located.line("course", "settings", "studentTemplate")
        message = (
            "The student template is the assignments repository itself, which would show students everything."
        )
        fix = "Name another repository under `studentTemplate: {url: ...}`."
        raise InvalidInput(
            f"{command.path} cannot be applied; nothing was changed.",
            [Problem(command.path, line, message, fix=fix)],
        )
    names = {
        "organization": (deployment.organization.name, deployment.organization.description),
        "family": (deployment.family.name, deployment.family.description),
    }
    # Encrypted before the transaction, so that a missing key is told before anything was asked of the database.
    sealed = {kind: (secret, command.seal(course.id, kind, secret)) for kind, secret in tokens.items()}
    status = CourseStatus.UNCHANGED
    with suppress(_DryRun), neighbours.database.transaction() as rows:
        status = _save(command, course, names, sealed, rows)
        if status is not CourseStatus.UNCHANGED:
            rows.ledger.append(course.id, [_event(course, status, neighbours)])
        if command.dry_run:
            raise _DryRun
    return AppliedCourse(course, status, tuple(problems))


def _save(
    command: ApplyCourse,
    course: Course,
    names: Mapping[str, tuple[str, str]],
    sealed: Mapping[str, tuple[str, bytes]],
    rows: Rows,
) -> CourseStatus:
    known = rows.courses.find(str(course.id))
    changed = rows.courses.save(course, names=names)
    for kind, (secret, ciphertext) in sealed.items():
        if not _is_kept(command, course.id, kind, secret, rows):
            changed |= rows.courses.save_credential(course.id, kind, ciphertext)
    for kind in sorted(TOKENS - sealed.keys()):  # taken out of the file
        changed |= rows.courses.drop_credential(course.id, kind)
    if not known:
        return CourseStatus.CREATED
    return CourseStatus.UPDATED if changed else CourseStatus.UNCHANGED


def _is_kept(command: ApplyCourse, course_id: UUID, kind: str, secret: str, rows: Rows) -> bool:
    """Whether this very secret is kept already; encrypting it again gives other bytes."""
    kept = rows.courses.credential(course_id, kind)
    if kept is None or command.open is None:
        return False
    try:
        return command.open(course_id, kind, kept) == secret
    except NeighbourFailed:  # its key is gone; applying the file again is the remedy
        return False


def _event(course: Course, status: CourseStatus, neighbours: Neighbours) -> Event:
    details = {
        "course": course.title,
        "assignments": course.assignments_identity,
        "template": course.template_identity,
    }
    return Event(
        Action.REGISTERED, neighbours.clock(), actor=neighbours.actor, reason=str(status), details=details
    )


def _course(deployment: CourseDeployment, neighbours: Neighbours) -> Course:
    organization, family, course = deployment.organization, deployment.family, deployment.course
    assignments = neighbours.resolve_url(deployment.assignments_url)
    template = neighbours.resolve_url(deployment.template_url)
    return Course(
        id=ids.course_id(organization.path, family.path, course.path),
        organization=organization.path,
        family=family.path,
        path=course.path,
        name=course.name,
        description=course.description,
        assignments_url=_anywhere(deployment.assignments_url, assignments),
        assignments_identity=assignments,
        template_url=_anywhere(deployment.template_url, template),
        template_identity=template,
        template_project_id=deployment.template_project_id,
        template_visibility=deployment.template_visibility,
        example_repositories=deployment.example_repositories,
        execution_backends=deployment.execution_backends,
        timezone=deployment.timezone,
    )


def _anywhere(url: str, identity: str) -> str:
    """`url` so that it means the same in every working directory: a relative path becomes absolute."""
    is_relative = identity.startswith("file://") and not url.startswith("/") and "://" not in url
    return identity.removeprefix("file://") if is_relative else url


def _tokens(command: ApplyCourse, deployment: CourseDeployment, located: Located) -> dict[str, str]:
    """Secret by kind (`source`, `template`)."""
    written: dict[str, tuple[Token | None, tuple[str, ...]]] = {
        "source": (deployment.assignments_token, ("course", "settings", "source", "token")),
        "template": (deployment.template_token, ("course", "settings", "studentTemplate", "token")),
    }
    secrets: dict[str, str] = {}
    problems: list[Problem] = []
    for kind, (token, key) in written.items():
        if token is None:
            continue
        secret = token.secret if isinstance(token, LiteralToken) else command.environment(token.env_name)
        if secret is None:
            name = "" if isinstance(token, LiteralToken) else token.env_name
            message = f"The token is ${{{name}}}, and {name} is not set."
            problems.append(
                Problem(command.path, located.line(*key), message, fix=f"Set {name} and apply again.")
            )
        else:
            secrets[kind] = secret
    if problems:
        raise InvalidInput(f"{command.path} cannot be applied; nothing was changed.", problems)
    return secrets
