from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.builders.command_line import answer, courseline
from tests.builders.library import Library, example_files
from tests.builders.repositories import build_repository

from courseline.adapters.database.database import PostgresDatabase
from courseline.domain.library.damage import Fault
from courseline.usecases.library.scrub import ScrubStore, scrub


@pytest.fixture
def library(database: PostgresDatabase, tmp_path: Path) -> Library:
    """Two examples, one of them in two versions, the newer under two labels."""
    made = Library(tmp_path, database)
    first = example_files("hello") | example_files("bye", body="print('bye')\n")
    second = example_files("hello", body="print('hello again')\n") | example_files(
        "bye", body="print('bye')\n"
    )
    source = build_repository(
        tmp_path / "examples.git", [first, second], tags={"v1.0": 0, "v1.1": 1, "v1.2": 1}
    )
    for tag in ("v1.0", "v1.1", "v1.2"):
        made.sync(source, tag, name="examples")
    return made


def found(library: Library, sample: int | None = None) -> dict[tuple[str, str], Fault]:
    report = scrub(ScrubStore(sample), library.neighbours)
    return {(finding.version, finding.damage.key): finding.damage.fault for finding in report.findings}


def a_key(library: Library, ending: str) -> str:
    """A key of `hello` at v1.0, told by its content."""
    (one,) = [
        key
        for key, data in library.objects().items()
        if key.endswith("/files/main.py") and data == b"print('hello')\n"
    ]
    return one.removesuffix("files/main.py") + ending


def test_a_sound_store_has_no_findings(library: Library) -> None:
    report = scrub(ScrubStore(), library.neighbours)
    assert (report.versions, report.versions_read, report.findings) == (3, 3, ())
    assert report.objects == len(library.objects())


def test_each_damage_is_named_with_its_version_and_key(library: Library) -> None:
    files = {
        name: a_key(library, name)
        for name in ("files/main.py", "files/test_main.py", "meta.yaml", "metadata.json", "files/intruder.py")
    }
    library.store.put(files["files/main.py"], b"print('hellO')\n")
    library.store.put(files["files/test_main.py"], b"assert")
    library.store.delete(files["meta.yaml"])
    library.store.put(files["files/intruder.py"], b"x")
    raw = library.store.get(files["metadata.json"])
    assert raw is not None
    library.store.put(files["metadata.json"], raw.replace(b"An example", b"On example"))
    version = "examples:hello@v1.0"
    assert found(library) == {
        (version, files["files/main.py"]): Fault.CHANGED,
        (version, files["files/test_main.py"]): Fault.CUT,
        (version, files["meta.yaml"]): Fault.MISSING,
        (version, files["metadata.json"]): Fault.CHANGED,
        (version, files["files/intruder.py"]): Fault.EXTRA,
    }


def test_the_highest_label_names_the_version(library: Library) -> None:
    (key,) = [key for key, data in library.objects().items() if data == b"print('hello again')\n"]
    library.store.delete(key)
    assert found(library) == {("examples:hello@v1.2", key): Fault.MISSING}


def test_a_sample_still_sees_every_absence_and_length(library: Library) -> None:
    changed, missing = a_key(library, "files/main.py"), a_key(library, "files/test_main.py")
    library.store.put(changed, b"print('hellO')\n")
    library.store.delete(missing)
    assert found(library, sample=0) == {("examples:hello@v1.0", missing): Fault.MISSING}
    assert found(library, sample=3).keys() == found(library).keys()
    assert scrub(ScrubStore(2), library.neighbours).versions_read == 2


def test_objects_of_no_version_are_not_its_business(library: Library) -> None:
    library.store.put("repositories/stray", b"x")
    assert found(library) == {}


def test_an_empty_library_is_sound(database: PostgresDatabase, tmp_path: Path) -> None:
    assert scrub(ScrubStore(), Library(tmp_path, database).neighbours).versions == 0


def test_the_command_names_what_is_wrong_and_exits_with_1(library: Library) -> None:
    settings = {
        "COURSELINE_DATABASE_URL": library.database.url,
        "COURSELINE_OBJECT_STORE": f"file://{library.directory}/objects",
    }
    sound = courseline("store", "scrub", settings=settings)
    assert sound.stdout == "All as published: 3 versions, 15 objects; compared sizes and every byte.\n"
    assert sound.returncode == 0
    key = a_key(library, "files/main.py")
    library.store.put(key, b"print('hellO')\n")
    broken = courseline("store", "scrub", settings=settings)
    assert broken.returncode == 1
    assert broken.stdout.splitlines()[:2] == ["examples:hello@v1.0", f"  changed: {key}"]
    assert broken.stdout.splitlines()[-1].startswith("1 object is not as published (3 versions, 15 objects;")
    document = answer("store", "scrub", "--sample", "3", settings=settings)
    assert (document["exit"], document["damaged"], document["versions_read"]) == (1, 1, 3)
    (finding,) = document["findings"]
    assert (finding["version"], finding["key"], finding["fault"]) == ("examples:hello@v1.0", key, "changed")
    assert "publish its tag again" in finding["message"]
    assert json.dumps(document)
