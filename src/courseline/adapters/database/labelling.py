"""Giving labels to versions: one names one version for ever, and can only be withdrawn."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, bindparam, select, text

from courseline.adapters.database.publishing import card
from courseline.adapters.database.tables import UtcTime, among
from courseline.adapters.database.tables_library import (
    EXAMPLE,
    EXAMPLE_REPOSITORY,
    EXAMPLE_VERSION,
    EXAMPLE_VERSION_TAG,
)
from courseline.domain.library.example import Example
from courseline.domain.library.label import Label
from courseline.domain.library.version import LabelledVersion
from courseline.errors import NeighbourFailed, Refused

# Written out, because putting such a statement together takes SQLAlchemy longer than the server needs to run it.
_AGAIN = text("""
    INSERT INTO example_version_tag
        (example_id, canonical, shown, example_version_id, directory, commit, tagged_at)
    SELECT example.id, :canonical, :shown, version.id, example.directory, :commit, :at
    FROM example JOIN example_version AS version
        ON version.example_id = example.id AND version.version_identifier = example.version_identifier
    WHERE example.example_repository_id = :repository AND example.id != ALL (CAST(:but AS uuid[]))
""").bindparams(bindparam("at", type_=UtcTime()))
_LABELS = text("""
    INSERT INTO example_version_tag
        (example_id, canonical, shown, example_version_id, directory, withdrawn, commit, tagged_at)
    SELECT given.*, :commit, :at
    FROM unnest(CAST(:examples AS uuid[]), CAST(:canonical AS text[]), CAST(:shown AS text[]),
        CAST(:versions AS uuid[]), CAST(:directories AS text[]), CAST(:withdrawn AS boolean[])) AS given
""").bindparams(bindparam("at", type_=UtcTime()))
_SHOWN_OTHERWISE = text("""
    SELECT given.id
    FROM unnest(CAST(:ids AS uuid[]), CAST(:trees AS text[]), CAST(:directories AS text[]), CAST(:titles AS text[]))
        AS given (id, version_identifier, directory, title) JOIN example ON example.id = given.id
    WHERE (example.version_identifier, example.directory, example.title)
        IS DISTINCT FROM (given.version_identifier, given.directory, given.title)
""")


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
        self._insert_labels([*above, *others], commit, at)
        self._raise_highest(new)
        top = [
            (example, labelled)
            for example, labelled in others
            if all(labelled.label > other.label for other in known.get(example.id, []))
        ]
        self._follow(self._shown_otherwise([*above, *top]))

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
            "but": list(but),
            "canonical": label.canonical,
            "shown": label.shown,
            "commit": commit,
            "at": at,
        }
        done = self._connection.execute(_AGAIN, given, execution_options={"preserve_rowcount": True})
        if not more:
            self._raise_highest({(repository_id, label)})
        return done.rowcount

    def _taking_turns(self, repository_ids: Collection[UUID]) -> dict[UUID, Label | None]:
        """The highest label of repositories, whose rows are ours until the transaction ends.

        Two releases of one repository at once take turns here, so that its highest label is known; all take the rows in
        one order, so that nobody waits in a circle. Who only adds an example need not wait.
        """
        query = (
            select(EXAMPLE_REPOSITORY.c.id, EXAMPLE_REPOSITORY.c.highest_label)
            .where(among(EXAMPLE_REPOSITORY.c.id, repository_ids))
            .order_by(EXAMPLE_REPOSITORY.c.id)
            .with_for_update(key_share=True)
        )
        return {id_: Label.parse(shown or "") for id_, shown in self._connection.execute(query)}

    def _insert_labels(
        self, labels: Sequence[tuple[Example, LabelledVersion]], commit: str, at: datetime
    ) -> None:
        self._connection.execute(
            _LABELS,
            {
                "examples": [example.id for example, _ in labels],
                "canonical": [labelled.label.canonical for _, labelled in labels],
                "shown": [labelled.label.shown for _, labelled in labels],
                "versions": [labelled.version_id for _, labelled in labels],
                "directories": [labelled.directory for _, labelled in labels],
                "withdrawn": [labelled.withdrawn for _, labelled in labels],
                "commit": commit,
                "at": at,
            },
        )

    def _raise_highest(self, labels: Collection[tuple[UUID, Label]]) -> None:
        highest: dict[UUID, Label] = {}
        for repository_id, label in labels:
            if _is_above(label, highest.get(repository_id)):
                highest[repository_id] = label
        for repository_id, label in highest.items():
            self._connection.execute(
                EXAMPLE_REPOSITORY.update()
                .where(EXAMPLE_REPOSITORY.c.id == repository_id)
                .values(highest_label=label.shown)
            )

    def _shown_otherwise(
        self, labels: Sequence[tuple[Example, LabelledVersion]]
    ) -> list[tuple[Example, LabelledVersion]]:
        """Those whose examples do not show yet what they name; of a large release only what changed is answered."""
        if not labels:
            return []
        given = {
            "ids": [example.id for example, _ in labels],
            "trees": [labelled.version_identifier for _, labelled in labels],
            "directories": [example.directory for example, _ in labels],
            "titles": [example.title for example, _ in labels],
        }
        ids = set(self._connection.scalars(_SHOWN_OTHERWISE, given))
        return [(example, labelled) for example, labelled in labels if example.id in ids]

    def _follow(self, labels: Sequence[tuple[Example, LabelledVersion]]) -> None:
        """Let examples show what their highest labels name; equal trees show the same, so those are not asked for."""
        wanted = {labelled.version_id for _, labelled in labels}
        if not wanted:
            return
        query = select(EXAMPLE_VERSION.c.id, EXAMPLE_VERSION.c.meta).where(
            among(EXAMPLE_VERSION.c.id, wanted)
        )
        metas = {row.id: row.meta for row in self._connection.execute(query)}
        self._connection.execute(
            EXAMPLE.update().where(EXAMPLE.c.id == bindparam("example")),
            [
                {
                    "example": example.id,
                    "directory": example.directory,
                    "title": example.title,
                    "version_identifier": labelled.version_identifier,
                    **card(metas[labelled.version_id]),
                }
                for example, labelled in labels
            ],
        )

    def withdraw(self, example_id: UUID, label: Label, reason: str, at: datetime) -> bool:
        """See `usecases.rows.LibraryRows`."""
        return self._mark(example_id, label, withdrawn=True, reason=reason, at=at)

    def reinstate(self, example_id: UUID, label: Label) -> bool:
        """See `usecases.rows.LibraryRows`."""
        return self._mark(example_id, label, withdrawn=False, reason="", at=None)

    def _mark(
        self, example_id: UUID, label: Label, *, withdrawn: bool, reason: str, at: datetime | None
    ) -> bool:
        tag = EXAMPLE_VERSION_TAG
        # Of two that mark one label at once, the second waits here and then finds nothing to change.
        changed = self._connection.execute(
            tag.update()
            .where(
                tag.c.example_id == example_id,
                tag.c.canonical == label.canonical,
                tag.c.withdrawn != withdrawn,
            )
            .values(withdrawn=withdrawn, withdrawn_reason=reason, withdrawn_at=at)
            .returning(tag.c.canonical)
        )
        return changed.first() is not None


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
