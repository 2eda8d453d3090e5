"""Release tags that were there before a repository was connected: which are published, which are left.

The reconciler publishes every release of a registered repository that no delivery tells of. So that a repository with a
long past does not publish all of it unasked, what is left is recorded as told of and done.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from courseline.domain.connect.found import FoundTag
from courseline.domain.library.example import ExampleRepository
from courseline.domain.library.publication import parse_release_tag
from courseline.domain.paths import printable
from courseline.usecases.connect.connection import Releases
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.react.job import publish_tag
from courseline.usecases.react.receive import queue, tag_key
from courseline.usecases.react.rows import DeliveryState, NewDelivery
from courseline.usecases.rows import Rows

LEFT = "It was there before the repository was connected, and its back-fill was not asked for."
_ENDED = {DeliveryState.IGNORED, DeliveryState.FAILED}


def sort_releases(
    tags: Sequence[FoundTag], identity: str, known: ExampleRepository | None, back_fill: int, rows: Rows
) -> Releases:
    """Tell which of a project's tags are to be published.

    Args:
        tags: all of them, newest first.
        identity: `HOST#ID` of the project.
        known: the repository; None when it is yet to be registered.
        back_fill: how many of the newest are wanted.
        rows: one transaction.
    """
    releases = [tag for tag in tags if parse_release_tag(tag.name) is not None]
    waiting = [tag for tag in releases if not _is_ready(tag, identity, known, rows)]
    wanted = [tag for tag in releases[:back_fill] if tag in waiting]
    leave = [tag for tag in waiting if tag not in wanted] if known is None else []
    return Releases(tuple(reversed(wanted)), tuple(reversed(leave)), len(releases) - len(waiting))


def settle_releases(
    releases: Releases,
    repository: ExampleRepository,
    identity: str,
    url: str,
    rows: Rows,
    neighbours: Neighbours,
) -> int:
    """Queue what is to be published, oldest first, and record what is left; answers how many were queued."""
    for tag in releases.leave:
        rows.inbox.add(_delivery(tag, repository, identity), DeliveryState.DONE, LEFT)
    queued = 0
    for tag in releases.publish:
        delivery = _delivery(tag, repository, identity)
        number = rows.inbox.add(delivery, DeliveryState.RECEIVED, "")
        if number is None:
            known = rows.inbox.known(delivery.business_key or "")
            if known is None or known.state is DeliveryState.RECEIVED:
                continue
            rows.inbox.reopen(known.number)
            number = known.number
        queue(publish_tag(identity, url, tag.name), number, rows, neighbours.clock())
        queued += 1
    return queued


def names(tags: Iterable[FoundTag], most: int = 6) -> str:
    """The first few, for people."""
    shown = [printable(tag.name) for tag in tags]
    return ", ".join(shown[:most]) + (f" and {len(shown) - most} more" if len(shown) > most else "")


def _is_ready(tag: FoundTag, identity: str, known: ExampleRepository | None, rows: Rows) -> bool:
    release = parse_release_tag(tag.name)
    if (
        known is not None
        and release
        and release.scope is None
        and rows.library.given(known.id, release.label)
    ):
        return True
    delivery = rows.inbox.known(tag_key(identity, tag.name, tag.target))
    if delivery is None or delivery.state in _ENDED:
        return False
    return delivery.message != LEFT


def _delivery(tag: FoundTag, repository: ExampleRepository, identity: str) -> NewDelivery:
    key = tag_key(identity, tag.name, tag.target)
    facts = {"repository": repository.name, "tag": printable(tag.name), "after": tag.target}
    return NewDelivery(f"found:{key}", key, "tag_push", identity, facts)
