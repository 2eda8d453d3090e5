"""Find out what a project is to courseline: by what is registered, then by what it holds."""

from __future__ import annotations

from courseline.domain.connect.found import FoundProject
from courseline.domain.connect.role import Role
from courseline.domain.library.repository_identity import project_identity
from courseline.usecases.connect.connection import Surroundings
from courseline.usecases.connect.forge_setup import ForgeSetup

COURSE_FILE = "course-structure.yaml"
EXAMPLE_FILE = "meta.yaml"


def identity_of(project: FoundProject) -> str:
    """`HOST#ID`, as events and registrations have it."""
    return project_identity(project.url, project.id)


def find_role(project: FoundProject, around: Surroundings) -> tuple[Role, bool]:
    """What a project is, and whether that is registered.

    Students fork templates, and a template holds `meta.yaml` files as example repositories do: neither is ever taken
    for a repository of examples.

    Raises:
        NeighbourFailed: GitLab or the database is away.
    """
    return _registered(project, around) or (_by_contents(project, around.forge), False)


def _registered(project: FoundProject, around: Surroundings) -> tuple[Role, bool] | None:
    url = around.neighbours.resolve_url(project.git_url)
    with around.neighbours.database.transaction() as rows:
        if rows.courses.by_assignments(url) is not None:
            return Role.ASSIGNMENTS, True
        if rows.courses.by_template(url) is not None:
            return Role.TEMPLATE, True
        known = rows.library.repository(urls=[url], project=identity_of(project))
    return None if known is None else (Role.EXAMPLES, True)


def _by_contents(project: FoundProject, forge: ForgeSetup) -> Role:
    if project.is_fork or project.default_branch is None or project.is_empty:
        return Role.OTHER
    if project.path.endswith("student-template"):
        return Role.TEMPLATE
    if forge.file(project, COURSE_FILE, project.default_branch) is not None:
        return Role.ASSIGNMENTS
    return Role.EXAMPLES if forge.holds(project, EXAMPLE_FILE) else Role.OTHER
