"""Draft a course in a GitLab: read the deployment file and what is there, tell what is missing; changes nothing."""

from __future__ import annotations

from courseline.domain.connect import draft
from courseline.domain.connect.course_places import (
    BRANCH,
    CoursePlaces,
    WantedProject,
    assignments_path,
    course_places,
    is_more_open,
    says_assignments,
    with_assignments,
)
from courseline.domain.connect.first_files import COURSE_FILE
from courseline.domain.connect.found import FoundGroup, FoundProject, FoundSetup
from courseline.domain.connect.role import Role
from courseline.domain.connect.step import Step, StepKind
from courseline.domain.connect.webhook import wanted_hook
from courseline.domain.course.course_file import parse_course_file
from courseline.domain.course.deployment_file import CourseDeployment, parse_deployment_file
from courseline.domain.course.token import LiteralToken
from courseline.domain.located import Located
from courseline.errors import InvalidInput, Problem, Severity, errors_among
from courseline.usecases.connect.connection import Connect, Surroundings
from courseline.usecases.connect.course_draft import CourseDraft, CreateCourse
from courseline.usecases.connect.draft_connection import draft_connection
from courseline.usecases.connect.filled_file import applied_as, unsaid
from courseline.usecases.course.apply_course import CourseStatus
from courseline.usecases.neighbours import Neighbours

_UNKNOWN = "https://gitlab.invalid/assignments.git"
"""Stands for an address that is not known before the file was read."""


def draft_course(command: CreateCourse, neighbours: Neighbours) -> CourseDraft:
    """Tell what building a course would make.

    Raises:
        InvalidInput: the deployment file or the course file has problems, all named; no GitLab is named.
        Refused: GitLab does not let us look; another course has the repositories.
        NeighbourFailed: GitLab or the database is away.
    """
    located = neighbours.read_yaml(command.raw, command.path)
    _check_structure(command, neighbours)
    deployment = _deployment(
        located if says_assignments(located) else with_assignments(located, _UNKNOWN), command.path
    )
    around = command.gitlab(*_access(command, deployment, located))
    parent = _parent(command, deployment, located, around)
    if not says_assignments(located):
        path = assignments_path(deployment, parent.path if parent else "")
        deployment = _deployment(with_assignments(located, f"{around.forge.url}/{path}.git"), command.path)
    places = course_places(
        deployment,
        parent.path if parent else "",
        _on_gitlab(deployment.assignments_url, command, located, around),
        _on_gitlab(deployment.template_url, command, located, around),
    )
    forge = around.forge
    groups = {one.path: found for one in places.groups if (found := forge.group(one.path)) is not None}
    if parent is not None:
        groups[parent.path] = parent
    assignments, template = forge.project(places.assignments.path), forge.project(places.template.path)
    notes: list[Problem] = []
    steps = _place_steps(places, groups, assignments, template)
    if template is not None and is_more_open(template.visibility, places.template.visibility):
        notes.append(_too_open(template, places.template))
    says = unsaid(located)
    if says:
        steps.append(Step(StepKind.COURSE_FILE, command.path, "incomplete", f"{', '.join(says)} filled in"))
    status = applied_as(command, deployment, says, template, around)
    if status is not CourseStatus.UNCHANGED or says:
        title = f"{deployment.organization.path}/{deployment.family.path}/{deployment.course.path}"
        now = "not registered" if status is CourseStatus.CREATED else "registered otherwise"
        steps.append(Step(StepKind.COURSE, title, now, "registered (courseline course apply)"))
    steps += _connection_steps(command, assignments, places, around, notes)
    return CourseDraft(
        command, around, deployment, places, groups, assignments, template, tuple(steps), says, tuple(notes)
    )


def connect_command(command: CreateCourse, places: CoursePlaces) -> Connect:
    """The connection of a course's assignments project."""
    return Connect(
        reference=places.assignments.path,
        receiver=command.receiver,
        secrets=command.secrets,
        templates=command.templates,
        inputs=command.inputs,
        role=Role.ASSIGNMENTS,
    )


def _deployment(located: Located, path: str) -> CourseDeployment:
    deployment, problems = parse_deployment_file(located)
    if deployment is None or errors_among(problems):
        raise InvalidInput(f"{path} cannot be used; nothing was made.", problems)
    return deployment


