"""Have GitLab deliver a test event, and look whether it is in our inbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from courseline.domain.connect.webhook import ours
from courseline.errors import CourselineError, NotFound, Refused
from courseline.usecases.connect.connection import Connection, Surroundings
from courseline.usecases.connect.forge_setup import Place


@dataclass(frozen=True, slots=True)
class Tested:
    """What came of a test delivery.

    Attributes:
        where: path of the project or group.
        event: its number in the inbox; None when it is not there.
        message: what a person should know, one sentence or two.
    """

    where: str
    event: int | None
    message: str


def try_hooks(
    connection: Connection, touched: Mapping[Place, int], around: Surroundings
) -> tuple[Tested, ...]:
    """Test each webhook that was made or changed, and each that never told us anything.

    Args:
        connection: the draft.
        touched: webhooks made or changed, by where they are.
        around: GitLab and the inbox.
    """
    numbers: dict[Place, int] = dict(touched)
    for place in connection.unheard:
        if place not in numbers:
            found = ours(around.forge.hooks(place), connection.hook.url)
            if found is not None:
                numbers[place] = found.id
    return tuple(_tested(place, number, connection, around) for place, number in numbers.items())


def _tested(place: Place, number: int, connection: Connection, around: Surroundings) -> Tested:
    projects = {
        one.identity
        for one in connection.projects
        if connection.group is not None or one.found.project.id == place.id
    }
    before = _newest(around)
    try:
        around.forge.test_hook(place, number)
    except (Refused, NotFound) as failed:
        return Tested(place.path, None, _explained(failed))
    with around.neighbours.database.transaction() as rows:
        known = [one for one in rows.inbox.latest([], 100) if one.project in projects]
    # A test tells of the newest push; where that push has been told of, its delivery is the test's as well.
    arrived = [one for one in known if one.number > before] or known[:1]
    if not arrived:
        message = (
            "GitLab's test event was answered well and is not in this database's inbox: the receiver works on another"
            " database, or something else answers at its address."
        )
        return Tested(place.path, None, message)
    event = min(one.number for one in arrived)
    return Tested(place.path, event, f"GitLab's test event has arrived: courseline events show {event}.")


def _newest(around: Surroundings) -> int:
    with around.neighbours.database.transaction() as rows:
        return max((one.number for one in rows.inbox.latest([], 1)), default=0)


def _explained(failed: CourselineError) -> str:
    return (
        f"{failed.message} The webhook is there; what is between GitLab and the receiver is not right yet: its address, its"
        " certificate, GitLab's allow list of local addresses (Admin > Settings > Network > Outbound requests), or the secret."
    )
