"""Look at events that have arrived, and let dead ones wait again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from courseline.errors import NotFound, Refused
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.react.event import event_of
from courseline.usecases.react.job import Job, job_for, publish_tag
from courseline.usecases.react.receive import course_of, queue
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
        job = _asked(delivery, rows)
        rows.inbox.reopen(number)
        queue(replace(job, delay=0), number, rows, neighbours.clock())
    return delivery


def expiring_tokens(neighbours: Neighbours) -> list[Delivery]:
    """The newest warning of each access token that GitLab says runs out, and whose day has not passed."""
    with neighbours.database.transaction() as rows:
        return rows.inbox.expiring_tokens(neighbours.clock().date())


def _found(number: int, rows: Rows) -> Delivery:
    delivery = rows.inbox.find(number)
    if delivery is None:
        raise NotFound(f"Looking for event {number}: there is none. `courseline events list` shows them.")
    return delivery


def _asked(delivery: Delivery, rows: Rows) -> Job:
    """The work that a delivery asks for, as things are now."""
    replaying = f"Replaying event {delivery.number}"
    event = event_of(delivery.event, delivery.facts)
    if event is not None:
        wanted = job_for(event, course_of(event, rows))
        if isinstance(wanted, Job):
            return wanted
        raise Refused(f"{replaying}: it asks for nothing. {wanted}")
    tag, name = delivery.facts.get("tag"), delivery.facts.get("repository")
    if delivery.event != "tag_push" or not isinstance(tag, str):
        raise Refused(f"{replaying}: nothing is done with an event of kind {delivery.event}.")
    card = next((one for one in rows.library.repositories() if one.repository.name == name), None)
    if card is None:
        raise Refused(f"{replaying}: its repository is registered no more.")
    return publish_tag(delivery.project or "", card.repository.urls[-1], tag)
