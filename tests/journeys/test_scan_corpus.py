"""leak-scan on the honest examples of the corpus and of the demo: their templates are clean, plain copies are not."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.builders.leaked import AUTHOR
from tests.builders.repositories import Content, build_repository

from courseline.adapters.git import GitAdapter
from courseline.domain.library.version import Role
from courseline.domain.students.scan.sought import seek
from courseline.errors import Problem
from courseline.usecases.library.read_examples import find_local_examples, read_local_examples
from courseline.usecases.neighbours import no_progress
from courseline.usecases.students.known_examples import examples_of_directory
from courseline.usecases.students.preview_example import preview_example
from courseline.usecases.students.scan_repository import Scanned, scan_repository
from courseline.wiring import offline

ROOT = Path(__file__).parent.parent.parent
SHELVES = [ROOT / "tests" / "corpus", ROOT / "demo" / "examples"]


def scan(repository: Path, shelf: Path, temp: Path) -> Scanned:
    warnings: list[Problem] = []
    sought = seek(examples_of_directory(offline(shelf, None), warnings))
    assert warnings == []
    with GitAdapter(("file",), AUTHOR, temp / "tmp").whole(str(repository)) as whole:
        return scan_repository(whole, sought, no_progress)


def views(shelf: Path) -> dict[str, Content]:
    """What students get of every example of a shelf."""
    reading = offline(shelf, None)
    return {
        f"{example.directory}/{file.path}": file.content
        for example in read_local_examples(find_local_examples(reading), reading)
        for file in preview_example(example, reading).given
    }


@pytest.mark.parametrize("shelf", SHELVES, ids=["corpus", "demo"])
def test_what_students_get_raises_no_alarm(shelf: Path, tmp_path: Path) -> None:
    files = views(shelf)
    assert len(files) > 10
    scanned = scan(build_repository(tmp_path / "r.git", [files]).path, shelf, tmp_path)
    assert [(leak.paths, leak.traces, leak.signs) for leak in scanned.leaks] == []


@pytest.mark.parametrize("shelf", SHELVES, ids=["corpus", "demo"])
def test_of_a_plain_copy_every_solution_and_test_is_named(shelf: Path, tmp_path: Path) -> None:
    reading = offline(shelf, None)
    copied: dict[str, Content] = {}
    hidden: set[str] = set()
    for example in read_local_examples(find_local_examples(reading), reading):
        assert example.examined is not None
        for file in example.examined.version.files:
            path, raw = f"{example.directory}/{file.path}", example.blobs[file.git_oid]
            copied[path] = (file.mode, raw)
            if file.role in {Role.TEST, Role.SUBMISSION} and len(b"".join(raw.split())) >= 32:
                hidden.add(path)
    scanned = scan(build_repository(tmp_path / "r.git", [copied]).path, shelf, tmp_path)
    named = {path for leak in scanned.leaks if leak.certain for path in leak.paths}
    assert hidden - named == set()
