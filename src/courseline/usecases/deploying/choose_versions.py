"""Choose the version of each wish, by as few labels of its example as can decide it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from courseline.domain.deploying.choose import Chosen, choose_planned, choose_version
from courseline.domain.deploying.resolution import Unresolved
from courseline.domain.library.example import Example
from courseline.domain.library.label import Label
from courseline.domain.library.version import LabelledVersion
from courseline.usecases.deploying.place_wish import PlaceWish
from courseline.usecases.rows import Rows


def choose_versions(
    wishes: Iterable[PlaceWish], examples: Mapping[UUID, Example], rows: Rows
) -> tuple[dict[UUID, Chosen], dict[UUID, Unresolved]]:
    """Choose a version for each place, or say why there is none.

    Every release labels every example of its repository, so that labels are many. What a wish or a pin names, and the
    version that is there and is admitted, are found by those labels alone; the others look through all of theirs.

    Args:
        wishes: of the places.
        examples: the example that each of them means, by content id; a place without one is passed over.
        rows: the transaction.

    Returns:
        Both by content id.
    """
    places = [place for place in wishes if place.content_id in examples]
    named = rows.library.labels_among(
        {examples[place.content_id].id for place in places},
        {name for place in places for name in _names(place)},
        {version for place in places for version in _versions(place)},
    )
    chosen: dict[UUID, Chosen] = {}
    unsure: list[PlaceWish] = []
    for place in places:
        example = examples[place.content_id]
        choice = _choose(place, example, named.get(example.id, ()))
        if isinstance(choice, Chosen) and _is_named(choice.labelled, _names(place), _versions(place)):
            chosen[place.content_id] = choice
        else:
            unsure.append(place)
    missing: dict[UUID, Unresolved] = {}
    labels = rows.library.labels({examples[place.content_id].id for place in unsure}) if unsure else {}
    for place in unsure:
        example = examples[place.content_id]
        choice = _choose(place, example, labels.get(example.id, ()))
        if isinstance(choice, str):
            missing[place.content_id] = Unresolved(choice, place.wish.version_line, example.name)
        else:
            chosen[place.content_id] = choice
    return chosen, missing


def _choose(place: PlaceWish, example: Example, labels: Sequence[LabelledVersion]) -> Chosen | str:
    choice: Chosen | None = None
    if place.decided is not None:
        choice = choose_planned(example.name, place.wish, labels, place.decided.version_id)
    if choice is not None:
        return choice
    # Not planned, or the wish has changed since: its step will not be the one shown.
    recorded = place.recorded
    there = recorded.version_id if recorded and recorded.example_id == example.id else None
    return choose_version(example.name, place.wish, labels, there)


def _names(place: PlaceWish) -> set[str]:
    """Canonical labels that the wish names."""
    texts = (place.wish.version, place.wish.pin)
    return {label.canonical for text in texts if text and (label := Label.parse(text)) is not None}


def _versions(place: PlaceWish) -> set[UUID]:
    """The versions that stay when the wish admits them; a wish for one label is decided by that label."""
    if place.wish.version and Label.parse(place.wish.version) is not None:
        return set()
    there = {place.recorded.version_id} if place.recorded is not None else set()
    return there | ({place.decided.version_id} if place.decided is not None else set())


def _is_named(labelled: LabelledVersion, names: Collection[str], versions: Collection[UUID]) -> bool:
    """Whether more labels could not have led to another choice."""
    return labelled.label.canonical in names or labelled.version_id in versions
