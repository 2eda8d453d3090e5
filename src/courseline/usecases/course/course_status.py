"""How courses stand: what is at each place, since when, and whether something newer is out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from courseline.domain.course.course import Content, ContentKind, Course
from courseline.domain.deploying.deployment import Deployment, DeploymentStatus
from courseline.domain.ledger.history import Action
from courseline.domain.library.label import Label
from courseline.domain.library.version import LabelledVersion
from courseline.usecases.course.find_course import course_of_assignments, course_of_reference
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.rows import Rows

_BROUGHT = frozenset({Action.DEPLOYED, Action.MOVED})
_WAITING = frozenset({DeploymentStatus.PENDING, DeploymentStatus.DEPLOYING})


@dataclass(frozen=True, slots=True)
class PlaceStatus:
    """A submittable content of a course.

    Attributes:
        path: ltree path.
        title: for people.
        directory: in the assignments repository, None before the first deploy.
        status: None for a content without an example.
        example: `REPO:identifier`, None when there is none.
        label: version that is there, as shown; None before the first success.
        update: highest release above it with other content, as shown; None when there is none.
        is_customized: whether the last deploy found the directory changed by a person.
        deployed_at: when the version came, UTC.
        deployed_by: who brought it, `host#user-id` or `local:USER`.
    """

    path: str
    title: str
    directory: str | None
    status: DeploymentStatus | None
    example: str | None
    label: str | None
    update: str | None
    is_customized: bool
    deployed_at: datetime | None
    deployed_by: str | None


@dataclass(frozen=True, slots=True)
class CourseStatus:
    """A course and its places, in the order of its file."""

    course: Course
    places: tuple[PlaceStatus, ...]

    def count(self, *statuses: DeploymentStatus) -> int:
        """How many places have one of these statuses."""
        return sum(place.status in statuses for place in self.places)

    @property
    def total(self) -> int:
        """Places that have, or are to have, an example."""
        return sum(place.status is not None for place in self.places)

    @property
    def deployed(self) -> int:
        """Places that hold what was asked for."""
        return self.count(DeploymentStatus.DEPLOYED)

    @property
    def pending(self) -> int:
        """Places whose deploy is to come or under way."""
        return self.count(*_WAITING)

    @property
    def failed(self) -> int:
        """Places whose last deploy did not succeed."""
        return self.count(DeploymentStatus.FAILED)

    @property
    def updates_available(self) -> int:
        """Places for which something newer is out."""
        return sum(place.update is not None for place in self.places)


def course_status(reference: str | None, assignments_url: str | None, neighbours: Neighbours) -> CourseStatus:
    """How one course stands, as its last deploy left it; no repository is asked.

    Args:
        reference: organization/family/course, course path or id.
        assignments_url: or its assignments repository. Without either the only registered course is meant.
        neighbours: the outside.

    Raises:
        NotFound: no such course.
        InvalidInput: it is not clear which one is meant.
    """
    if assignments_url is not None:
        course = course_of_assignments(assignments_url, neighbours)
        with neighbours.database.transaction() as rows:
            return _status(course, rows)
    with neighbours.database.transaction() as rows:
        return _status(course_of_reference(reference, rows), rows)


def list_courses(neighbours: Neighbours) -> list[CourseStatus]:
    """Every course, ordered by title."""
    with neighbours.database.transaction() as rows:
        return [_status(course, rows) for course in rows.courses.all()]


def _status(course: Course, rows: Rows) -> CourseStatus:
    deployments = rows.ledger.deployments(course.id)
    kinds = {entry.slug: entry.kind for entry in rows.courses.types(course.id)}
    versions = rows.library.versions(
        {one.deployed_version_id for one in deployments.values() if one.deployed_version_id is not None}
    )
    labels = rows.library.labels({version.example_id for version in versions.values()})
    actors = _actors(course, rows) if deployments else {}
    places: list[PlaceStatus] = []
    for content in rows.courses.contents(course.id):
        if kinds.get(content.type_slug) is not ContentKind.ASSIGNMENT:
            continue
        deployment = deployments.get(content.id)
        there = deployment.deployed_version_id if deployment is not None else None
        known = labels.get(versions[there].example_id, []) if there in versions else []
        places.append(_place(content, deployment, known, actors.get(content.id)))
    return CourseStatus(course, tuple(places))


def _place(
    content: Content,
    deployment: Deployment | None,
    labels: Sequence[LabelledVersion],
    actor: str | None,
) -> PlaceStatus:
    if deployment is None or deployment.status is DeploymentStatus.UNASSIGNED:
        directory = content.directory or (deployment.directory if deployment else None)
        return PlaceStatus(content.path, content.title, directory, None, None, None, None, False, None, None)
    is_there = deployment.deployed_version_id is not None
    return PlaceStatus(
        path=content.path,
        title=content.title,
        directory=content.directory or deployment.directory,
        status=deployment.status,
        example=deployment.identifier,
        label=deployment.label if is_there else None,
        update=update_for(deployment, labels) if is_there else None,
        is_customized=deployment.is_customized,
        deployed_at=deployment.deployed_at if is_there else None,
        deployed_by=actor if is_there else None,
    )


def update_for(deployment: Deployment, labels: Sequence[LabelledVersion]) -> str | None:
    """The highest release above what is deployed, when its content is another; withdrawn ones do not count.

    Args:
        deployment: of a place that holds a version.
        labels: all labels of that example.
    """
    own = [known.label for known in labels if known.version_id == deployment.deployed_version_id]
    recorded = Label.parse(deployment.label or "")
    here = max(own, default=recorded)
    above = [
        known
        for known in labels
        if not known.withdrawn
        and not known.label.is_prerelease
        and known.version_id != deployment.deployed_version_id
        and (here is None or known.label > here)
    ]
    return max(above, key=lambda known: known.label).label.shown if above else None


def _actors(course: Course, rows: Rows) -> Mapping[UUID, str]:
    """Who brought what is at each content, by the last entry of the history that says so."""
    return {
        row.event.content_id: row.event.actor
        for row in rows.ledger.history(course.id)
        if row.event.content_id is not None and row.event.action in _BROUGHT
    }
