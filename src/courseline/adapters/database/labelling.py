"""Giving labels to versions: one names one version for ever, and can only be withdrawn.

Statements are written out: putting one together takes SQLAlchemy longer than the server needs to run it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from courseline.adapters.database.given import ids_given, rows_given
from courseline.adapters.database.publishing import card
from courseline.domain.library.example import Example
from courseline.domain.library.label import Label
from courseline.domain.library.version import LabelledVersion
from courseline.errors import NeighbourFailed, Refused

_TURN = """
    SELECT id, highest_label FROM example_repository
    WHERE id = ANY (%(repositories)s::uuid[]) ORDER BY id FOR NO KEY UPDATE
"""
_RAISED = """
    WITH raised AS (
        UPDATE example_repository SET highest_label = given.shown
        FROM json_to_recordset(%(highest)s::json) AS given (id uuid, shown text)
        WHERE example_repository.id = given.id
    )
"""
_AGAIN = """
    INSERT INTO example_version_tag
        (example_id, canonical, shown, example_version_id, directory, commit, tagged_at)
    SELECT example.id, %(canonical)s, %(shown)s, version.id, example.directory, %(commit)s, %(at)s
    FROM example JOIN example_version AS version
        ON version.example_id = example.id AND version.version_identifier = example.version_identifier
    WHERE example.example_repository_id = %(repository)s AND example.id != ALL (%(but)s::uuid[])
"""
_LABELS = """
    INSERT INTO example_version_tag
        (example_id, canonical, shown, example_version_id, directory, withdrawn, commit, tagged_at)
    SELECT given.*, %(commit)s, %(at)s
    FROM json_to_recordset(%(labels)s::json) AS given
        (example uuid, canonical text, shown text, version uuid, directory text, withdrawn boolean)
"""
_SHOWN_OTHERWISE = """
    SELECT given.id, version.meta
    FROM json_to_recordset(%(labels)s::json) AS given (id uuid, version uuid, tree text, directory text, title text)
    JOIN example ON example.id = given.id
    JOIN example_version AS version ON version.id = given.version
    WHERE (example.version_identifier, example.directory, example.title)
        IS DISTINCT FROM (given.tree, given.directory, given.title)
"""
_FOLLOW = """
    UPDATE example SET version_identifier = given.tree, directory = given.directory, title = given.title,
        description = given.description, subject = given.subject, tags = given.tags
    FROM json_to_recordset(%(examples)s::json) AS given (id uuid, tree text, directory text, title text,
        description text, subject text, tags text[])
    WHERE example.id = given.id
"""
_MARK = """
    UPDATE example_version_tag
    SET withdrawn = %(withdrawn)s, withdrawn_reason = %(reason)s, withdrawn_at = %(at)s
    WHERE example_id = %(example)s AND canonical = %(canonical)s AND withdrawn != %(withdrawn)s
