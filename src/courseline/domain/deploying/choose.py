"""Choosing: which example a reference means, and which of its versions a wish or a dependency gets."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from courseline.domain.course.wish import Wish
from courseline.domain.library.example import Example, telling_names
from courseline.domain.library.label import Label
from courseline.domain.library.version import LabelledVersion
from courseline.domain.library.version_range import RangeKind, VersionRange
from courseline.errors import InvalidInput

SHOWN_LABELS = 6


@dataclass(frozen=True, slots=True)
class Chosen:
    """A version, the label it goes by, and what a person should know about the choice."""

    labelled: LabelledVersion
    warnings: tuple[str, ...] = ()


def choose_example(reference: str, hits: Sequence[Example]) -> Example | str:
    """The one example meant, or why there is none; more than one hit is refused with the candidates."""
    if len(hits) == 1:
        return hits[0]
    if not hits:
        return (
            f"no example {reference} is in the library of this course. Sync its repository (`courseline-sync`), or look"
            " for its name with `courseline examples search`"
        )
    names = ", ".join(telling_names(hits))
    return f"{reference} means more than one example: {names}. Write one of these names as `example:`"


def choose_version(
    name: str, wish: Wish, labels: Sequence[LabelledVersion], recorded: UUID | None
) -> Chosen | str:
    """The version for a wish.

    The version that is there stays while the wish admits it. `latest` admits every release: it names the highest when
    a place is first filled, and nobody finds on Monday something else than was left on Friday.

    Args:
        name: `REPO:identifier`, for messages.
        wish: `version:` and `pin:` as written.
        labels: all labels of the example.
        recorded: version that is at the place now.
    """
    text = wish.version or "latest"
    try:
        wanted = VersionRange.parse(text)
    except InvalidInput as wrong:
        return wrong.message
    warnings: list[str] = []
    if wish.pin is not None:
        pin = Label.parse(wish.pin)
        pinned = next((known for known in labels if known.label == pin), None)
        if pinned is None:
            return f"{name} has no version {wish.pin} (`pin:`); {_existing(labels)}"
        if wanted.admits(pinned.label, pinned.version_identifier):
            return _warned(name, Chosen(pinned))
        warnings.append(f"`pin: {wish.pin}` is outside of `version: {text}` and does not count")
    if recorded is not None and wanted.kind in {RangeKind.RANGE, RangeKind.LATEST}:
        staying = [known for known in labels if known.version_id == recorded and wanted.admits(known.label)]
        if staying:
            return _warned(name, Chosen(_best(staying), tuple(warnings)))
    chosen = wanted.choose(labels)
    if chosen is None:
        return f"{name} has no version {text}; {_existing(labels)}"
    return _warned(name, Chosen(chosen, tuple(warnings)))


def choose_planned(name: str, wish: Wish, labels: Sequence[LabelledVersion], planned: UUID) -> Chosen | None:
    """The version that a kept plan resolved, as long as the wish still admits it; None sends back to the wish."""
    try:
        wanted = VersionRange.parse(wish.version or "latest")
    except InvalidInput:
        return None
    pin = Label.parse(wish.pin) if wish.pin is not None else None
    pinned = next((known for known in labels if known.label == pin), None)
    if pinned is not None and wanted.admits(pinned.label, pinned.version_identifier):
        return _warned(name, Chosen(pinned)) if pinned.version_id == planned else None
    admitted = [
        known
        for known in labels
        if known.version_id == planned and wanted.admits(known.label, known.version_identifier)
    ]
    return _warned(name, Chosen(_best(admitted))) if admitted else None


def choose_dependency(
    name: str,
    admitted: str | None,
    labels: Sequence[LabelledVersion],
    here: Collection[UUID],
    recorded: UUID | None,
) -> LabelledVersion | str:
    """The version of a dependency: the first of these that is admitted.

    The one recorded at this place while a place of the course gets it; the highest that the course's own places get;
    the one recorded; the highest there is. So it changes only when the place it came from does, or when one is added
    where there was none, and stays when another place of the same example moves.

    Args:
        name: `REPO:identifier`, for messages.
        admitted: range as written, None for any.
        labels: all labels of the dependency.
        here: versions of it that this course's own places get.
        recorded: version recorded for this dependency at the place.
    """
    try:
        wanted = VersionRange.parse(admitted or "*")
    except InvalidInput as wrong:
        return f"its dependency {name}: {wrong.message}"
    pinned = () if recorded is None else (recorded,)
    for versions in (pinned if recorded in here else (), here, pinned):
        admitted_here = [
            known
            for known in labels
            if known.version_id in versions
            and (admitted is None or wanted.admits(known.label, known.version_identifier))
        ]
        if admitted_here:
            return _best(admitted_here)
    chosen = wanted.choose(labels)
    if chosen is None:
        return f"its dependency {name} has no version {admitted or '*'}; {_existing(labels)}"
    return chosen


def find_cycle(
    edges: Mapping[UUID, Collection[UUID]], start: UUID, owners: Mapping[UUID, UUID] | None = None
) -> list[UUID]:
    """A way from `start` back to itself along `edges`, beginning and ending with it; empty when there is none.

    Args:
        edges: node -> the nodes it leads to.
        start: a node.
        owners: node -> what it belongs to; a way back to any node of the same owner counts and ends there.
    """
    owned = owners or {}
    home = owned.get(start, start)
    stack: list[tuple[UUID, list[UUID]]] = [(start, [start])]
    seen: set[UUID] = set()
    while stack:
        node, way = stack.pop()
        for following in edges.get(node, ()):
            if owned.get(following, following) == home:
                return [*way, following]
            if following not in seen:
                seen.add(following)
                stack.append((following, [*way, following]))
    return []


def _warned(name: str, chosen: Chosen) -> Chosen:
    if not chosen.labelled.withdrawn:
        return chosen
    return Chosen(chosen.labelled, (*chosen.warnings, withdrawal(name, chosen.labelled)))


def withdrawal(name: str, labelled: LabelledVersion) -> str:
    """What a plan says of a withdrawn label that a place keeps or asks for."""
    reason = f": {labelled.withdrawn_reason}" if labelled.withdrawn_reason else ""
    return f"{name}@{labelled.label.shown} was withdrawn{reason}"


def _best(labels: Sequence[LabelledVersion]) -> LabelledVersion:
    """The highest that stands, else the highest: one content can have a withdrawn label and another."""
    return max(labels, key=lambda known: (not known.withdrawn, known.label))


def _existing(labels: Sequence[LabelledVersion]) -> str:
    shown = [
        known.label.shown + (" (withdrawn)" if known.withdrawn else "")
        for known in sorted(labels, key=lambda known: known.label, reverse=True)
    ]
    if not shown:
        return "nothing of it was published yet"
    more = f" and {len(shown) - SHOWN_LABELS} more" if len(shown) > SHOWN_LABELS else ""
    return f"it has {', '.join(shown[:SHOWN_LABELS])}{more}"
