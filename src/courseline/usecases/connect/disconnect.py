"""Take a connection back: what connecting made in GitLab is removed, what people or the library need stays."""

from __future__ import annotations

from dataclasses import dataclass

from courseline.domain.connect import draft
from courseline.domain.connect.ci_include import is_included
from courseline.domain.connect.found import FoundGroup, FoundHook, FoundProject
from courseline.domain.connect.role import Role
from courseline.domain.connect.step import Step, StepKind
from courseline.domain.connect.webhook import hook_url
from courseline.errors import InvalidInput, NotFound, Problem, Refused, Severity
from courseline.usecases.connect.connection import Surroundings
from courseline.usecases.connect.draft_connection import find_place
from courseline.usecases.connect.forge_setup import Place, PlaceKind

_GONE = "removed"


@dataclass(frozen=True, slots=True)
class Disconnect:
    """What a person asks for.

    Attributes:
        reference: path or number of a group or project.
        receiver: address of the receiver whose webhooks go.
        protected_tags: patterns that connecting protected, to be opened again.
        protected_branches: the same of branches.
    """

    reference: str
    receiver: str
    protected_tags: tuple[str, ...] = ()
    protected_branches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Removal:
    """One thing to remove, and where."""

    step: Step
    place: Place
    project: FoundProject | None


@dataclass(frozen=True, slots=True)
class Disconnection:
    """What would be removed, and what stays although connecting made it."""

    removals: tuple[Removal, ...]
    stays: tuple[Problem, ...]


def draft_disconnection(command: Disconnect, around: Surroundings) -> Disconnection:
    """Tell what would be removed; changes nothing.

    Raises:
        NotFound: GitLab shows us neither a group nor a project of that name.
        Refused: we may not look at its settings.
        NeighbourFailed: GitLab is away.
    """
    group, projects = find_place(command.reference, around.forge)
    url = hook_url(command.receiver)
    removals = _of_group(group, url, around) if group is not None else []
    stays: list[Problem] = []
    for done, project in enumerate(projects):
        around.neighbours.progress("Looking at projects", done, len(projects))
        removals += _of_project(command, project, url, around)
        stays += _what_stays(project, around)
    return Disconnection(tuple(removals), tuple(stays))


def apply_disconnection(drafted: Disconnection, around: Surroundings) -> tuple[Step, ...]:
    """Remove it all; what is gone already is no error.

    Raises:
        Refused: we may not.
        NeighbourFailed: GitLab is away; run it again.
    """
    for done, removal in enumerate(drafted.removals):
        around.neighbours.progress("Disconnecting", done, len(drafted.removals))
        _remove(removal, around)
    return tuple(removal.step for removal in drafted.removals)


def _of_group(group: FoundGroup, url: str, around: Surroundings) -> list[Removal]:
    place = Place(PlaceKind.GROUP, group.id, group.path)
    try:
        hooks = around.forge.hooks(place)
    except (NotFound, Refused):  # a GitLab without them
        return []
    return [
        Removal(_hook_step(hook, group.path), place, None) for hook in hooks if hook.url.rstrip("/") == url
    ]


def _of_project(command: Disconnect, project: FoundProject, url: str, around: Surroundings) -> list[Removal]:
    forge, path = around.forge, project.path
    place = Place(PlaceKind.PROJECT, project.id, path)
    steps = [_hook_step(hook, path) for hook in forge.hooks(place) if hook.url.rstrip("/") == url]
    schedule = draft.our_schedule(tuple(forge.schedules(project)))
    if schedule is not None:
        steps.append(Step(StepKind.SCHEDULE, path, schedule.description, _GONE, number=schedule.id))
    request = forge.open_request(project, draft.BRANCH)
    if request is not None:
        steps.append(Step(StepKind.CI_INCLUDE, path, f"!{request.iid}, open", "closed", number=request.iid))
    tags = forge.protected_tags(project) & set(command.protected_tags)
    steps += [
        Step(StepKind.PROTECTED_TAG, path, f"{name}: maintainers only", "open to developers", name)
        for name in sorted(tags)
    ]
    return [Removal(step, place, project) for step in [*steps, *_branches(command, project, around)]]


def _branches(command: Disconnect, project: FoundProject, around: Surroundings) -> list[Step]:
    return [
        Step(StepKind.PROTECTED_BRANCH, project.path, f"{name}: maintainers only", "open to developers", name)
        for name in command.protected_branches
        if around.forge.is_branch_protected(project, name)
    ]


def _hook_step(hook: FoundHook, path: str) -> Step:
    return Step(StepKind.WEBHOOK, path, hook.url, _GONE, number=hook.id)


def _what_stays(project: FoundProject, around: Surroundings) -> list[Problem]:
    found: list[Problem] = []
    branch = project.default_branch
    raw = (
        around.forge.file(project, project.ci_path, branch) if branch and "@" not in project.ci_path else None
    )
    try:
        entries = around.files.includes(raw) if raw is not None else ()
    except InvalidInput:
        entries = ()
    if any(is_included(entries, role) for role in (Role.EXAMPLES, Role.ASSIGNMENTS)):
        message = (
            f"{project.ci_path} includes courseline's template, and files of yours are not changed here."
        )
        found.append(
            Problem(project.path, None, message, Severity.WARNING, "Remove these lines in a merge request.")
        )
    with around.neighbours.database.transaction() as rows:
        url = around.neighbours.resolve_url(project.git_url)
        known = rows.library.repository(urls=[url]) or rows.courses.by_assignments(url)
    if known is not None:
        message = "It stays registered: what was published or deployed, and its history, are kept."
        found.append(Problem(project.path, None, message, Severity.WARNING))
    return found


def _remove(removal: Removal, around: Surroundings) -> None:
    forge, step, project = around.forge, removal.step, removal.project
    number = step.number or 0
    if step.kind is StepKind.WEBHOOK:
        forge.delete_hook(removal.place, number)
        return
    if project is None:
        raise AssertionError(step.kind)
    match step.kind:
        case StepKind.SCHEDULE:
            forge.delete_schedule(project, number)
        case StepKind.CI_INCLUDE:
            forge.close_request(project, number, draft.BRANCH)
        case StepKind.PROTECTED_TAG:
            forge.unprotect_tags(project, step.subject)
        case StepKind.PROTECTED_BRANCH:
            forge.unprotect_branch(project, step.subject)
        case _:
            raise AssertionError(step.kind)
