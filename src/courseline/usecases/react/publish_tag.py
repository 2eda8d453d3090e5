"""Publish a tag that GitLab, or the reconciler, told of: the same sync as the tag's own pipeline would run."""

from __future__ import annotations

from uuid import UUID

from courseline.domain.library.publication import PublicationStatus, parse_release_tag
from courseline.domain.library.source_type import source_type
from courseline.domain.paths import printable
from courseline.errors import CourselineError, NeighbourFailed
from courseline.usecases.library.register_repository import Registration
from courseline.usecases.library.sync import Synced, SyncRelease, sync
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.react.rows import DeliveryState
from courseline.usecases.react.running_pipeline import pipeline_of_tag

Ending = tuple[DeliveryState, str]


def publish_tag(
    project: str, url: str, tag: str, neighbours: Neighbours, *, wait: float = 60.0, patient: bool = True
) -> Ending:
    """Publish a tag of a registered repository.

    Args:
        project: `HOST#ID`, "" when it is not known.
        url: for git, as the event had it; the registered address is used where there is one.
        tag: without `refs/tags/`.
        neighbours: the outside.
        wait: seconds to wait for another writer of the repository.
        patient: leave it to the tag's own pipeline as long as that runs.

    Returns:
        How the event ended, and what to tell of it; `RECEIVED` when it has to be looked at again.

    Raises:
        NeighbourFailed: something did not answer; trying again later is right.
    """
    try:
        identity = neighbours.resolve_url(url)
        with neighbours.database.transaction() as rows:
            known = rows.library.repository(urls=[identity], project=project or None)
        if known is None:
            return DeliveryState.IGNORED, _unregistered(url)
        own = pipeline_of_tag(neighbours.address_of(known.urls[-1]), tag, neighbours)
        if own is not None and own[1] and patient:
            return DeliveryState.RECEIVED, f"Pipeline {own[0].id} is about to publish it."
        if own is not None and own[0].status == "success" and _is_published(known.id, tag, neighbours):
            return (
                DeliveryState.DONE,
                f"{known.name} {printable(tag)}: pipeline {own[0].id} has published it.",
            )
        registration = Registration(
            url=identity, project=project or None, source_type=source_type(url, project or None)
        )
        source = neighbours.address_of(url) if url == identity else url
        return _told(sync(SyncRelease(source, tag, registration, wait), neighbours))
    except NeighbourFailed:
        raise
    except CourselineError as refused:  # the same again tomorrow: a person has to change something first
        first = f" {refused.problems[0].where}: {refused.problems[0].sentence}" if refused.problems else ""
        return DeliveryState.FAILED, refused.message + first


def _is_published(repository_id: UUID, tag: str, neighbours: Neighbours) -> bool:
    """Whether every example has the label; of a tag for one example only a sync knows."""
    release = parse_release_tag(tag)
    if release is None or release.scope is not None:
        return False
    with neighbours.database.transaction() as rows:
        return bool(rows.library.given(repository_id, release.label))


def _unregistered(url: str) -> str:
    return (
        f"{printable(url)} is no registered example repository. Register it with `courseline repositories add`, or let"
        " its own pipeline publish the first tag."
    )


def _told(synced: Synced) -> Ending:
    if synced.ignored:
        return DeliveryState.IGNORED, f"{printable(synced.tag)} is no release tag."
    refused = synced.count(PublicationStatus.REFUSED)
    counted = (
        f"{synced.count(PublicationStatus.PUBLISHED)} published, {synced.count(PublicationStatus.LABELLED)} labelled,"
        f" {synced.count(PublicationStatus.UNCHANGED)} unchanged, {refused} refused."
    )
    problems = [problem for example in synced.examples for problem in example.problems if refused]
    first = f" First: {problems[0].where}: {problems[0].sentence}" if problems else ""
    return DeliveryState.DONE, f"{synced.repository} {printable(synced.tag)}: {counted}{first}"
