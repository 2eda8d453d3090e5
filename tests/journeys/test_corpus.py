"""Every example of the corpus and of the demo on its whole way: synced, deployed, given to students."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
import yaml
from tests.builders.postgres import PostgresServer
from tests.builders.repositories import ENVIRONMENT, Content, git
from tests.builders.template_course import TemplateCourse

from courseline.domain.tree import blob_oid
from courseline.usecases.students.publish_template import PublishedTemplate

ROOT = Path(__file__).parent.parent.parent
SOURCES = (ROOT / "tests" / "corpus", ROOT / "demo" / "examples")
EXAMPLES = sorted(path.parent for source in SOURCES for path in source.glob("*/meta.yaml"))
Journey = tuple[TemplateCourse, PublishedTemplate]


def content_of(file: Path) -> Content:
    raw = file.read_bytes()
    return ("100755", raw) if file.stat().st_mode & 0o100 else raw


def place_of(example: Path) -> str:
    return f"all/{example.name.replace('-', '_')}"


def blob(repository: Path, oid: str) -> bytes:
    done = subprocess.run(
        ["git", "cat-file", "blob", oid], cwd=repository, env=ENVIRONMENT, check=True, capture_output=True
    )
    return done.stdout


def listed(example: Path, name: str) -> list[str]:
    properties = yaml.safe_load((example / "meta.yaml").read_text(encoding="utf-8")).get("properties") or {}
    return [str(entry) for entry in properties.get(name) or []]


@pytest.fixture(scope="module")
def journey(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    with postgres.fresh() as url:
        course = TemplateCourse(tmp_path_factory.mktemp("corpus") / "course", url)
        course.register()
        files = {
            f"{example.name}/{file.relative_to(example).as_posix()}": content_of(file)
            for example in EXAMPLES
            for file in sorted(example.rglob("*"))
            if file.is_file() and "__pycache__" not in file.parts
        }
        synced = course.sync(files, "v1.0")
        assert {(one.directory, str(one.status)) for one in synced.examples} == {
            (example.name, "published") for example in EXAMPLES
        }
        entries = "".join(
            f"      - {{path: {place_of(example).replace('/', '.')}, type: assignment, example: {example.name}}}\n"
            for example in EXAMPLES
        )
        course.structure(f"  - path: all\n    type: week\n    title: All\n    content:\n{entries}")
        deployed = course.deploy()
        assert deployed.count("deployed") == len(EXAMPLES), deployed.results
        yield course, course.publish()
        course.close()


def test_there_is_something_to_travel() -> None:
    assert len(EXAMPLES) >= 63


def test_each_example_of_the_corpus_says_what_it_is_there_for() -> None:
    table = (SOURCES[0] / "README.md").read_text(encoding="utf-8")
    listed = {line.split("`")[1] for line in table.split("\n") if line.startswith("| `")}
    assert listed == {example.name for example in EXAMPLES if example.parent == SOURCES[0]}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_what_is_left_of_a_file_can_be_opened_and_says_nothing_of_what_was_cut(
    journey: Journey, example: Path
) -> None:
    """Python compiles, notebooks are valid, everything is in the encoding it was written in, and no marker is left."""
    course, done = journey
    directory = place_of(example)
    for file in done.files:
        if file.path.startswith(f"{directory}/") and file.rule in {"3-cut", "3-template"}:
            raw = blob(course.template, file.oid)
            if file.path.endswith(".py"):
                compile(raw, file.path, "exec")
            if file.path.endswith(".ipynb"):
                nbformat.validate(nbformat.reads(raw.decode(), as_version=nbformat.NO_CONVERT))
            assert b"begin solution" not in raw.lower()
            assert b"solution begin" not in raw.lower()


def test_nothing_is_refused_on_the_way(journey: Journey) -> None:
    _, done = journey
    assert done.refusals == ()
    assert done.places == len(EXAMPLES)
    assert done.commit is not None


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_students_get_what_the_example_lists_and_none_of_its_tests(journey: Journey, example: Path) -> None:
    course, _ = journey
    directory = place_of(example)
    names = git(
        course.template, "-c", "core.quotePath=false", "ls-tree", "-r", "--name-only", f"HEAD:{directory}"
    )
    given = set(names.split("\n"))
    assert "meta.yaml" in given
    for path in (*listed(example, "studentSubmissionFiles"), *listed(example, "additionalFiles")):
        assert path in given or any(name.startswith(path) for name in given if path.endswith("/")), path
    for test in listed(example, "testFiles"):
        assert not any(name == test or name.startswith(f"{test.rstrip('/')}/") for name in given), test


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_no_test_of_it_is_an_object_of_the_template(journey: Journey, example: Path) -> None:
    """But for data sets that the example itself publishes beside its tests, and files too short to tell anything."""
    course, _ = journey
    objects = set(
        git(course.template, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)").split()
    )
    public = {
        file.read_bytes()
        for path in listed(example, "additionalFiles")
        for file in (example / path, *(example / path).rglob("*"))
        if file.is_file()
    }
    for test in listed(example, "testFiles"):
        path = example / test
        for file in [path] if path.is_file() else path.rglob("*"):
            raw = file.read_bytes() if file.is_file() else b""
            if raw not in public and len(b"".join(raw.split())) >= 32:
                assert blob_oid(raw) not in objects, file


def test_a_second_run_has_nothing_to_do(journey: Journey) -> None:
    course, _ = journey
    assert course.publish().commit is None
