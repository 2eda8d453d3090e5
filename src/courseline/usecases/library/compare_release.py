"""Compare a tagged tree with the library: what is new, what is known, what is refused."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from courseline.domain.library.example import ExampleRepository
from courseline.domain.library.example_scan import Candidate
from courseline.domain.library.label import Label
from courseline.domain.library.publication import PublicationStatus, ReleaseTag, decide
from courseline.domain.library.version import LabelledVersion
from courseline.domain.tree import Tree
from courseline.errors import Problem, Severity, errors_among
from courseline.usecases.library.entry import Entry
from courseline.usecases.library.examine_example import META_FILE, Examined, ReadMeta, examine
from courseline.usecases.library.fetch_files import fetch_files, oids_of
from courseline.usecases.library.find_known import Known, Shelf, find_known
from courseline.usecases.library.judge_together import judge_together
from courseline.usecases.library.read_candidates import find_candidates, read_metas
from courseline.usecases.library.release_source import ReleaseSource
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.rows import SeenVersion


@dataclass(frozen=True, slots=True)
class Compared:
    """All examples at the tag.

    Attributes:
        entries: those the tag is about, ordered by directory.
        directories: of all examples, also those another scope leaves out.
        shown: all examples that the library knew of the repository.
        problems: about the repository as a whole.
    """

    entries: tuple[Entry, ...]
    directories: tuple[str, ...]
    shown: Collection[UUID]
    problems: tuple[Problem, ...]


def compare_release(
    release: ReleaseTag,
    tree: Tree,
    repository: ExampleRepository,
    shelf: Shelf,
    source: ReleaseSource,
    neighbours: Neighbours,
) -> Compared:
    """Decide about every example at a tag.

    A directory whose tree id is known at that place and whose version is in the store costs no blob; of the others all
    files are read. So a version whose manifest was lost, or deleted because its objects were damaged, is read again here
    and stored again by `publish`.
    """
    scan = find_candidates(tree, repository.name, source, neighbours)
    # Nearly all of the unknown are read whole, so their files come in one request.
    fetch = None if release.scope is not None else lambda unknown: source.fetch(oids_of(unknown))
    known = find_known(scan.candidates, repository.id, release.label, shelf, fetch, neighbours)
    unread = [candidate for candidate in scan.candidates if candidate.directory not in known.versions]
    read = read_metas(unread, repository.name, source, neighbours)
    read = judge_together(
        read,
        {candidate.directory: version.example.identifier for candidate, version in known.versions.values()},
    )
    scope = release.scope
    wanted = [
        entry for entry in read if scope is None or scope in {entry.candidate.directory, entry.identifier}
    ]
    found = [
        (candidate, version)
        for candidate, version in known.versions.values()
        if scope is None or scope in {candidate.directory, version.example.identifier}
    ]
    wanted = fetch_files(wanted, source)
    examined = _examine(wanted, repository, source, neighbours)
    labels = _labels([version for _, version in found], examined.values(), release.label, known, neighbours)
    entries = [_known(candidate, version, release.label, known, labels) for candidate, version in found]
    entries += [
        _inspected(
            _new(entry, examined.get(entry.candidate.directory), release.label, labels, known.lost),
            entry,
            neighbours,
        )
        for entry in wanted
    ]
    return Compared(
        tuple(sorted(entries, key=lambda entry: entry.directory)),
        tuple(candidate.directory for candidate in scan.candidates),
        known.shown.keys(),
        tuple(scan.problems),
    )


def _labels(
    found: Sequence[SeenVersion],
    examined: Collection[Examined],
    label: Label,
    known: Known,
    neighbours: Neighbours,
) -> dict[UUID, list[LabelledVersion]]:
    """Labels of the examples about which they decide: neither those with the label, nor all below a highest one.

    Of what is new under a highest label only labels of the same content decide; every release brought another one.
    """
    versions = [item.version.id for item in examined]
    ids = [item.example.id for item in examined]
    if not known.is_highest:
        ids += [
            version.example.id
            for version in found
            if known.given.get(version.example.id) != version.version_id
        ]
    if not ids:
        return {}
    with neighbours.database.transaction() as rows:
        if known.is_highest:
            return rows.library.labels_among(ids, [label.canonical], versions)
        return rows.library.labels(ids)


def _examine(
    read: Sequence[ReadMeta],
    repository: ExampleRepository,
    source: ReleaseSource,
    neighbours: Neighbours,
) -> dict[str, Examined]:
    good = [entry for entry in read if not errors_among(entry.problems)]
    # One question for all: what they bring is kept until it is stored, so asking for one at a time would save nothing.
    blobs = source.read({file.oid for entry in good for file in entry.candidate.files})
    now = neighbours.clock()
    examined: dict[str, Examined] = {}
    for done, entry in enumerate(good):
        if entry.meta is None or entry.identifier is None:
            continue
        neighbours.progress("Reading examples", done, len(good))
        examined[entry.candidate.directory] = examine(
            entry, entry.meta, entry.identifier, blobs, (repository.id, repository.name), now
        )
    return examined


def _known(
    candidate: Candidate,
    seen: SeenVersion,
    label: Label,
    known: Known,
    labels: Mapping[UUID, Sequence[LabelledVersion]],
) -> Entry:
    directory, tree = candidate.directory, candidate.files.oid
    example = seen.example
    if example.directory != directory:
        example = replace(example, directory=directory)
    has_it = known.given.get(example.id) == seen.version_id
    entry = Entry(
        directory,
        example.identifier,
        tree,
        PublicationStatus.UNCHANGED if has_it else PublicationStatus.LABELLED,
        example=example,
        labelled=LabelledVersion(label, seen.version_id, tree, directory),
        stays=known.is_highest and known.shown.get(example.id) is seen,
    )
    return entry if has_it or known.is_highest else _decided(entry, labels.get(example.id, ()))


def _new(
    read: ReadMeta,
    examined: Examined | None,
    label: Label,
    labels: Mapping[UUID, Sequence[LabelledVersion]],
    lost: Collection[UUID],
) -> Entry:
    candidate = read.candidate
    problems = read.problems + (examined.problems if examined is not None else ())
    entry = Entry(
        candidate.directory, read.identifier, candidate.files.oid, PublicationStatus.REFUSED, problems
    )
    if examined is None or read.meta is None or errors_among(problems):
        return entry
    version = examined.version
    if version.id in lost:
        message = "The object store had lost this version."
        fix = "It is written again from the tag."
        problems += (Problem(META_FILE, None, message, Severity.WARNING, fix).inside(candidate.directory),)
        entry = entry._replace(problems=problems)
    return _decided(
        entry._replace(
            example=examined.example,
            labelled=LabelledVersion(label, version.id, version.version_identifier, candidate.directory),
            examined=examined,
            meta=read.meta.data,
        ),
        labels.get(examined.example.id, ()),
    )


def _inspected(entry: Entry, read: ReadMeta, neighbours: Neighbours) -> Entry:
    """Refuse a new version of which students could get nothing, or something that they must not."""
    if entry.status is not PublicationStatus.PUBLISHED or entry.examined is None or read.meta is None:
        return entry
    from courseline.usecases.library.inspect_view import inspect_new  # noqa: PLC0415 - start-up time

    found = inspect_new(read, read.meta, entry.examined, neighbours.write_yaml, neighbours.read_yaml)
    problems = (*entry.problems, *found.problems)
    if errors_among(found.problems):
        refused = PublicationStatus.REFUSED
        return Entry(entry.directory, entry.identifier, entry.version_identifier, refused, problems)
    return entry._replace(problems=problems, settled=found.settled)


def _decided(entry: Entry, existing: Sequence[LabelledVersion]) -> Entry:
    if entry.labelled is None:
        return entry
    decision = decide(entry.labelled.label, entry.labelled.version_id, existing)
    problems = list(entry.problems)
    if decision.refusal:
        fix = "Give the new content a new tag, for example the next number."
        problems.append(Problem(META_FILE, None, decision.refusal, fix=fix).inside(entry.directory))
    if decision.warning:
        problems.append(Problem(META_FILE, None, decision.warning, Severity.WARNING).inside(entry.directory))
    return entry._replace(status=decision.status, problems=tuple(problems))
