"""Draft a connection: read what a group or project has and tell what it needs; changes nothing."""

from __future__ import annotations

import json

from courseline.domain.connect import draft
from courseline.domain.connect.ci_include import include_entry, is_included
from courseline.domain.connect.found import FoundGroup, FoundHook, FoundProject, FoundSetup
from courseline.domain.connect.role import Role
from courseline.domain.connect.step import Step
from courseline.domain.connect.webhook import WantedHook, wanted_hook
from courseline.domain.paths import printable
from courseline.errors import InvalidInput, NotFound, Problem, Refused, Severity
from courseline.usecases.connect.connection import Connect, Connection, ProjectDraft, Surroundings
from courseline.usecases.connect.draft_examples import draft_examples
from courseline.usecases.connect.find_role import find_role, identity_of
from courseline.usecases.connect.forge_setup import ForgeSetup, Place, PlaceKind
from courseline.usecases.connect.heard import unheard_of

_ALONE = {
    Role.TEMPLATE: "a student template; only its course's jobs write there",
    Role.OTHER: "holds neither course-structure.yaml nor meta.yaml",
}


def draft_connection(command: Connect, around: Surroundings) -> Connection:
    """Tell what connecting would make or change.

    Raises:
        NotFound: GitLab shows us neither a group nor a project of that name.
        Refused: we may not look at its settings, no secret fits, or there is nothing in it to connect.
        NeighbourFailed: GitLab or the database is away.
    """
    forge = around.forge
    group, projects = find_place(command.reference, forge)
    hook = wanted_hook(command.receiver, command.secrets, forge.server().number)
    notes: list[Problem] = []
    place: Place | None = None
    hooks: tuple[FoundHook, ...] = ()
    if group is not None:
        place, hooks = _group_hooks(group, forge, notes)
    drafts: list[ProjectDraft] = []
    alone: list[tuple[str, str]] = []
    for done, project in enumerate(projects):
        around.neighbours.progress("Looking at projects", done, len(projects))
        role, is_registered = find_role(project, around)
        role = command.role if command.role is not None and group is None else role
        if role in _ALONE:
            alone.append((project.path, "a fork" if project.is_fork else _ALONE[role]))
            continue
        if role is Role.ASSIGNMENTS and not is_registered:
            notes.append(_unapplied(project))
        drafts.append(_draft(command, project, role, hook if place is None else None, around, notes))
    if group is None and not drafts:
        raise Refused(
            f"Connecting {projects[0].path}: it is {alone[0][1]}."
            if projects[0].is_fork or alone[0][1].startswith("a ")
            else f"Connecting {projects[0].path}: it {alone[0][1]}. Say what it is with --as examples or --as assignments."
        )
    step = draft.hook_step(place.path, hooks, hook, renew=command.renew) if place is not None else None
    named = place or (
        Place(PlaceKind.GROUP, group.id, group.path)
        if group is not None
        else Place(PlaceKind.PROJECT, projects[0].id, projects[0].path)
    )
    unheard = unheard_of(place, drafts, around.neighbours)
    return Connection(command, named, hook, place, step, tuple(drafts), tuple(alone), tuple(notes), unheard)


def find_place(reference: str, forge: ForgeSetup) -> tuple[FoundGroup | None, list[FoundProject]]:
    """A group with its projects, or None and the one project.

    Raises:
        NotFound: there is neither.
    """
    path = forge.path_of(reference) if "://" in reference else reference.strip("/")
    if path is None:
        raise InvalidInput(
            f"{printable(reference)} is not on {forge.url}. COURSELINE_GITLAB_URL says which GitLab is ours."
        )
    project = forge.project(path)
    if project is not None:
        return None, [project]
    group = forge.group(path)
    if group is None:
        raise NotFound(
            f"Looking for {printable(path)} at {forge.url}: it shows us neither a project nor a group of that path. Check the"
            " path, or make the user of COURSELINE_GITLAB_TOKEN a maintainer of it."
        )
    return group, forge.projects_of(group)