def _check_structure(command: CreateCourse, neighbours: Neighbours) -> None:
    if command.structure is None:
        return
    raw, name = command.structure
    _, problems = parse_course_file(neighbours.read_yaml(raw, name))
    if errors_among(problems):
        raise InvalidInput(f"{name} cannot be the start of a course; nothing was made.", problems)


def _access(
    command: CreateCourse, deployment: CourseDeployment, located: Located
) -> tuple[str | None, str | None]:
    """Address and token of the file, None for what it does not say."""
    gitlab = deployment.gitlab
    if gitlab is None or gitlab.token is None:
        return (gitlab.url if gitlab else None), None
    if isinstance(gitlab.token, LiteralToken):
        return gitlab.url, gitlab.token.secret
    token = command.environment(gitlab.token.env_name)
    if token is None:
        name = gitlab.token.env_name
        problem = Problem(
            command.path,
            located.line("organization", "gitlab", "token"),
            f"The token is ${{{name}}}, and {name} is not set.",
            fix=f"Set {name}, or take the line out to use COURSELINE_GITLAB_TOKEN.",
        )
        raise InvalidInput(f"{command.path} cannot be used; nothing was made.", [problem])
    return gitlab.url, token


def _parent(
    command: CreateCourse, deployment: CourseDeployment, located: Located, around: Surroundings
) -> FoundGroup | None:
    number = deployment.gitlab.parent if deployment.gitlab else None
    if not number:
        return None
    found = around.forge.group(number)
    if found is None:
        problem = Problem(
            command.path,
            located.line("organization", "gitlab", "parent"),
            f"{around.forge.url} shows us no group of number {number}.",
            fix="The number is on the group's page; 0 means none. Our token's user must be a member.",
        )
        raise InvalidInput(f"{command.path} cannot be used; nothing was made.", [problem])
    return found


def _on_gitlab(url: str, command: CreateCourse, located: Located, around: Surroundings) -> str:
    path = around.forge.path_of(url)
    if path is None or "/" not in path:
        problem = Problem(
            command.path,
            located.line("course", "settings"),
            f"The repository {url} is no project in a group of {around.forge.url}.",
            fix="Take the address out to have it derived, or register the course with `courseline course apply`.",
        )
        raise InvalidInput(f"{command.path} cannot be used; nothing was made.", [problem])
    return path


def _place_steps(
    places: CoursePlaces,
    groups: dict[str, FoundGroup],
    assignments: FoundProject | None,
    template: FoundProject | None,
) -> list[Step]:
    steps = [
        Step(StepKind.GROUP, group.path, "none", group.name, group.path)
        for group in places.groups
        if group.path not in groups
    ]
    for wanted, found in ((places.assignments, assignments), (places.template, template)):
        if found is None:
            after = f"{wanted.visibility}, branch {BRANCH}" + (", empty" if wanted is places.template else "")
            steps.append(Step(StepKind.PROJECT, wanted.path, "none", after, wanted.path))
    if assignments is None or assignments.is_empty:
        steps.append(
            Step(StepKind.FIRST_COMMIT, places.assignments.path, "empty", f"{COURSE_FILE}, README.md")
        )
    return steps


def _connection_steps(
    command: CreateCourse,
    assignments: FoundProject | None,
    places: CoursePlaces,
    around: Surroundings,
    notes: list[Problem],
) -> list[Step]:
    if assignments is not None and not assignments.is_empty:
        connection = draft_connection(connect_command(command, places), around)
        return list(connection.steps)
    hook = wanted_hook(command.receiver, command.secrets, around.forge.server().number)
    path = places.assignments.path
    new = FoundSetup(FoundProject(0, path, "", "", "private", BRANCH, True, False, ".gitlab-ci.yml"))
    made = [draft.branch_step(new), draft.hook_step(path, (), hook, renew=False), draft.schedule_step(new)]
    if command.templates is None:
        message = "Its pipeline will not include ci-templates/assignments.yml, so nothing of ours runs there."
        fix = "Add --templates GROUP/courseline@TAG and --image IMAGE."
        notes.append(Problem(path, None, message, Severity.WARNING, fix))
    return [step for step in made if step is not None]


def _too_open(found: FoundProject, wanted: WantedProject) -> Problem:
    message = f"It is {found.visibility}, and the file allows {wanted.visibility} at most, so no template is pushed to it."
    return Problem(found.path, None, message, Severity.WARNING, "Change one of them.")