"""


class LabelRows:
    """The part of `usecases.rows.LibraryRows` that labels.

    Args:
        connection: with its transaction begun.
        labels: `LibraryRows.labels`.
    """

    def __init__(
        self, connection: Connection, labels: Callable[[Collection[UUID]], dict[UUID, list[LabelledVersion]]]
    ) -> None:
        self._connection = connection
        self._labels = labels
        self._ours: dict[UUID, Label | None] = {}

    def add_labels(
        self, labels: Sequence[tuple[Example, LabelledVersion]], commit: str, at: datetime
    ) -> None:
        """See `usecases.rows.LibraryRows`; the same label on the same version again changes nothing.

        A label above all of the repository is new to each of its examples and the highest of each: none is asked.
        """
        highest = self._taking_turns({example.repository_id for example, _ in labels})
        given = {(example.repository_id, labelled.label) for example, labelled in labels}
        new = {pair for pair in given if _is_above(pair[1], highest[pair[0]])}
        above = [pair for pair in labels if (pair[0].repository_id, pair[1].label) in new]
        others = [pair for pair in labels if (pair[0].repository_id, pair[1].label) not in new]
        known = self._labels([example.id for example, _ in others]) if others else {}
        others = [pair for pair in others if not _is_there(*pair, known.get(pair[0].id, []))]
        if not above and not others:
            return
        rows = [_label_row(*pair) for pair in (*above, *others)]
        self._insert(_LABELS, {"labels": rows_given(rows), "commit": commit, "at": at}, new)
        top = [
            (example, labelled)
            for example, labelled in others
            if all(labelled.label > other.label for other in known.get(example.id, []))
        ]
        self._follow([*above, *top])

    def label_again(
        self,
        repository_id: UUID,
        label: Label,
        but: Collection[UUID],
        commit: str,
        at: datetime,
        *,
        more: bool = False,
    ) -> int:
        """See `usecases.rows.LibraryRows`; nothing of the examples travels, neither here nor back."""
        highest = self._taking_turns({repository_id})[repository_id]
        if not _is_above(label, highest):
            raise NeighbourFailed(
                f"Labelling {label}: another run has published {highest} meanwhile. Run the command again."
            )
        given = {
            "repository": repository_id,
            "but": ids_given(but),
            "canonical": label.canonical,
            "shown": label.shown,
            "commit": commit,
            "at": at,
        }
        return self._insert(_AGAIN, given, () if more else {(repository_id, label)})

    def _taking_turns(self, repository_ids: Collection[UUID]) -> dict[UUID, Label | None]:
        """The highest label of repositories, whose rows are ours until the transaction ends.

        Two releases of one repository at once take turns here, so that its highest label is known; all take the rows in
        one order, so that nobody waits in a circle. Who only adds an example need not wait.
        """
        if not self._ours.keys() >= set(repository_ids):
            rows = self._connection.exec_driver_sql(_TURN, {"repositories": ids_given(repository_ids)})
            self._ours |= {id_: Label.parse(shown or "") for id_, shown in rows}
        return self._ours

    def _insert(self, labels: str, given: dict[str, object], new: Collection[tuple[UUID, Label]]) -> int:
        """Insert labels, and raise the highest of their repositories; how many labels there are."""
        highest: dict[UUID, Label] = {}
        for repository_id, label in new:
            if _is_above(label, highest.get(repository_id)):
                highest[repository_id] = label
        self._ours |= highest
        raised = [{"id": repository_id, "shown": label.shown} for repository_id, label in highest.items()]
        query = _RAISED + labels if raised else labels
        return self._connection.exec_driver_sql(query, {**given, "highest": rows_given(raised)}).rowcount

    def _follow(self, labels: Sequence[tuple[Example, LabelledVersion]]) -> None:
        """Let examples show what their highest labels name; of a large release only what changed is answered and written.

        Equal trees show the same, so those are not asked for.
        """
        if not labels:
            return
        shown = {example.id: _shown_row(example, labelled) for example, labelled in labels}
        given = {"labels": rows_given(shown.values())}
        rows = self._connection.exec_driver_sql(_SHOWN_OTHERWISE, given)
        changed = [shown[id_] | card(meta) for id_, meta in rows]
        if changed:
            self._connection.exec_driver_sql(_FOLLOW, {"examples": rows_given(changed)})

    def withdraw(self, example_id: UUID, label: Label, reason: str, at: datetime) -> bool:
        """See `usecases.rows.LibraryRows`."""
        return self._mark(example_id, label, withdrawn=True, reason=reason, at=at)

    def reinstate(self, example_id: UUID, label: Label) -> bool:
        """See `usecases.rows.LibraryRows`."""
        return self._mark(example_id, label, withdrawn=False, reason="", at=None)

    def _mark(
        self, example_id: UUID, label: Label, *, withdrawn: bool, reason: str, at: datetime | None
    ) -> bool:
        # Of two that mark one label at once, the second waits here and then finds nothing to change.
        given = {
            "example": example_id,
            "canonical": label.canonical,
            "withdrawn": withdrawn,
            "reason": reason,
            "at": at,
        }
        return self._connection.exec_driver_sql(_MARK, given).rowcount > 0


def _label_row(example: Example, labelled: LabelledVersion) -> dict[str, object]:
    return {
        "example": example.id,
        "canonical": labelled.label.canonical,
        "shown": labelled.label.shown,
        "version": labelled.version_id,
        "directory": labelled.directory,
        "withdrawn": labelled.withdrawn,
    }


def _shown_row(example: Example, labelled: LabelledVersion) -> dict[str, object]:
    return {
        "id": example.id,
        "version": labelled.version_id,
        "tree": labelled.version_identifier,
        "directory": example.directory,
        "title": example.title,
    }


def _is_above(label: Label, highest: Label | None) -> bool:
    return highest is None or label > highest


def _is_there(example: Example, labelled: LabelledVersion, known: Sequence[LabelledVersion]) -> bool:
    """Whether the example has the label already.

    Raises:
        Refused: with other content.
    """
    same = next((other for other in known if other.label == labelled.label), None)
    if same is not None and same.version_id != labelled.version_id:
        raise Refused(
            f"Labelling {example.name} {labelled.label}: the label exists as {same.label} with other"
            f" content (tree {same.version_identifier[:12]}, this one is"
            f" {labelled.version_identifier[:12]}). A label is never moved; release under a new one."
        )
    return same is not None
