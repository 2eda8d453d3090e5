"""Open work: a job shows who it is, and is given a work order for one repository, or told why not."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID, uuid4

from courseline.domain.course.course import Course
from courseline.domain.ledger.claims import Claims, refusal, wrong_branch
from courseline.domain.ledger.work_order import LEASE_SECONDS, WorkKind, WorkState
from courseline.domain.library.example import ExampleRepository
from courseline.domain.paths import printable
from courseline.errors import Busy, NotFound, Refused
from courseline.usecases.forge import ForgeProject
from courseline.usecases.jobs.find_work import Owner, find_course, find_repository, host_of
from courseline.usecases.jobs.queue_settling import queue_settling
from courseline.usecases.jobs.rows import TableCopy, WorkOrder
from courseline.usecases.jobs.work_inputs import checked_inputs
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.ports import Credential
from courseline.usecases.rows import Rows


@dataclass(frozen=True, slots=True)
class OpenWork:
    """A job asks for work.

    Attributes:
        kind: of work.
        inputs: see `work_inputs`.
        claims: of its verified id_token.
        gitlab: address of the GitLab that made it.
        environments: what the names of the environments begin with.
    """

    kind: WorkKind
    inputs: Mapping[str, object]
    claims: Claims
    gitlab: str
    environments: str = "courseline"


@dataclass(frozen=True, slots=True, repr=False)
class OpenedWork:
    """A work order with all that its job needs; never printed, for it holds secrets.

    Attributes:
        order: as recorded.
        key: with which the job comes back; good for this order only, and only until its work is recorded.
        rows: what the use case reads.
        credentials: kind (`source`, `template`) -> URL and secret.
        projects: URL -> what GitLab says of the project there; None where it was not asked.
    """

    order: WorkOrder
    key: str
    rows: Sequence[TableCopy]
    credentials: Mapping[str, tuple[str, Credential]]
    projects: Mapping[str, ForgeProject | None]


def open_work(command: OpenWork, neighbours: Neighbours, reader: Neighbours) -> OpenedWork:
    """Give a job the work it asks for, when it may do it; the same token and question again get the same order.

    Args:
        command: the question.
        neighbours: the outside, with secrets that may be given to the job.
        reader: the same with secrets that stay here, by which repositories are looked at.

    Raises:
        InvalidInput: an input that is not one.
        Refused: the job may not, or its project is not registered; the message names what to do.
        Busy: somebody else writes there, or what they wrote is not recorded yet.
        NeighbourFailed: database or repository do not answer.
    """
    inputs = checked_inputs(command.kind, command.inputs)
    claims = command.claims
    why = refusal(command.kind, claims, command.environments)
    if why is not None:
        raise Refused(f"Opening a {command.kind} for {printable(claims.project_path)}: {why}")
    if command.kind is WorkKind.SYNC and inputs["tag"] != claims.ref:
        raise Refused(
            f"Opening a sync for {printable(claims.project_path)}: the job is for the tag {printable(claims.ref)} and asks"
            f" for {printable(str(inputs['tag']))}. Leave --ref out."
        )
    find = find_repository if command.kind is WorkKind.SYNC else find_course
    owner = find(claims, command.gitlab, neighbours)
    order = _order(command, inputs, owner, reader)
    if command.kind is WorkKind.SYNC and order.state is WorkState.OPEN:
        neighbours.store.check()  # a job makes no bucket
    key = secrets.token_urlsafe(32)
    with neighbours.database.transaction() as rows:
        known = rows.work.by_token(order.token_id, order.kind)
        if known is not None:
            order = _same(known, order)
            rows.work.renew_key(order.id, hashed(key))
        else:
            left = None if order.state is WorkState.READING else rows.work.unsettled(order.target)
            if left is not None:
                order = replace(order, message=_waits_for(left, rows, neighbours))
            else:
                rows.work.open(order, hashed(key))
    if order.message:
        raise Busy(order.message)
    with neighbours.database.transaction() as rows:
        if isinstance(owner, Course):
            copies = rows.work.copy_course(owner.id)
        else:
            copies = rows.work.copy_repository(owner.id, owner.identity)
    return OpenedWork(order, key, copies, *_given(command.kind, owner, neighbours))


def hashed(key: str) -> str:
    """How a key is kept: it is as random as its digest, so that no salt is needed."""
    return hashlib.sha256(key.encode()).hexdigest()


def _order(
    command: OpenWork, inputs: Mapping[str, object], owner: Owner, neighbours: Neighbours
) -> WorkOrder:
    claims, now = command.claims, neighbours.clock()
    heads: dict[str, str | None] = {}
    if isinstance(owner, Course):
        heads = _heads(command, inputs, owner, neighbours)
        target = (
            owner.template_identity
            if command.kind is WorkKind.STUDENT_TEMPLATE
            else owner.assignments_identity
        )
        url = owner.assignments_url
    else:
        target, url = owner.identity, _source(command, inputs, owner, neighbours)
    return WorkOrder(
        id=uuid4(),
        kind=command.kind,
        target=target,
        url=url,
        course_id=owner.id if isinstance(owner, Course) else None,
        repository_id=owner.id if isinstance(owner, ExampleRepository) else None,
        inputs=inputs,
        holder=f"job {claims.job_id} of {printable(claims.project_path)} ({command.kind})",
        actor=f"{host_of(command.gitlab)}#{claims.user_id}",
        token_id=claims.token_id,
        evidence=claims.evidence(),
        heads=heads,
        state=WorkState.READING if inputs.get("dry_run") else WorkState.OPEN,
        started_at=now,
        expires_at=now + timedelta(seconds=LEASE_SECONDS),
    )


def _source(
    command: OpenWork, inputs: Mapping[str, object], owner: ExampleRepository, neighbours: Neighbours
) -> str:
    """Where git finds the repository: what the job names, when that is an address of its own."""
    own = f"{command.gitlab.rstrip('/')}/{command.claims.project_path}.git"
    url = str(inputs.get("source") or own)
    if neighbours.resolve_url(url) not in {*owner.urls, neighbours.resolve_url(own)}:
        raise Refused(
            f"Opening a sync for {printable(command.claims.project_path)}: {printable(url)} is not its address. Leave"
            " --source out."
        )
    return url


def _heads(
    command: OpenWork, inputs: Mapping[str, object], course: Course, neighbours: Neighbours
) -> dict[str, str | None]:
    """Where the course's repositories stand; the job's branch is the default one, or it is refused."""
    heads: dict[str, str | None] = {}
    places = [(course.assignments_url, course.assignments_identity, "source")]
    if command.kind is WorkKind.STUDENT_TEMPLATE:
        places.append((course.template_url, course.template_identity, "template"))
    with neighbours.git.workspace() as workspace:
        for url, identity, kind in places:
            shown = workspace.remote(url, neighbours.credential(url, course.id, kind)).refs()
            branch = shown.head_branch or "main"
            heads[identity] = shown.refs.get(f"refs/heads/{branch}")
            if kind == "source":
                asked = inputs.get("branch") or branch
                why = wrong_branch(command.claims, branch)
                if why is not None or asked != branch:
                    why = why or f"--branch {asked} is not the default branch {branch}."
                    raise Refused(f"Opening a {command.kind} for {course.title}: {why}")
    return heads


def _same(known: WorkOrder, asked: WorkOrder) -> WorkOrder:
    """The order that this token has opened, when the question is the same.

    Raises:
        Refused: it is another question, or that work has ended.
    """
    if (known.target, known.inputs) != (asked.target, asked.inputs) or known.state not in {
        WorkState.OPEN,
        WorkState.READING,
    }:
        raise Refused(
            f"Opening a {asked.kind} on {asked.target}: this id_token has opened one already. GitLab makes a new token for"
            " each job; run the job again."
        )
    return known


def _waits_for(left: WorkOrder, rows: Rows, neighbours: Neighbours) -> str:
    """What stands in the way, in words; work whose job has vanished is queued to be recorded."""
    if left.state is WorkState.OPEN and left.expires_at > neighbours.clock():
        return f"Waiting to write to {left.target}: {left.holder} is writing to it."
    queue_settling(left, rows)
    return (
        f"Waiting to write to {left.target}: what {left.holder} did there is not recorded yet. `courseline worker` does"
        " that; see that one runs."
    )


def _given(
    kind: WorkKind, owner: Owner, neighbours: Neighbours
) -> tuple[dict[str, tuple[str, Credential]], dict[str, ForgeProject | None]]:
    """Secrets of this course only, and what GitLab says of the project that is pushed to."""
    if not isinstance(owner, Course):
        return {}, {}
    urls = {"source": owner.assignments_url}
    if kind is WorkKind.STUDENT_TEMPLATE:
        urls["template"] = owner.template_url
    found = {name: (url, neighbours.credential(url, owner.id, name)) for name, url in urls.items()}
    credentials = {
        name: (url, credential) for name, (url, credential) in found.items() if credential is not None
    }
    projects: dict[str, ForgeProject | None] = {}
    asks = owner.template_project_id is not None or owner.template_visibility is not None
    if kind is WorkKind.STUDENT_TEMPLATE and asks:
        try:
            projects[owner.template_url] = neighbours.find_project(owner.template_url)
        except NotFound as missing:
            raise Refused(missing.message, missing.problems) from missing
    return credentials, projects


def may_read(order: WorkOrder, rows: Rows) -> set[UUID]:
    """The example repositories whose objects the order's job may read."""
    if order.course_id is not None:
        return rows.work.repositories_of(order.course_id)
    return {order.repository_id} if order.repository_id is not None else set()
