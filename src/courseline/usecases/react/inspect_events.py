"""Look at events that have arrived, and let dead ones wait again."""

from __future__ import annotations

from collections.abc import Sequence

from courseline.errors import NotFound, Refused
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.react.job import publish_tag
from courseline.usecases.react.receive import queue
from courseline.usecases.react.rows import Delivery, DeliveryState
from courseline.usecases.rows import Rows


def list_events(states: Sequence[DeliveryState], limit: int, neighbours: Neighbours) -> list[Delivery]:
    """The newest first; every state when none is named."""
    with neighbours.database.transaction() as rows:
        return rows.inbox.latest(states, limit)


def show_event(number: int, neighbours: Neighbours) -> Delivery:
    """One event.

    Raises:
        NotFound: there is none of that number.
    """
    with neighbours.database.transaction() as rows:
        return _found(number, rows)


def replay_event(number: int, neighbours: Neighbours) -> Delivery:
    """Let an event wait again that has failed, is done or came to nothing; answers it as it was.

    Raises:
        NotFound: there is none of that number.
        Refused: it waits already, or asks for nothing.
    """
    with neighbours.database.transaction() as rows:
        delivery = _found(number, rows)
        if delivery.state is DeliveryState.RECEIVED:
            raise Refused(f"Replaying event {number}: it waits already.")
        url, tag = _asked(delivery, rows)
        rows.inbox.reopen(number)
        queue(publish_tag(delivery.project or "", url, tag), number, rows, neighbours.clock())
    return delivery


def _found(number: int, rows: Rows) -> Delivery:
    delivery = rows.inbox.find(number)
    if delivery is None:
        raise NotFound(f"Looking for event {number}: there is none. `courseline events list` shows them.")
    return delivery


def _asked(delivery: Delivery, rows: Rows) -> tuple[str, str]:
    """Address and tag of a delivery that asks for a tag to be published."""
    tag, project = delivery.facts.get("tag"), delivery.facts.get("project")
    if delivery.event != "tag_push" or not isinstance(tag, str):
        raise Refused(
            f"Replaying event {delivery.number}: nothing is done with an event of kind {delivery.event}."
        )
    if isinstance(project, dict):
        return str(project["url"]), tag
    name = delivery.facts.get("repository")
    card = next((one for one in rows.library.repositories() if one.repository.name == name), None)
    if card is None:
        raise Refused(f"Replaying event {delivery.number}: its repository is registered no more.")
    return card.repository.urls[-1], tag
