"""Publish a tag that GitLab, or the reconciler, told of: the same sync as the tag's own pipeline would run."""

from __future__ import annotations

from courseline.domain.library.publication import PublicationStatus
from courseline.domain.library.source_type import source_type
from courseline.domain.paths import printable
from courseline.errors import CourselineError, NeighbourFailed
from courseline.usecases.library.register_repository import Registration
from courseline.usecases.library.sync import Synced, SyncRelease, sync
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.react.rows import DeliveryState

Ending = tuple[DeliveryState, str]


def publish_tag(project: str, url: str, tag: str, neighbours: Neighbours, *, wait: float = 60.0) -> Ending:
    """Publish a tag of a registered repository.

    Args:
        project: `HOST#ID`, "" when it is not known.
        url: for git, as the event had it; the registered address is used where there is one.
        tag: without `refs/tags/`.
        neighbours: the outside.
        wait: seconds to wait for another writer of the repository.

    Returns:
        How the event ended, and what to tell of it.

    Raises:
        NeighbourFailed: something did not answer; trying again later is right.
    """
    try:
        identity = neighbours.resolve_url(url)
        with neighbours.database.transaction() as rows:
            known = rows.library.repository(urls=[identity], project=project or None)
        if known is None:
            return DeliveryState.IGNORED, _unregistered(url)
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
