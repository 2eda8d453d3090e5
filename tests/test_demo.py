"""The demo's examples are what they claim to be: complete, solved and tested by themselves."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from courseline.adapters.yaml_files import read_yaml
from courseline.domain.library.identifier import choose_identifier
from courseline.domain.library.meta import parse_meta

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "demo" / "examples"
CORPUS = ROOT / "tests" / "corpus"
SCHEMAS = ROOT / "src" / "courseline" / "schemas"
LISTS = ("studentSubmissionFiles", "additionalFiles", "testFiles", "studentTemplates")


def meta(directory: Path) -> dict[str, Any]:
    return yaml.safe_load((directory / "meta.yaml").read_text(encoding="utf-8"))


def listed(directory: Path, name: str) -> list[str]:
    entries = meta(directory)["properties"].get(name) or []
    return [entry["from"] if isinstance(entry, dict) else entry for entry in entries]


def solved(directory: Path, target: Path, *overlays: Path) -> Path:
    """A copy of the example in `target`, with `overlays` over it and its dependency's public files beside it."""
    for source in (directory, *overlays):
        shutil.copytree(source, target, dirs_exist_ok=True)
    for dependency in meta(target)["properties"].get("testDependencies") or []:
        for path in listed(EXAMPLES / dependency, "additionalFiles"):
            if not (target / path).exists():
                (target / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(EXAMPLES / dependency / path, target / path)
    return target


def own_tests(directory: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-B", "-m", "unittest", "discover", "tests"],
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
    )


examples = pytest.mark.parametrize("directory", sorted(EXAMPLES.iterdir()), ids=lambda path: path.name)
all_examples = pytest.mark.parametrize(
    "directory",
    sorted(path.parent for root in (EXAMPLES, CORPUS) for path in root.glob("*/meta.yaml")),
    ids=lambda path: path.name,
)


def test_the_three_examples_of_the_demo_course_are_there() -> None:
    assert sorted(path.name for path in EXAMPLES.iterdir()) == [
        "functions-intro",
        "hello-world",
        "variables-basics",
    ]


@examples
def test_the_solution_passes_the_example_s_own_tests(directory: Path, tmp_path: Path) -> None:
    run = own_tests(solved(directory, tmp_path / "copy"))
    assert run.returncode == 0, run.stderr


@examples
def test_what_students_start_from_does_not_pass_the_tests(directory: Path, tmp_path: Path) -> None:
    copy = solved(directory, tmp_path / "copy")
    templates = listed(copy, "studentTemplates")
    for template in templates:
        shutil.copyfile(copy / template, copy / template.removeprefix("studentTemplates/"))
    if not templates:
        (path,) = listed(copy, "studentSubmissionFiles")
        source = (copy / path).read_text(encoding="utf-8")
        kept = "".join(
            part.partition("# END SOLUTION\n")[2] for part in source.split("# BEGIN SOLUTION\n")[1:]
        )
        (copy / path).write_text(source.split("# BEGIN SOLUTION\n")[0] + kept, encoding="utf-8")
    run = own_tests(copy)
    assert run.returncode == 1
    assert "FAILED" in run.stderr


@examples
def test_a_solution_is_of_real_size(directory: Path) -> None:
    for path in listed(directory, "studentSubmissionFiles"):
        text = (directory / path).read_text(encoding="utf-8")
        assert len(text.splitlines()) >= 25
        assert text.count('"""') >= 6


@examples
def test_the_task_is_told_in_two_languages_with_a_picture(directory: Path) -> None:
    for name in ("index.md", "index_de.md"):
        text = (directory / "content" / name).read_text(encoding="utf-8")
        pictures = [part.partition(")")[0] for part in text.split("](mediaFiles/")[1:]]
        assert pictures
        assert all(
            (directory / "content" / "mediaFiles" / picture).stat().st_size > 100 for picture in pictures
        )


def schema_errors(schema: str, path: Path) -> list[str]:
    data = read_yaml(path.read_bytes(), path.name).data
    rules = json.loads((SCHEMAS / schema).read_text(encoding="utf-8"))
    return [error.message for error in jsonschema.Draft202012Validator(rules).iter_errors(data)]


@all_examples
def test_nothing_is_wrong_with_the_meta_yaml(directory: Path) -> None:
    path = directory / "meta.yaml"
    assert parse_meta(read_yaml(path.read_bytes(), path.name)).problems == ()
    assert schema_errors("meta.schema.json", path) == []


def test_the_course_file_follows_its_schema() -> None:
    assert (
        schema_errors("course-structure.schema.json", ROOT / "demo" / "course" / "course-structure.yaml")
        == []
    )


@all_examples
def test_every_listed_file_exists_or_is_for_students_to_create(directory: Path) -> None:
    for name in LISTS:
        for path in listed(directory, name):
            exists = (directory / path).is_dir() if path.endswith("/") else (directory / path).is_file()
            assert exists or name == "studentSubmissionFiles", f"{name}: {path}"


@all_examples
def test_file_names_are_in_composed_form(directory: Path) -> None:
    assert all(unicodedata.is_normalized("NFC", path.name) for path in directory.rglob("*"))


@examples
def test_an_example_is_listed_by_its_directory_name(directory: Path) -> None:
    identifier = meta(directory).get("identifier") or meta(directory)["slug"]
    assert identifier.rpartition(".")[2] == directory.name


def test_no_two_examples_of_the_corpus_go_by_one_name() -> None:
    names = []
    for path in sorted(CORPUS.glob("*/meta.yaml")):
        read = parse_meta(read_yaml(path.read_bytes(), "meta.yaml")).meta
        assert read is not None
        names.append(choose_identifier(read, path.parent.name, "corpus"))
    assert [problem for _, problem in names if problem is not None] == []
    assert len({name for name, _ in names}) == len(names) >= 60


@pytest.mark.parametrize("update", ["v1.1/hello-world", "v1.2/variables-basics"])
def test_an_update_passes_its_own_tests_and_changes_no_template(update: str, tmp_path: Path) -> None:
    release, _, name = update.partition("/")
    overlay = ROOT / "demo" / "updates" / update
    copy = solved(EXAMPLES / name, tmp_path / "copy", overlay)
    run = own_tests(copy)
    assert run.returncode == 0, run.stderr
    assert meta(copy)["version"] == release.removeprefix("v")
    for path in (path.relative_to(overlay) for path in overlay.rglob("*") if path.is_file()):
        assert (overlay / path).read_bytes() != (EXAMPLES / name / path).read_bytes()
        assert "studentTemplates" not in path.parts


def test_the_mistake_lists_the_solution_under_another_name() -> None:
    mistake = ROOT / "demo" / "mistakes" / "functions-intro"
    solution = EXAMPLES / "functions-intro" / "functions.py"
    assert "hints.py" in listed(mistake, "additionalFiles")
    assert (mistake / "hints.py").read_bytes() == solution.read_bytes()


def test_the_deployment_file_leaves_addresses_to_those_who_make_the_projects() -> None:
    deployment = yaml.safe_load((ROOT / "demo" / "course" / "deployment.yaml").read_text(encoding="utf-8"))
    settings = deployment["course"]["settings"]
    assert [settings[name] for name in ("source", "studentTemplate")] == [
        {"token": "${COURSE_GIT_TOKEN}"}
    ] * 2


def test_the_demo_course_asks_for_the_three_examples_at_v1_0() -> None:
    course = yaml.safe_load((ROOT / "demo" / "course" / "course-structure.yaml").read_text(encoding="utf-8"))
    places = [content for unit in course["structure"] for content in unit["content"]]
    assert [(place["path"], place["example_id"], place["example_version"]) for place in places] == [
        ("week1.hello_world", "{{hello-world-uuid}}", "v1.0"),
        ("week1.variables", "{{variables-basics-uuid}}", "v1.0"),
        ("week2.functions", "{{functions-intro-uuid}}", "v1.0"),
    ]
