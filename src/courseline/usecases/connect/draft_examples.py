"""What a repository of examples needs beyond its settings: to be registered, and a word about its earlier releases."""

from __future__ import annotations

from courseline.domain.connect.found import FoundSetup
from courseline.domain.connect.step import Step, StepKind
from courseline.domain.library.example import ExampleRepository
from courseline.domain.library.source_type import source_type
from courseline.errors import Problem
from courseline.usecases.connect.connection import Connect, Releases, Surroundings
from courseline.usecases.connect.earlier_releases import names, sort_releases
from courseline.usecases.connect.find_role import identity_of
from courseline.usecases.library.register_repository import (
    Registration,
    check_options,
    differences,
    find_repository,
    is_recognised,
    proposed,
)


def draft_examples(
    command: Connect, found: FoundSetup, around: Surroundings, notes: list[Problem]
) -> tuple[Registration, Releases, list[Step]]:
    """The registration, the earlier releases, and the steps for both; warnings are added to `notes`.

    Raises:
        InvalidInput: the organization's name can be none.
        Refused: the address is registered as another project, or private to nobody.
    """
    project = found.project
    url, identity = around.neighbours.resolve_url(project.git_url), identity_of(project)
    registration = Registration(
        url, identity, None, command.organization, command.visibility, source_type(project.git_url, identity)
    )
    check_options(registration)
    with around.neighbours.database.transaction() as rows:
        known = find_repository(registration, rows)
        releases = sort_releases(found.tags, identity, known, command.back_fill, rows)
    steps = []
    if known is None:
        after = _described(proposed(registration))
        steps.append(Step(StepKind.REGISTRATION, project.path, "not registered", after))
    else:
        notes += differences(registration, known)
        if not is_recognised(registration, known):
            steps.append(Step(StepKind.REGISTRATION, project.path, f"known as {known.identity}", identity))
    if releases.publish or releases.leave:
        steps.append(_releases_step(project.path, releases))
    return registration, releases, steps


def _described(repository: ExampleRepository) -> str:
    owner = f" to {repository.organization}" if repository.organization else ""
    return f"examples called {repository.name}, {repository.visibility}{owner}"


def _releases_step(where: str, releases: Releases) -> Step:
    published = f"publish {names(releases.publish)}" if releases.publish else ""
    left = f"leave {names(releases.leave)} (--backfill N publishes the newest N)" if releases.leave else ""
    now = f"{len(releases.publish) + len(releases.leave)} unpublished"
    return Step(StepKind.BACK_FILL, where, now, "; ".join(filter(None, (published, left))))
