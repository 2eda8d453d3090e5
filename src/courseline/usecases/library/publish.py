"""Publish what a comparison found new: objects first, rows last, all under one operation."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from courseline.domain.ledger.history import Action, Event
from courseline.domain.ledger.operation import Operation, OperationKind, OperationState
from courseline.domain.library.example import ExampleRepository
from courseline.domain.library.objects import Manifest
from courseline.domain.library.publication import PublicationStatus, ReleaseTag
from courseline.domain.students.settled_seal import settled_seal
from courseline.errors import NeighbourFailed
from courseline.usecases.ledger.open_operation import close_left, open_operation
from courseline.usecases.library.entry import Entry
from courseline.usecases.library.read_version import batches
from courseline.usecases.library.store_version import NewVersion, store_versions
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.rows import Rows

AT_ONCE = 8 * 1024 * 1024
"""Bytes of files whose versions are stored together; a larger version comes alone."""


@dataclass(frozen=True, slots=True)
class Publication:
    """What to publish.

    Attributes:
        repository: registered.
        release: the tag's meaning.
        tag: as pushed.
        commit: it points to, 40 hex digits.
        entries: of which those that write are published.
        shown: all examples that the library knew of the repository.
    """

    repository: ExampleRepository
    release: ReleaseTag
    tag: str
    commit: str
    entries: Sequence[Entry]
    shown: Collection[UUID] = ()


def publish(publication: Publication, neighbours: Neighbours) -> None:
    """Store new versions and give labels; killed at any point, the next run completes it.

    A version exists when its metadata.json does, and is found only through its rows: so objects go first, and the
    rows of all examples go together. Known content that was read goes to the store too, which costs nothing when it is
    there whole; an operation is opened only for what changes rows.
    """
    standing = {PublicationStatus.LABELLED, PublicationStatus.UNCHANGED}
    _store(publication, [entry for entry in publication.entries if entry.status in standing], neighbours)
    writing = [entry for entry in publication.entries if entry.writes]
    if not writing:
        with neighbours.database.transaction() as rows:
            close_left(publication.repository.identity, neighbours, rows)
        return
    inputs = {"tag": publication.tag, "commit": publication.commit}
    identity = publication.repository.identity
    with neighbours.database.transaction() as rows:
        operation = open_operation(OperationKind.SYNC, identity, inputs, None, neighbours, rows)
    _store(
        publication,
        [entry for entry in writing if entry.status is PublicationStatus.PUBLISHED],
        neighbours,
    )
    views = _views(writing, neighbours)
    with neighbours.database.transaction() as rows:
        rows.ledger.checkpoint(operation.id, "objects stored", {})
        _write_rows(publication, writing, views, operation.started_at, rows)
        rows.library.link_dependencies(publication.repository.id)
        rows.ledger.append(
            publication.repository.id, _events(publication, writing, views, operation, neighbours.actor)
        )
        rows.ledger.end_operation(operation.id, OperationState.DONE, neighbours.clock())


def _store(publication: Publication, entries: Sequence[Entry], neighbours: Neighbours) -> None:
    """Store the versions of the entries that were read, so many at once that their bytes stay within a bound."""
    read = {entry.directory: entry for entry in entries if entry.examined is not None}
    sizes = {
        directory: sum(len(data) for data in entry.examined.contents.values())
        for directory, entry in read.items()
        if entry.examined is not None
    }
    done = 0
    for batch in batches(sizes, AT_ONCE):
        neighbours.progress("Publishing examples", done, len(read))
        store_versions(
            neighbours.store,
            [
                NewVersion(_manifest(publication, read[directory]), found.contents)
                for directory in batch
                if (found := read[directory].examined) is not None
            ],
        )
        done += len(batch)


def _manifest(publication: Publication, entry: Entry) -> Manifest:
    if entry.examined is None or entry.example is None:
        raise ValueError(entry.directory)  # only examined entries come here
    version, example = entry.examined.version, entry.example
    return Manifest(
        repository_id=publication.repository.id,
        repository_identity=publication.repository.identity,
        example_id=example.id,
        identifier=example.identifier,
        version_id=version.id,
        version_identifier=version.version_identifier,
        content_digest=version.content_digest,
        directory=entry.directory,
        first_label=publication.release.label,
        commit=publication.commit,
        files=version.files,
        meta=dict(entry.meta),
    )


def _write_rows(
    publication: Publication,
    entries: Sequence[Entry],
    views: Mapping[UUID, tuple[str, str]],
    at: datetime,
    rows: Rows,
) -> None:
    rows.library.add_versions(
        [
            (entry.example, entry.examined.version, entry.meta)
            for entry in entries
            if entry.status is PublicationStatus.PUBLISHED
            and entry.examined is not None
            and entry.example is not None
        ],
        views,
    )
    labelled = _label_again(publication, entries, at, rows)
    labels = [
        (entry.example, entry.labelled)
        for entry in entries
        if entry.example is not None and entry.labelled is not None and entry.example.id not in labelled
    ]
    rows.library.add_labels(labels, publication.commit, at)


def _label_again(
    publication: Publication, entries: Sequence[Entry], at: datetime, rows: Rows
) -> AbstractSet[UUID]:
    """Label what stays where most does, in one statement that names only the rest; answers the examples.

    Raises:
        NeighbourFailed: another run has changed what the examples show.
    """
    staying = {entry.example.id for entry in entries if entry.stays and entry.example is not None}
    new = {
        entry.example.id for entry in entries if entry.example is not None
    }  # those of this release among them
    others = (set(publication.shown) | new) - staying
    if len(staying) <= len(others):
        return set()
    repository, label = publication.repository, publication.release.label
    more = bool(new - staying)
    done = rows.library.label_again(repository.id, label, others, publication.commit, at, more=more)
    if done != len(staying):
        raise NeighbourFailed(
            f"Labelling {len(staying)} examples of {repository.name} {label}: {done} are there as they were read."
            " Another run has changed them meanwhile; run the command again."
        )
    return staying


def _views(entries: Sequence[Entry], neighbours: Neighbours) -> dict[UUID, tuple[str, str]]:
    """Rules and text of the student views that were built and judged, by version; none when the rules are not known."""
    settled = {
        entry.labelled.version_id: entry.settled
        for entry in entries
        if entry.labelled is not None and entry.settled is not None
    }
    rules = neighbours.rules() if settled else ""
    return {version_id: (rules, text) for version_id, text in settled.items()} if rules else {}


def _events(
    publication: Publication,
    entries: Sequence[Entry],
    views: Mapping[UUID, tuple[str, str]],
    operation: Operation,
    actor: str,
) -> list[Event]:
    """One a new version, and one for all that only got another label: a release of thousands is one row."""
    labelled = [entry for entry in entries if entry.status is PublicationStatus.LABELLED]
    published = [entry for entry in entries if entry.status is PublicationStatus.PUBLISHED]
    about: Mapping[str, object] = {"tag": publication.tag, "commit": publication.commit}

    def event(action: Action, entry: Entry | None, details: Mapping[str, object]) -> Event:
        return Event(
            action,
            operation.started_at,
            path=(entry.identifier or "") if entry else "",
            example_version_id=entry.labelled.version_id if entry and entry.labelled else None,
            version_tag=publication.release.label.shown,
            operation_id=operation.id,
            actor=actor,
            details={**about, **details},
        )

    events = [event(Action.PUBLISHED, entry, _place(entry) | _seal(entry, views)) for entry in published]
    if len(labelled) == 1:
        events.append(event(Action.LABELLED, labelled[0], _place(labelled[0])))
    elif labelled:
        examples = {entry.identifier: [entry.directory, entry.version_identifier] for entry in labelled}
        events.append(event(Action.LABELLED, None, {"examples": examples}))
    return events


def _place(entry: Entry) -> dict[str, object]:
    return {"directory": entry.directory, "version_identifier": entry.version_identifier}


def _seal(entry: Entry, views: Mapping[UUID, tuple[str, str]]) -> dict[str, object]:
    """So that nobody can put another view beside the version unnoticed."""
    labelled = entry.labelled
    if labelled is None or labelled.version_id not in views:
        return {}
    rules, text = views[labelled.version_id]
    return {"view": settled_seal(labelled.version_id, entry.version_identifier, rules, text)}
