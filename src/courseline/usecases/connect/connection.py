"""A connection as it is asked for, as it is drafted and as it is shown before anything is changed."""

from __future__ import annotations

from dataclasses import dataclass, field

from courseline.domain.connect.ci_include import Templates
from courseline.domain.connect.draft import IncludeState
from courseline.domain.connect.found import FoundSetup, FoundTag
from courseline.domain.connect.role import Role
from courseline.domain.connect.step import Step
from courseline.domain.connect.webhook import WantedHook
from courseline.domain.library.example import Visibility
from courseline.errors import Problem
from courseline.usecases.connect.forge_setup import ForgeSetup, Place
from courseline.usecases.connect.pipeline_file import EditFiles
from courseline.usecases.library.register_repository import Registration
from courseline.usecases.neighbours import Neighbours


@dataclass(frozen=True, slots=True)
class Connect:
    """What a person asks for.

    Attributes:
        reference: path or number of a group or project.
        receiver: address of the receiver.
        secrets: that it knows.
        organization: that the examples belong to; None for none.
        visibility: who may use them; None for the default.
        templates: where our CI templates are; None leaves pipelines alone.
        inputs: of the templates.
        role: what the project is, when its files do not tell; None to look.
        back_fill: how many of the newest earlier releases are to be published.
        renew: give webhooks their secret again.
    """

    reference: str
    receiver: str
    secrets: tuple[str, ...] = field(repr=False)
    organization: str | None = None
    visibility: Visibility | None = None
    templates: Templates | None = None
    inputs: tuple[tuple[str, str], ...] = ()
    role: Role | None = None
    back_fill: int = 0
    renew: bool = False


@dataclass(frozen=True, slots=True)
class Releases:
    """Release tags that were there before, oldest first.

    Attributes:
        publish: to be published now.
        leave: to be left, also by the reconciler.
        ready: how many are published or wait already.
    """

    publish: tuple[FoundTag, ...] = ()
    leave: tuple[FoundTag, ...] = ()
    ready: int = 0


@dataclass(frozen=True, slots=True)
class ProjectDraft:
    """One project of a connection.

    Attributes:
        found: as it is.
        role: see `Role`.
        identity: `HOST#ID`.
        steps: in the order they are made.
        include: how our template stands in its pipeline file.
        registration: how examples would be registered; None for other projects.
        releases: see `Releases`.
    """

    found: FoundSetup
    role: Role
    identity: str
    steps: tuple[Step, ...]
    include: IncludeState
    registration: Registration | None = None
    releases: Releases = Releases()


@dataclass(frozen=True, slots=True)
class Connection:
    """What would be made.

    Attributes:
        command: asked for.
        place: group or project that was named.
        hook: the webhook as it should be.
        group: the group whose webhook tells of all projects; None when each has its own.
        group_step: what that webhook needs.
        projects: that have something to do with courseline.
        left_alone: paths of the others, with the reason.
        notes: what a person should know.
        unheard: paths of webhooks that never told us anything, and so are to be tested.
    """

    command: Connect
    place: Place
    hook: WantedHook
    group: Place | None
    group_step: Step | None
    projects: tuple[ProjectDraft, ...]
    left_alone: tuple[tuple[str, str], ...]
    notes: tuple[Problem, ...]
    unheard: tuple[Place, ...] = ()

    @property
    def steps(self) -> tuple[Step, ...]:
        """All of them, in the order they are made."""
        own = tuple(step for project in self.projects for step in project.steps)
        return (*((self.group_step,) if self.group_step else ()), *own)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Whom connecting talks to.

    Attributes:
        forge: the GitLab.
        files: edits pipeline files.
        neighbours: all others.
    """

    forge: ForgeSetup
    files: EditFiles
    neighbours: Neighbours