def _group_hooks(
    group: FoundGroup, forge: ForgeSetup, notes: list[Problem]
) -> tuple[Place | None, tuple[FoundHook, ...]]:
    place = Place(PlaceKind.GROUP, group.id, group.path)
    try:
        return place, tuple(forge.hooks(place))
    except (NotFound, Refused):
        message = "GitLab gives us no webhooks for this group (they need Premium and the role Owner), so each project gets its own."
        notes.append(
            Problem(group.path, None, message, Severity.WARNING, "Connect again after adding a project.")
        )
        return None, ()


def _draft(
    command: Connect,
    project: FoundProject,
    role: Role,
    hook: WantedHook | None,
    around: Surroundings,
    notes: list[Problem],
) -> ProjectDraft:
    forge = around.forge
    found = _setup(project, role, hook is not None, forge)
    include = _include_state(command, found, role, around, notes)
    steps: list[Step | None] = []
    registration, releases = None, None
    if role is Role.EXAMPLES:
        registration, releases, own = draft_examples(command, found, around, notes)
        steps += [*own, *draft.tag_steps(found)]
    else:
        steps.append(draft.branch_step(found))
    if hook is not None:
        steps.append(draft.hook_step(project.path, found.hooks, hook, renew=command.renew))
    steps.append(draft.include_step(found, include))
    if role is Role.ASSIGNMENTS:
        steps.append(draft.schedule_step(found))
    made = tuple(step for step in steps if step is not None)
    identity = identity_of(project)
    if releases is None:
        return ProjectDraft(found, role, identity, made, include)
    return ProjectDraft(found, role, identity, made, include, registration, releases)


def _setup(project: FoundProject, role: Role, has_hook: bool, forge: ForgeSetup) -> FoundSetup:
    branch, examples = project.default_branch, role is Role.EXAMPLES
    return FoundSetup(
        project,
        hooks=tuple(forge.hooks(Place(PlaceKind.PROJECT, project.id, project.path))) if has_hook else (),
        protected_tags=forge.protected_tags(project) if examples else frozenset(),
        is_branch_protected=branch is not None
        and not examples
        and forge.is_branch_protected(project, branch),
        schedules=() if examples else tuple(forge.schedules(project)),
        ci=forge.file(project, project.ci_path, branch) if branch and "@" not in project.ci_path else None,
        request=forge.open_request(project, draft.BRANCH),
        tags=tuple(forge.tags(project)) if examples else (),
    )


def _include_state(
    command: Connect, found: FoundSetup, role: Role, around: Surroundings, notes: list[Problem]
) -> draft.IncludeState:
    project = found.project
    try:
        if found.ci is not None and is_included(around.files.includes(found.ci), role):
            return draft.IncludeState(is_there=True)
        obstacle = ""
    except InvalidInput as wrong:
        obstacle = wrong.message
    if found.request is not None:
        message = f"Its pipeline includes our template once !{found.request.iid} is merged."
        notes.append(Problem(project.path, None, message, Severity.WARNING, f"See {found.request.url}."))
        return draft.IncludeState(is_there=False, obstacle="its merge request is open")
    if command.templates is None:
        message = f"Its pipeline does not include ci-templates/{role}.yml, so nothing of ours runs there."
        fix = "Connect with --templates GROUP/courseline@TAG and --image IMAGE to have that added."
        notes.append(Problem(project.path, None, message, Severity.WARNING, fix))
        return draft.IncludeState(is_there=False, obstacle="no template was named")
    added = {"include": [include_entry(role, command.templates, dict(command.inputs))]}
    entry = around.files.written(added)
    if "@" in project.ci_path or "://" in project.ci_path:
        obstacle = "it lies in another place"
    if obstacle:
        message = f"{project.ci_path} is left as it is: {obstacle}."
        fix = f"Add there: include: {json.dumps(added['include'])}"  # one line, and YAML too
        notes.append(Problem(project.path, None, message, Severity.WARNING, fix))
    return draft.IncludeState(is_there=False, entry=entry, obstacle=obstacle)


def _unapplied(project: FoundProject) -> Problem:
    message = "No course is registered for this assignments repository, so its events lead to nothing yet."
    return Problem(
        project.path, None, message, Severity.WARNING, "Register it: courseline course apply deployment.yaml."
    )
