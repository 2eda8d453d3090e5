"""P3: versions are immutable; what was published changes by no publishing, and what changes otherwise is named.

`make prove P3` makes 10,000 attempts to publish something else and damages 500 objects.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from tests.builders.library import NOW, Library, example_files
from tests.builders.repositories import build_repository, git
from tests.builders.versions import build_manifest

from courseline.adapters.database.database import PostgresDatabase
from courseline.domain.library.example import Example, ExampleRepository, Visibility
from courseline.domain.library.label import Label
from courseline.domain.library.objects import Manifest
from courseline.domain.library.publication import PublicationStatus
from courseline.domain.library.version import ExampleVersion, LabelledVersion
from courseline.errors import Refused
from courseline.usecases.library.scrub import ScrubStore, scrub
from courseline.usecases.library.store_version import store_version

IDENTITY = "https://gitlab.example.org/group/examples"
EXAMPLES, VERSIONS = 6, 4


@dataclass(frozen=True, slots=True)
class Published:
    """A version under its label, as it was first published."""

    example: Example
    label: Label
    manifest: Manifest
    contents: dict[str, bytes]


def contents(dice: random.Random, files: int) -> dict[str, bytes]:
    names = [f"src/part_{number}.py" for number in range(files)]
    return {"meta.yaml": b"title: Hello\n"} | {name: dice.randbytes(dice.randint(1, 400)) for name in names}


def publish(library: Library, entry: Published) -> bool:
    """Objects, then rows, as a sync does; whether an object was written."""
    manifest = entry.manifest
    written = store_version(library.store, manifest, entry.contents)
    version = ExampleVersion(
        manifest.version_id,
        manifest.example_id,
        manifest.repository_id,
        manifest.version_identifier,
        manifest.content_digest,
        (),
        NOW,
        manifest.files,
    )
    labelled = LabelledVersion(
        entry.label, manifest.version_id, manifest.version_identifier, entry.example.directory
    )
    with library.database.transaction() as rows:
        rows.library.add_versions([(entry.example, version, {})])
        rows.library.add_labels([(entry.example, labelled)], manifest.commit, NOW)
    return written


def filled(
    library: Library, dice: random.Random, *, versions: int = VERSIONS, files: int = 3
) -> list[Published]:
    """Examples with versions, each under a label of its own."""
    entries = []
    for number in range(EXAMPLES):
        for release in range(versions):
            made = contents(dice, files)
            label = Label.parse(f"v{release}.0")
            assert label is not None
            manifest = build_manifest(
                made, identity=IDENTITY, identifier=f"example-{number}", label=label.shown
            )
            example = Example(
                manifest.example_id,
                manifest.repository_id,
                "examples",
                manifest.identifier,
                manifest.directory,
                "Hello",
            )
            entries.append(Published(example, label, manifest, made))
    with library.database.transaction() as rows:
        repository = ExampleRepository(
            entries[0].manifest.repository_id, IDENTITY, "examples", None, Visibility.PUBLIC, (IDENTITY,)
        )
        rows.library.add_repository(repository)
    assert [publish(library, entry) for entry in entries] == [True] * len(entries)
    return entries


def changed(dice: random.Random, before: dict[str, bytes]) -> dict[str, bytes]:
    """Other content: a flipped byte, a lost file, a new one, two that change places."""
    after = dict(before)
    path = dice.choice([name for name in before if name != "meta.yaml"])
    match dice.randrange(4):
        case 0:
            data = bytearray(after[path])
            data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
            after[path] = bytes(data)
        case 1:
            del after[path]
        case 2:
            after[f"more/{dice.randrange(10**9)}"] = dice.randbytes(20)
        case _:
            after[path] += b"\n"
    return after


def stamps(library: Library) -> dict[str, tuple[bytes, int]]:
    """Bytes of every object, and when its file was last written."""
    root = library.directory / "objects"
    return {key: (data, (root / key).stat().st_mtime_ns) for key, data in library.objects().items()}


@pytest.fixture
def full(request: pytest.FixtureRequest) -> bool:
    """Whether the proof runs at its full size."""
    return bool(request.config.getoption("--full"))


@pytest.fixture
def library(database: PostgresDatabase, tmp_path: Path) -> Library:
    return Library(tmp_path, database)


def test_publishing_again_changes_no_byte_whatever_the_content(library: Library, full: bool) -> None:
    dice = random.Random(3)
    entries = filled(library, dice)
    before = stamps(library)
    labels = {entry.example.id: library_labels(library, entry) for entry in entries}
    refused = 0
    for _ in range(10_000 if full else 200):
        entry = dice.choice(entries)
        kind = dice.randrange(4)
        if kind == 0:  # the same again
            assert publish(library, entry) is False
            continue
        if kind == 1:  # the same content, said to come from elsewhere
            label = dice.choice(entries).label
            assert (
                store_version(
                    library.store, replace(entry.manifest, first_label=label, commit="d" * 40), entry.contents
                )
                is False
            )
            continue
        other = changed(dice, entry.contents)
        manifest = build_manifest(
            other, identity=IDENTITY, identifier=entry.example.identifier, label=entry.label.shown
        )
        if kind == 2:  # other content under the tree id of this one
            manifest = replace(manifest, version_identifier=entry.manifest.version_identifier)
        with pytest.raises(Refused):
            publish(library, Published(entry.example, entry.label, manifest, other))
        refused += 1
    after = stamps(library)
    assert {key: after[key] for key in before} == before
    assert {entry.example.id: library_labels(library, entry) for entry in entries} == labels
    assert refused > 80
    assert scrub(ScrubStore(), library.neighbours).findings == ()


def library_labels(library: Library, entry: Published) -> list[LabelledVersion]:
    with library.database.transaction() as rows:
        return rows.library.labels([entry.example.id])[entry.example.id]


def test_syncing_a_moved_tag_changes_no_byte(library: Library, tmp_path: Path, full: bool) -> None:
    dice = random.Random(4)
    bodies = [f"print({number})\n" for number in range(4)]
    commits = [
        example_files("hello", body=one) | example_files("bye", body=two) for one in bodies for two in bodies
    ]
    source = build_repository(tmp_path / "examples.git", commits, tags={"v1.0": 0, "hello/v2.0": 5})
    for tag in ("v1.0", "hello/v2.0"):
        library.sync(source, tag, name="examples")
    before, versions = stamps(library), library.version_ids(source, "hello")
    refused = 0
    for _ in range(300 if full else 15):
        tag, commit = dice.choice(["v1.0", "hello/v2.0"]), dice.choice(source.commits)
        git(source.path, "update-ref", f"refs/tags/{tag}", commit)
        synced = library.sync(source, tag)
        refused += synced.count(PublicationStatus.REFUSED)
        assert synced.count(PublicationStatus.PUBLISHED, PublicationStatus.LABELLED) == 0
        assert library.puts() == []
    assert stamps(library) == before
    assert library.version_ids(source, "hello") == versions
    assert refused


def test_every_damaged_object_is_named(library: Library, full: bool) -> None:
    dice = random.Random(5)
    entries = filled(library, dice, versions=5 if full else 2, files=20 if full else 4)
    keys = list(library.objects())
    chosen = set(dice.sample(keys, 500 if full else 40))
    for key in chosen:
        damage(library, dice, key)
    findings = scrub(ScrubStore(), library.neighbours).findings
    assert {finding.damage.key for finding in findings} == chosen
    assert len(findings) == len(chosen)
    names = {
        str(entry.manifest.version_id): f"examples:{entry.example.identifier}@{entry.label.shown}"
        for entry in entries
    }
    assert {finding.version for finding in findings} <= set(names.values())
    assert all(names[str(finding.version_id)] == finding.version for finding in findings)


def damage(library: Library, dice: random.Random, key: str) -> None:
    """Flip a bit, cut or remove, behind the store's back."""
    place = library.directory / "objects" / key
    data = bytearray(place.read_bytes())
    match dice.randrange(4):
        case 0 | 1:
            data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
            place.write_bytes(data)
        case 2:
            place.write_bytes(data[: dice.randrange(len(data))])
        case _:
            place.unlink()
