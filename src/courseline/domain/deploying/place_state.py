"""What is at a place now: the directory, what courseline recorded of it, and whether a person changed it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from courseline.domain.deploying.deployment import Deployment, DeploymentStatus
from courseline.domain.deploying.render import RENDERER
from courseline.domain.deploying.tracking import Tracking
from courseline.domain.tree import Tree

TRACKING_FILE = ".example-library"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What courseline put there last, as far as the repository still says so.

    Attributes:
        example_id: the example.
        version_id: the version.
        label: as shown then.
        rendered_tree: tree id of the render.
        renderer: number of the rules it was rendered by.
        dependencies: dependency example id -> version id.
        deployed_at: when, None when nobody knows.
    """

    example_id: UUID
    version_id: UUID
    label: str
    rendered_tree: str
    renderer: int
    dependencies: Mapping[UUID, UUID]
    deployed_at: datetime | None = None

    def holds(self, version_id: UUID, dependencies: Mapping[UUID, UUID]) -> bool:
        """Whether this version with these dependencies is there, rendered by the rules of today."""
        return (
            self.version_id == version_id
            and self.renderer == RENDERER
            and dict(self.dependencies) == dict(dependencies)
        )


@dataclass(frozen=True, slots=True)
class Tracked:
    """What a tracking file says, as far as a plan needs it.

    Attributes:
        course_content_id: the content whose place it is; in any other place the file does not count.
        recorded: what was put there.
    """

    course_content_id: UUID
    recorded: Recorded

    @classmethod
    def of(cls, tracking: Tracking) -> Tracked:
        """That of a file that was read."""
        dependencies = {entry.example_id: entry.example_version_id for entry in tracking.dependencies}
        return cls(
            tracking.course_content_id,
            Recorded(
                tracking.example_id,
                tracking.example_version_id,
                tracking.example_version,
                tracking.rendered_tree,
                tracking.renderer,
                dependencies,
                tracking.deployed_at,
            ),
        )


def tracked_by_blob(deployments: Iterable[Deployment]) -> dict[str, Tracked]:
    """Blob id -> what it says, of the tracking files that the last deploys wrote: those need not be read.

    Args:
        deployments: the database's records of a course.
    """
    return {
        oid: Tracked(deployment.content_id, known)
        for deployment in deployments
        if isinstance(oid := deployment.metadata.get("tracking"), str)
        and (known := _from_database(deployment)) is not None
    }


@dataclass(frozen=True, slots=True)
class PlaceState:
    """A place as it stands.

    Attributes:
        directory: in the assignments repository.
        tree: its files without the tracking file.
        recorded: see `Recorded`; None when nothing of ours is there.
        notes: what a person should know (reverted, deleted, foreign tracking file).
        reverted: the repository holds something else than courseline put there last.
        blocked: file of the repository that stands where the directory would have to be.
    """

    directory: str
    tree: Tree
    recorded: Recorded | None
    notes: tuple[str, ...] = ()
    reverted: bool = False
    blocked: str | None = None

    @property
    def current_tree(self) -> str | None:
        """Tree id of the directory, None when there is none."""
        return self.tree.oid if self.tree else None

    @property
    def is_customized(self) -> bool:
        """Whether the directory differs from what was rendered; decided without reading a blob."""
        return self.recorded is not None and self.tree.oid != self.recorded.rendered_tree


def place_state(
    directory: str,
    content_id: UUID,
    files: Tree,
    tracking: Tracked | None,
    deployment: Deployment | None,
) -> PlaceState:
    """Decide what is at a place.

    On what is deployed the repository wins; on what courseline did the database wins. A tracking file that is
    missing, unreadable or another place's does not count: then the database alone knows what was deployed.

    Args:
        directory: the place's directory.
        content_id: the content whose place it is.
        files: everything below the directory, with the tracking file when there is one.
        tracking: what the tracking file says, None when it is missing or unreadable.
        deployment: the database's record.
    """
    tree = files.without(TRACKING_FILE, oid=_as_deployed(files, deployment))
    known = _from_database(deployment) if deployment is not None else None
    if tracking is not None and tracking.course_content_id == content_id:
        return _from_tracking(directory, tree, tracking.recorded, known, deployment)
    notes: list[str] = []
    if files.get(TRACKING_FILE) is not None:
        why = "cannot be read" if tracking is None else "belongs to another place"
        notes.append(f"{directory}/{TRACKING_FILE} {why} and does not count")
    elif known is not None and tree:
        notes.append(f"{directory}/{TRACKING_FILE} is gone; the database still knows what was deployed")
    if tree:
        return PlaceState(directory, tree, known, tuple(notes))
    if known is not None:
        notes.append(f"the directory {directory} was deleted in the repository")
    return PlaceState(directory, tree, None, tuple(notes), reverted=known is not None)


def _as_deployed(files: Tree, deployment: Deployment | None) -> str | None:
    """Tree id without the tracking file, when the directory is what the last deploy left: nothing is compared then."""
    if deployment is None or files.oid != deployment.metadata.get("directory_tree"):
        return None
    return deployment.rendered_tree


def _from_tracking(
    directory: str, tree: Tree, recorded: Recorded, known: Recorded | None, deployment: Deployment | None
) -> PlaceState:
    if known is None:
        back = deployment is not None and deployment.status is DeploymentStatus.UNASSIGNED
        notes = (f"the repository has {recorded.label} again, which had been removed",) if back else ()
        return PlaceState(directory, tree, recorded, notes, reverted=back)
    if _facts(known) == _facts(recorded):
        return PlaceState(directory, tree, replace(recorded, rendered_tree=known.rendered_tree))
    if known.version_id == recorded.version_id:
        note = f"the repository holds {recorded.label} with other dependencies than were deployed last"
    else:
        note = f"the repository holds {recorded.label} where {known.label} had been deployed"
    return PlaceState(directory, tree, recorded, (note,), reverted=True)


def _facts(recorded: Recorded) -> tuple[UUID, int, dict[UUID, UUID]]:
    return recorded.version_id, recorded.renderer, dict(recorded.dependencies)


def _from_database(deployment: Deployment) -> Recorded | None:
    version, rendered_tree = deployment.deployed_version_id, deployment.rendered_tree
    if version is None or rendered_tree is None or deployment.example_id is None:
        return None
    renderer = deployment.metadata.get("renderer")
    return Recorded(
        deployment.example_id,
        version,
        deployment.label or "",
        rendered_tree,
        renderer if isinstance(renderer, int) else 0,
        _dependencies_of(deployment),
        deployment.deployed_at,
    )


def _dependencies_of(deployment: Deployment) -> dict[UUID, UUID]:
    entries = deployment.metadata.get("dependencies")
    if not isinstance(entries, dict):
        return {}
    return {UUID(example): UUID(version) for example, version in entries.items()}
