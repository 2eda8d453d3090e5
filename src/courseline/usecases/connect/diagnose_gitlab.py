"""The part of the diagnosis that asks GitLab: is it there, may we, and does it tell us of every registered project."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime

from courseline.domain.connect import gitlab_checks, machine_checks
from courseline.domain.connect.finding import Finding, Level
from courseline.domain.connect.found import FoundHook, FoundProject
from courseline.domain.connect.webhook import WantedHook, ours, wanted_hook
from courseline.errors import CourselineError, NeighbourFailed, NotFound, Refused
from courseline.usecases.connect.connection import Surroundings
from courseline.usecases.connect.forge_setup import ForgeSetup, Place, PlaceKind


def diagnose_gitlab(
    open_gitlab: Callable[[], Surroundings],
    *,
    clock: Callable[[], datetime],
    secrets: tuple[str, ...],
    receiver: str | None,
    has_database: bool,
    fix: bool,
) -> list[Finding]:
    """Every check of GitLab.

    Args:
        open_gitlab: makes the way to it.
        clock: ours.
        secrets: of webhooks.
        receiver: its address; None when that is not said.
        has_database: registered projects can be asked for.
        fix: switch webhooks on again that GitLab has switched off.
    """
    try:
        around = open_gitlab()
        server = around.forge.server()
    except NeighbourFailed as away:
        return [Finding("GitLab", Level.AWAY, away.message)]
    except CourselineError as wrong:
        return [Finding("GitLab", Level.FAIL, wrong.message)]
    findings = [
        gitlab_checks.check_version(server.version, server.number),
        machine_checks.check_clock("GitLab", server.time, clock()),
    ]
    today = clock().date()
    findings += _token(around.forge, today)
    if not has_database:
        return findings
    findings += _told_tokens(around, today)
    if receiver is None:
        remedy = "Set COURSELINE_SERVER, so that the webhooks that send to it can be found."
        return [*findings, Finding("webhooks", Level.WARN, "not looked at", remedy)]
    try:
        wanted = wanted_hook(receiver, secrets, server.number)
    except Refused as wrong:
        return [*findings, Finding("webhooks", Level.FAIL, wrong.message)]
    return [*findings, *_projects(around, wanted, fix=fix)]


def _token(forge: ForgeSetup, today: date) -> list[Finding]:
    try:
        token = forge.token()
    except NeighbourFailed as away:
        return [Finding("GitLab token", Level.AWAY, away.message)]
    except CourselineError as wrong:
        return [Finding("GitLab token", Level.FAIL, wrong.message)]
    return [
        gitlab_checks.check_token_scopes(token.scopes, active=token.active, is_admin=token.is_admin),
        gitlab_checks.check_token_expiry(token.expires_on, today),
    ]


def _told_tokens(around: Surroundings, today: date) -> list[Finding]:
    """Tokens of projects and groups that GitLab told of: it does so a week before they end."""
    with around.neighbours.database.transaction() as rows:
        told = rows.inbox.expiring_tokens(today)
    found = []
    for event in told:
        of = event.facts.get("project")
        path = str(of.get("path")) if isinstance(of, dict) else event.project or ""
        ends = date.fromisoformat(str(event.facts["expires_on"])[:10])
        name = f"{path}, {event.facts.get('name')}"
        found.append(gitlab_checks.check_token_expiry(ends, today, name))
    return [one for one in found if one.level is not Level.OK]


def _projects(around: Surroundings, wanted: WantedHook, *, fix: bool) -> list[Finding]:
    hooks: list[Finding] = []
    tags: list[Finding] = []
    groups: dict[str, FoundHook | None] = {}
    for done, (url, is_examples) in enumerate(registered := list(_registered(around))):
        around.neighbours.progress("Looking at webhooks", done, len(registered))
        try:
            project = around.forge.project(around.forge.path_of(url) or "")
            if project is None:
                remedy = "Was it moved or removed, or may our token's user not see it?"
                hooks.append(Finding(f"project {url}", Level.FAIL, "GitLab shows us none", remedy))
                continue
            hooks.append(_hook(around.forge, project, wanted, groups, fix=fix))
            if is_examples:
                tags.append(gitlab_checks.check_tags(project.path, around.forge.protected_tags(project)))
        except NeighbourFailed as away:
            return [*hooks, *tags, Finding("webhooks", Level.AWAY, away.message)]
        except CourselineError as wrong:
            hooks.append(Finding(f"webhook of {url}", Level.FAIL, wrong.message))
    if not registered:
        return [Finding("webhooks", Level.OK, "no project of this GitLab is registered")]
    return [*gitlab_checks.merged(hooks, "webhooks"), *gitlab_checks.merged(tags, "protected tags")]


def _registered(around: Surroundings) -> Iterator[tuple[str, bool]]:
    """Addresses on this GitLab, and whether examples are there."""
    with around.neighbours.database.transaction() as rows:
        examples = [card.repository.urls[-1] for card in rows.library.repositories() if card.repository.urls]
        courses = [course.assignments_url for course in rows.courses.all()]
    for url, is_examples in [*((url, True) for url in examples), *((url, False) for url in courses)]:
        address = around.neighbours.address_of(url)
        if around.forge.path_of(address) is not None:
            yield address, is_examples


def _hook(
    forge: ForgeSetup,
    project: FoundProject,
    wanted: WantedHook,
    groups: dict[str, FoundHook | None],
    *,
    fix: bool,
) -> Finding:
    place = Place(PlaceKind.PROJECT, project.id, project.path)
    found = ours(forge.hooks(place), wanted.url)
    if found is None:
        place, found = _group_hook(forge, project, wanted, groups) or (place, None)
    fixed = False
    if fix and found is not None and found.alert != "executable":
        try:
            forge.test_hook(place, found.id)
            fixed = True
        except Refused as still:
            check = f"webhook of {place.path}"
            return Finding(
                check,
                Level.FAIL,
                f"still off: {still.message}",
                "Mend what is between GitLab and the receiver.",
            )
    return gitlab_checks.check_hook(
        place.path if found is not None else project.path, found, wanted, fixed=fixed
    )


def _group_hook(
    forge: ForgeSetup, project: FoundProject, wanted: WantedHook, groups: dict[str, FoundHook | None]
) -> tuple[Place, FoundHook] | None:
    """The webhook of a group above the project; each group is asked once."""
    path = project.path
    while "/" in path:
        path = path.rpartition("/")[0]
        group = forge.group(path)
        if group is None:
            continue
        place = Place(PlaceKind.GROUP, group.id, group.path)
        if path not in groups:
            try:
                groups[path] = ours(forge.hooks(place), wanted.url)
            except (NotFound, Refused):  # not Premium, or we are no owner
                groups[path] = None
        found = groups[path]
        if found is not None:
            return place, found
    return None
