"""Writing versions and labels: both are inserted once and never changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from courseline.adapters.database.tables import among
from courseline.adapters.database.tables_library import (
    EXAMPLE,
    EXAMPLE_DEPENDENCY,
    EXAMPLE_VERSION,
    EXAMPLE_VERSION_FILE,
    EXAMPLE_VERSION_TAG,
)
from courseline.domain.library.example import Example
from courseline.domain.library.label import Label
from courseline.domain.library.version import ExampleVersion, LabelledVersion
from courseline.errors import Refused


class PublishingRows:
    """The part of `usecases.rows.LibraryRows` that publishes.

    Args:
        connection: with its transaction begun.
        labels: `LibraryRows.labels`.
    """

    def __init__(
        self, connection: Connection, labels: Callable[[Collection[UUID]], dict[UUID, list[LabelledVersion]]]
    ) -> None:
        self._connection = connection
        self._labels = labels

    def add_versions(self, versions: Sequence[tuple[Example, ExampleVersion, Mapping[str, object]]]) -> None:
        """See `usecases.rows.LibraryRows`."""
        if not versions:
            return
        self._connection.execute(
            insert(EXAMPLE).on_conflict_do_nothing(index_elements=["id"]),
            [
                {
                    "id": example.id,
                    "example_repository_id": example.repository_id,
                    "identifier": example.identifier,
                    "directory": example.directory,
                    "title": example.title,
                    "version_identifier": version.version_identifier,
                    **_card(meta),
                }
                for example, version, meta in versions
            ],
        )
        inserted = self._connection.execute(
            insert(EXAMPLE_VERSION)
            .on_conflict_do_nothing(index_elements=["id"])
            .returning(EXAMPLE_VERSION.c.id),
            [
                {
                    "id": version.id,
                    "example_id": version.example_id,
                    "version_identifier": version.version_identifier,
                    "content_digest": version.content_digest,
                    "meta": dict(meta),
                    "published_at": version.published_at,
                }
                for _, version, meta in versions
            ],
        )
        ids = set(inserted.scalars())
        new = [version for _, version, _ in versions if version.id in ids]
        files = [row for version in new for row in _file_rows(version)]
        if files:
            self._connection.execute(EXAMPLE_VERSION_FILE.insert(), files)
        dependencies = [row for version in new for row in _dependency_rows(version)]
        if dependencies:
            self._connection.execute(EXAMPLE_DEPENDENCY.insert(), dependencies)

    def add_labels(
        self, labels: Sequence[tuple[Example, LabelledVersion]], commit: str, at: datetime
    ) -> None:
        """See `usecases.rows.LibraryRows`; the same label on the same version again changes nothing."""
        ids = [example.id for example, _ in labels]
        rows = self._taking_turns(ids)
        known = self._labels(ids)
        new = [pair for pair in labels if not _is_there(*pair, known.get(pair[0].id, []))]
        if not new:
            return
        self._connection.execute(
            EXAMPLE_VERSION_TAG.insert(),
            [
                {
                    "example_id": example.id,
                    "canonical": labelled.label.canonical,
                    "shown": labelled.label.shown,
                    "example_version_id": labelled.version_id,
                    "directory": labelled.directory,
                    "commit": commit,
                    "tagged_at": at,
                    "withdrawn": labelled.withdrawn,
                }
                for example, labelled in new
            ],
        )
        self._follow(
            [
                (example, labelled)
                for example, labelled in new
                if all(labelled.label > other.label for other in known.get(example.id, []))
                and rows[example.id] != (labelled.version_identifier, example.directory, example.title)
            ]
        )

    def _taking_turns(self, example_ids: Collection[UUID]) -> dict[UUID, tuple[str, str, str]]:
        """Tree id, directory and title of examples, whose rows are ours until the transaction ends.

        Two releases of one example at once take turns here, so that the highest label is known; all take the rows in
        one order, so that nobody waits in a circle.
        """
        query = (
            select(EXAMPLE.c.id, EXAMPLE.c.version_identifier, EXAMPLE.c.directory, EXAMPLE.c.title)
            .where(among(EXAMPLE.c.id, example_ids))
            .order_by(EXAMPLE.c.id)
            .with_for_update()
        )
        return {
            row.id: (row.version_identifier, row.directory, row.title)
            for row in self._connection.execute(query)
        }

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
                    **_card(metas[labelled.version_id]),
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


def _file_rows(version: ExampleVersion) -> Iterator[dict[str, object]]:
    for file in version.files:
        yield {
            "example_version_id": version.id,
            "path": file.path,
            "mode": file.mode,
            "size": file.size,
            "sha256": file.sha256,
            "git_oid": file.git_oid,
            "role": str(file.role),
        }


def _dependency_rows(version: ExampleVersion) -> Iterator[dict[str, object]]:
    for position, needed in enumerate(version.dependencies):
        yield {
            "example_version_id": version.id,
            "position": position,
            "as_written": needed.as_written,
            "version_range": needed.range,
            "files": None if needed.files is None else list(needed.files),
            "depends_id": needed.depends_id,
        }


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


def _card(meta: Mapping[str, object]) -> dict[str, object]:
    """What a list of examples shows, from a parsed meta.yaml; values of another type count as not given."""
    subject, description = meta.get("language"), meta.get("description")
    keywords = meta.get("keywords")
    tags = [word for word in keywords if isinstance(word, str)] if isinstance(keywords, list | tuple) else []
    return {
        "description": description if isinstance(description, str) else "",
        "subject": subject if isinstance(subject, str) else "",
        "tags": list(dict.fromkeys(tags)),
    }
