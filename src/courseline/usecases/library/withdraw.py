"""Withdraw a label, so that ranges and `latest` pass it over, and take that back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from courseline.domain.course.reference import strip_placeholder
from courseline.domain.ledger.history import Action, Event
from courseline.domain.library.example import Example, telling_names
from courseline.domain.library.label import Label
from courseline.domain.library.version import LabelledVersion
from courseline.domain.paths import printable
from courseline.errors import InvalidInput, NotFound, Problem
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.rows import Rows

SHOWN_NAMES = 5
SHOWN_LABELS = 6


@dataclass(frozen=True, slots=True)
class MarkLabel:
    """Withdraw or reinstate a label.

    Attributes:
        reference: `EXAMPLE@LABEL`; the example as identifier, directory, `REPO:identifier` or UUID.
        reason: why, in words; shown in every plan that keeps a withdrawn label.
        dry_run: change nothing.
    """

    reference: str
    reason: str
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class MarkedLabel:
    """A label as it stands afterwards.

    Attributes:
        example: its example.
        label: as shown.
        withdrawn: whether ranges and `latest` pass it over.
        reason: why it is withdrawn, "" when it is not; that of the first time when it was withdrawn before.
        changed: False when it stood so before, and nothing was recorded.
    """

    example: Example
    label: str
    withdrawn: bool
    reason: str
    changed: bool


def withdraw(command: MarkLabel, neighbours: Neighbours) -> MarkedLabel:
    """Make ranges and `latest` pass a label over; its content stays, and whoever names it still gets it.

    Raises:
        InvalidInput: the reference has no label, or no reason is given.
        NotFound: no such example or label, or several examples are meant; the message names candidates.
    """
    return _mark(command, neighbours, withdrawn=True)


def reinstate(command: MarkLabel, neighbours: Neighbours) -> MarkedLabel:
    """Take a withdrawal back; raises as `withdraw`."""
    return _mark(command, neighbours, withdrawn=False)


def _mark(command: MarkLabel, neighbours: Neighbours, *, withdrawn: bool) -> MarkedLabel:
    doing = "Withdrawing" if withdrawn else "Reinstating"
    asked = f"{doing} {printable(command.reference)}"
    name, label = _parsed(command.reference, asked)
    reason = " ".join(command.reason.split())
    if not reason:
        raise InvalidInput(f"{asked}: no reason is given. Say why in words: --reason TEXT")
    with neighbours.database.transaction() as rows:
        example = _example(name, asked, rows)
        labelled = _labelled(example, label, asked, rows)
        if command.dry_run or labelled.withdrawn == withdrawn:
            changed = labelled.withdrawn != withdrawn
            said = reason if changed else labelled.withdrawn_reason
        else:
            changed = _record(example, labelled, reason, neighbours, rows, withdrawn=withdrawn)
            said = _labelled(example, label, asked, rows).withdrawn_reason
    return MarkedLabel(example, labelled.label.shown, withdrawn, said if withdrawn else "", changed)


def _record(
    example: Example,
    labelled: LabelledVersion,
    reason: str,
    neighbours: Neighbours,
    rows: Rows,
    *,
    withdrawn: bool,
) -> bool:
    now = neighbours.clock()
    if withdrawn:
        changed = rows.library.withdraw(example.id, labelled.label, reason, now)
    else:
        changed = rows.library.reinstate(example.id, labelled.label)
    if changed:  # not when another run did it between our look and our turn
        event = Event(
            Action.WITHDRAWN if withdrawn else Action.REINSTATED,
            now,
            path=example.identifier,
            example_version_id=labelled.version_id,
            version_tag=labelled.label.shown,
            actor=neighbours.actor,
            reason=reason,
        )
        rows.ledger.append(example.repository_id, [event])
    return changed


def _parsed(reference: str, asked: str) -> tuple[str, Label]:
    name, at, text = reference.rpartition("@")
    if not at or not name:
        raise InvalidInput(f"{asked}: it names no label. Write EXAMPLE@LABEL, like hello-world@v1.2")
    label = Label.parse(text)
    if label is None:
        raise InvalidInput(
            f"{asked}: {printable(text)} is no release label. Write one label in full, like v1.2 or 2.0.0-rc.1"
        )
    return strip_placeholder(name), label


def _example(name: str, asked: str, rows: Rows) -> Example:
    hits = rows.library.find([name], None)[name]
    if len(hits) == 1:
        return hits[0]
    shown = printable(name)
    if hits:
        names = " or ".join(telling_names(hits))
        raise NotFound(
            f"{asked}: {len(hits)} examples are called {shown}.",
            [Problem(shown, None, "It means more than one example.", fix=f"Write {names}.")],
        )
    every = [card.example for card in rows.library.cards()]
    names_of = {known: one.name for one in every for known in (one.identifier, one.name)}
    close = dict.fromkeys(names_of[hit] for hit in get_close_matches(name.lower(), names_of, SHOWN_NAMES))
    fix = f"Did you mean {' or '.join(close)}?" if close else "See them all with `courseline examples list`."
    raise NotFound(
        f"{asked}: there is no example {shown} in the library.",
        [Problem(shown, None, "No such example.", fix=fix)],
    )


def _labelled(example: Example, label: Label, asked: str, rows: Rows) -> LabelledVersion:
    known: Sequence[LabelledVersion] = rows.library.labels([example.id]).get(example.id, [])
    for labelled in known:
        if labelled.label == label:
            return labelled
    shown = [labelled.label.shown for labelled in known[:SHOWN_LABELS]]
    more = f" and {len(known) - SHOWN_LABELS} more" if len(known) > SHOWN_LABELS else ""
    has = f"It has {', '.join(shown)}{more}." if shown else "It has no label yet."
    where = f"{example.name}@{label.shown}"
    raise NotFound(
        f"{asked}: {example.name} has no version {label.shown}.",
        [Problem(where, None, "No such version.", fix=has)],
    )
