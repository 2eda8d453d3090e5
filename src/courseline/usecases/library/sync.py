"""Sync: publish the examples of a repository at a release tag, or of a bucket under a label."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from courseline.domain.library.example import ExampleRepository
from courseline.domain.library.label import Label
from courseline.domain.library.publication import PublicationStatus, ReleaseTag, parse_release_tag
from courseline.domain.library.source_type import is_bucket
from courseline.domain.paths import printable
from courseline.errors import InvalidInput, NeighbourFailed, NotFound, Problem
from courseline.usecases.beside import beside
from courseline.usecases.library.bucket_source import BucketSource
from courseline.usecases.library.compare_release import Compared, compare_release
from courseline.usecases.library.find_known import Shelf, read_shelf
from courseline.usecases.library.git_source import GitSource
from courseline.usecases.library.publish import Publication, publish
from courseline.usecases.library.register_repository import (
    Registration,
    check_options,
    differences,
    find_repository,
    is_recognised,
    proposed,
    recognise,
    register,
)
from courseline.usecases.library.release_source import ReleaseSource
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.rows import Rows


@dataclass(frozen=True, slots=True)
class SyncRelease:
    """Publish a tag.

    Attributes:
        source: URL or PATH of the example repository, or `s3://BUCKET/PREFIX?endpoint=...`.
        tag: short tag name (`v1.2`, `hello-world/v1.2`).
        registration: what to register it with when it is new.
        wait: seconds to wait for another sync of the same repository.
        dry_run: change nothing.
    """

    source: str
    tag: str
    registration: Registration
    wait: float = 60.0
    dry_run: bool = False


class SyncedExample(NamedTuple):
    """What became of one example; see `Entry` for why it is a tuple.

    Attributes:
        directory: in the repository.
        identifier: None when it could not be told.
        status: see `PublicationStatus`.
        version_identifier: git tree id of the directory.
        problems: errors that refused it, warnings, paths relative to the repository.
    """

    directory: str
    identifier: str | None
    status: PublicationStatus
    version_identifier: str
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Synced:
    """What a sync did.

    Attributes:
        repository: short name, "" when the tag is no release.
        tag: as asked.
        label: as shown; None when the tag is no release.
        examples: in order of directory.
        problems: about the repository as a whole (warnings).
        ignored: the tag is no release.
    """

    repository: str
    tag: str
    label: str | None
    examples: tuple[SyncedExample, ...] = ()
    problems: tuple[Problem, ...] = ()
    ignored: bool = False

    def count(self, *statuses: PublicationStatus) -> int:
        """How many examples have one of these statuses."""
        return sum(example.status in statuses for example in self.examples)


def sync(command: SyncRelease, neighbours: Neighbours) -> Synced:
    """Publish a release tag; safe to repeat, one bad example does not stop the others.

    Raises:
        NotFound: no such repository or tag.
        InvalidInput: the repository holds no example, or objects git's fsck refuses.
        Refused: the repository cannot be registered as asked.
        NeighbourFailed: database, store or remote did not answer.
    """
    release = parse_release_tag(command.tag)
    if release is None:
        return Synced("", command.tag, None, ignored=True)
    check_options(command.registration)
    with neighbours.database.transaction() as rows:
        repository, _ = _repository(command.registration, rows)
    with (
        neighbours.database.lease(repository.identity, wait=command.wait, holder=neighbours.holder),
        _opened(command.source, neighbours) as (shown, source),
    ):
        asked = f"Syncing {shown} at {printable(command.tag)}"
        return _sync(command, release, (repository.identity, asked), source, neighbours)


@contextmanager
def _opened(url: str, neighbours: Neighbours) -> Iterator[tuple[str, ReleaseSource]]:
    """The source, and how messages name it."""
    credential = neighbours.credential(url, None, "examples")
    if is_bucket(url):
        yield printable(url), BucketSource(neighbours.bucket(url, credential), neighbours.progress)
        return
    with neighbours.git.workspace() as workspace:
        remote = workspace.remote(url, credential)
        yield printable(remote.url), GitSource(workspace, remote)


def _repository(registration: Registration, rows: Rows) -> tuple[ExampleRepository, bool]:
    """The repository, and whether it is registered."""
    known = find_repository(registration, rows)
    return known or proposed(registration), known is not None


def _library(
    registration: Registration, label: Label, neighbours: Neighbours
) -> tuple[ExampleRepository, bool, Shelf]:
    """The repository as it is now, whether it is registered, and what is known of it."""
    with neighbours.database.transaction() as rows:
        repository, registered = _repository(registration, rows)
        return repository, registered, read_shelf(repository.id, label, rows)


def _sync(
    command: SyncRelease,
    release: ReleaseTag,
    about: tuple[str, str],
    source: ReleaseSource,
    neighbours: Neighbours,
) -> Synced:
    leased, asked = about
    with beside(lambda: _library(command.registration, release.label, neighbours)) as library:
        tagged = source.tagged(command.tag, asked)
        repository, registered, shelf = library()
    warnings = list(tagged.problems)
    if repository.identity != leased:  # registered under another identity while we waited for the lease
        raise NeighbourFailed(
            f"{asked}: another run has just registered it as {repository.name}. Run the command again."
        )
    if registered:
        warnings += differences(command.registration, repository)
    compared = compare_release(release, tagged.tree, repository, shelf, source, neighbours)
    warnings += compared.problems
    _demand_examples(asked, release, compared)
    if not command.dry_run:
        if registered:
            if not is_recognised(command.registration, repository):
                with neighbours.database.transaction() as rows:
                    recognise(command.registration, repository, rows, neighbours.actor, neighbours.clock())
        elif any(entry.writes for entry in compared.entries):
            with neighbours.database.transaction() as rows:
                repository = register(command.registration, rows, neighbours.actor, neighbours.clock())
        publish(
            Publication(repository, release, command.tag, tagged.commit, compared.entries, compared.shown),
            neighbours,
        )
    return Synced(
        repository.name,
        command.tag,
        release.label.shown,
        tuple(
            SyncedExample(
                entry.directory, entry.identifier, entry.status, entry.version_identifier, entry.problems
            )
            for entry in compared.entries
        ),
        tuple(warnings),
    )


def _demand_examples(asked: str, release: ReleaseTag, compared: Compared) -> None:
    if compared.entries:
        return
    if release.scope is not None:
        found = ", ".join(compared.directories) or "no examples"
        raise NotFound(
            f"{asked}: no example has the directory or identifier {printable(release.scope)};"
            f" the tag holds {printable(found)}."
        )
    raise InvalidInput(
        f"{asked}: no directory has a meta.yaml, so there is nothing to publish.",
        [
            Problem(
                "meta.yaml",
                None,
                "No example was found.",
                fix="Give each example a directory with a meta.yaml.",
            )
        ],
    )
