"""Reconcile: look at every repository itself and queue what no event told of. Events are only hints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from uuid import UUID

from courseline.domain.course.course import Course
from courseline.domain.library.example import ExampleRepository
from courseline.domain.library.publication import parse_release_tag
from courseline.domain.library.source_type import is_bucket
from courseline.domain.paths import printable
from courseline.errors import CourselineError, Problem
from courseline.usecases.deploying.read_assignments import Head
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.react.deploy_course import left_open, wanted
from courseline.usecases.react.job import (
    PIPELINE_HEAD_START,
    deploy_course,
    follow_pipeline,
    publish_tag,
)
from courseline.usecases.react.open_places import KnownStarts, open_places
from courseline.usecases.react.queue_wanting import queue_stale
from courseline.usecases.react.receive import queue, tag_key
from courseline.usecases.react.rows import DeliveryState, NewDelivery
from courseline.usecases.react.tell_merged import is_due
from courseline.usecases.react.watch_requests import KnownGroups, watch_requests
from courseline.usecases.react.watch_rows import MERGED, SeenHead
from courseline.usecases.rows import RepositoryCard, Rows

_TAGS = "refs/tags/"


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a pass found.

    Attributes:
        looked_at: repositories that answered.
        queued: tags that nothing was known of, `REPOSITORY TAG`.
        problems: repositories that did not answer; the others were looked at.
        courses: those whose template was queued, `organization/family/course`.
        deploys: those whose deploy was queued.
        requests: merge requests that were queued, `GROUP/PROJECT!IID`.
    """

    looked_at: int
    queued: tuple[str, ...]
    problems: tuple[Problem, ...]
    courses: tuple[str, ...] = ()
    deploys: tuple[str, ...] = ()
    requests: tuple[str, ...] = ()


@dataclass(slots=True)
class Known:
    """What earlier passes of this worker found; only hints, so that they may be lost."""

    starts: KnownStarts = field(default_factory=KnownStarts)
    groups: KnownGroups = field(default_factory=KnownGroups)


def reconcile(neighbours: Neighbours, known: Known | None = None) -> Reconciled:
    """Queue all that no event has told of: release tags, heads of courses, merge requests, places whose time has come.

    A tag is known by repository, name and object, so that a moved tag is a new one and an event and this pass are one
    piece of work. One `git ls-remote` for each repository and course, one call for each group; buckets have no tags.

    Args:
        neighbours: the outside.
        known: what earlier passes found; None for nothing.

    Raises:
        NeighbourFailed: the database is away.
    """
    with neighbours.database.transaction() as rows:
        cards = [card for card in rows.library.repositories() if not is_bucket(card.repository.urls[-1])]
    queued: list[str] = []
    problems: list[Problem] = []
    for done, card in enumerate(cards):
        neighbours.progress("Looking at repositories", done, len(cards))
        try:
            tags = _release_tags(_url(card, neighbours), neighbours)
        except CourselineError as problem:
            problems.append(Problem(card.repository.urls[-1], None, problem.message))
            continue
        with neighbours.database.transaction() as rows:
            queued += [
                f"{card.repository.name} {tag}"
                for tag, oid in tags
                if _queued(card, tag, oid, rows, neighbours)
            ]
    looked_at = len(cards) - len(problems)
    known = known if known is not None else Known()
    heads: dict[UUID, tuple[Course, Head]] = {}
    opened, away = open_places(
        known.starts, neighbours, lambda course, head: heads.update({course.id: (course, head)})
    )
    deploys = _queue_followed(heads, neighbours)
    with neighbours.database.transaction() as rows:
        courses = rows.courses.all()
    requests, hidden = watch_requests(courses, known.groups, neighbours)
    return Reconciled(
        looked_at, tuple(queued), (*problems, *away, *hidden), tuple(opened), tuple(deploys), tuple(requests)
    )


def _queue_followed(heads: Mapping[UUID, tuple[Course, Head]], neighbours: Neighbours) -> list[str]:
    """Queue what the heads of courses, and what is known of their requests and pipelines, ask for."""
    deploys: list[str] = []
    with neighbours.database.transaction() as rows:
        seen, left, library = rows.watch.heads(), left_open(rows, neighbours), rows.watch.library()
        merged = {
            one.course_id for one in rows.watch.requests([MERGED]) if is_due(one, seen.get(one.course_id))
        }
        for course, head in heads.values():
            at = seen.get(course.id) or SeenHead(course.id)
            if not wanted(course.id, head, at, left, library) and course.id not in merged:
                continue
            if rows.queue.put(
                deploy_course(str(course.id), course.assignments_url, delay=PIPELINE_HEAD_START)
            ):
                deploys.append(course.title)
        shas = {course_id: head.sha for course_id, (_, head) in heads.items()}
        queue_stale(shas, rows)
        for one in rows.watch.pipelines():
            if one.is_running and one.course_id in heads:
                rows.queue.put(follow_pipeline(str(one.course_id), one.project, one.number))
    return deploys


def _url(card: RepositoryCard, neighbours: Neighbours) -> str:
    return neighbours.address_of(card.repository.urls[-1])


def _project(repository: ExampleRepository) -> str:
    """`HOST#ID` as events have it, "" for a repository that GitLab has told nothing of."""
    if repository.project_id is None:
        return ""
    host, hash_, _ = repository.identity.partition("#")
    return f"{host if hash_ else urlsplit(repository.urls[-1]).netloc}#{repository.project_id}"


def _release_tags(url: str, neighbours: Neighbours) -> list[tuple[str, str]]:
    with neighbours.git.workspace() as workspace:
        refs = workspace.remote(url, neighbours.credential(url, None, "examples")).refs().refs
    names = {ref.removeprefix(_TAGS): oid for ref, oid in refs.items() if ref.startswith(_TAGS)}
    return sorted((name, oid) for name, oid in names.items() if parse_release_tag(name) is not None)


def _queued(card: RepositoryCard, tag: str, oid: str, rows: Rows, neighbours: Neighbours) -> bool:
    repository = card.repository
    project = _project(repository)
    key = tag_key(project or repository.identity, tag, oid)
    facts = {"repository": repository.name, "tag": printable(tag), "after": oid}
    delivery = NewDelivery(f"found:{key}", key, "tag_push", project or None, facts)
    release = parse_release_tag(tag)
    if release and release.scope is None and rows.library.given(repository.id, release.label):
        rows.inbox.add(delivery, DeliveryState.DONE, "Published already.")
        return False
    number = rows.inbox.add(delivery, DeliveryState.RECEIVED, "")
    if number is None:
        known = rows.inbox.known(key)
        if known is None or known.state is not DeliveryState.IGNORED:
            return False  # it waits, is done, or has failed for a reason that a person must mend
        rows.inbox.reopen(known.number)
        number = known.number
    job = publish_tag(project, _url(card, neighbours), tag, delay=PIPELINE_HEAD_START)
    queue(job, number, rows, neighbours.clock())
    return True
