"""`courseline leak-scan` as a person in a hurry starts it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.builders.command_line import answer, courseline, write
from tests.builders.leaked import SOLUTION, TEST, mean_example, student_files
from tests.builders.repositories import build_repository


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    return {"COURSELINE_HOME": str(tmp_path / "home"), "COURSELINE_GIT_PROTOCOLS": "https,file"}


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    return write(tmp_path / "examples", {f"mean/{path}": text for path, text in mean_example().items()})


def test_what_leaked_comes_first_and_what_to_do_after_it(
    tmp_path: Path, settings: dict[str, str], examples: Path
) -> None:
    clean = student_files()
    leaked = {**clean, "week1/mean/main.py": SOLUTION}
    repository = build_repository(tmp_path / "r.git", [clean, leaked, {**clean, "old/test.py": TEST}])
    done = courseline("leak-scan", repository.path, "--examples", examples, settings=settings)
    lines = done.stdout.splitlines()
    assert done.returncode == 1, done.stderr
    assert (
        lines[0]
        == f"{repository.path}: 2 hidden files leaked (1 students see it now; 1 in the history only)."
    )
    tip, history = (
        lines.index(line) for line in lines if line.startswith(("Students see", "In the history"))
    )
    assert "old/test.py: is the test file tests/test_main.py of mean, byte for byte" in lines[tip + 1]
    assert "week1/mean/main.py: is the solution main.py of mean, byte for byte" in lines[history + 1]
    assert f"since commit {repository.commits[1][:12]} of 2026-01-01" in lines[history]
    assert lines.index("What to do, in this order:") > history
    assert "compared with 1 example." in lines[-1]


def test_a_clean_one_in_two_lines(tmp_path: Path, settings: dict[str, str], examples: Path) -> None:
    repository = build_repository(tmp_path / "r.git", [student_files()])
    done = courseline("leak-scan", repository.path, "--examples", examples, settings=settings)
    assert (done.returncode, done.stdout.splitlines()[0]) == (
        0,
        f"{repository.path}: nothing hidden was found.",
    )


def test_as_json(tmp_path: Path, settings: dict[str, str], examples: Path) -> None:
    repository = build_repository(tmp_path / "r.git", [{**student_files(), "x.py": SOLUTION}])
    document = answer("leak-scan", repository.path, "--examples", examples, settings=settings)
    (leak,) = document["leaks"]
    assert (document["exit"], document["clean"], document["signs"]) == (1, False, [])
    assert document["blobs"] == [leak["oid"]]
    assert (leak["paths"], leak["state"], leak["at_tip_of"]) == (["x.py"], "tip", ["refs/heads/main"])
    assert leak["is"][0] | {"line": None} == {
        "likeness": "same-bytes", "example": "mean", "file": "main.py", "role": "submission", "where": "", "line": None,
        "share": 100,
    }  # fmt: skip
    assert leak["since"]["commit"] == repository.head


def test_nothing_is_left_behind_and_nothing_is_changed(
    tmp_path: Path, settings: dict[str, str], examples: Path
) -> None:
    repository = build_repository(tmp_path / "r.git", [student_files()])
    before = {path: path.stat().st_mtime_ns for path in repository.path.rglob("*")}
    courseline("leak-scan", repository.path, "--examples", examples, settings=settings)
    assert {path: path.stat().st_mtime_ns for path in repository.path.rglob("*")} == before
    assert list((tmp_path / "home" / "tmp").iterdir()) == []


def test_two_things_to_compare_with_are_one_too_many(
    tmp_path: Path, settings: dict[str, str], examples: Path
) -> None:
    done = courseline("leak-scan", tmp_path, "--examples", examples, "--library", settings=settings)
    assert (done.returncode, "give one of them" in done.stderr) == (2, True)


def test_what_is_no_repository_is_said_to_be_none(tmp_path: Path, settings: dict[str, str]) -> None:
    (tmp_path / "empty").mkdir()
    document = answer("leak-scan", tmp_path / "empty", settings=settings)
    assert document["exit"] in {1, 3}
    assert document["error"]["kind"] == "not_found"
    assert document["clean"] is None


def test_a_broken_example_is_warned_of(tmp_path: Path, settings: dict[str, str], examples: Path) -> None:
    write(examples, {"broken/meta.yaml": "title: [\n"})
    repository = build_repository(tmp_path / "r.git", [student_files()])
    document = answer("leak-scan", repository.path, "--examples", examples, settings=settings)
    assert (document["exit"], document["examples"]) == (0, 1)
    assert [problem["path"] for problem in document["problems"]] == ["broken/meta.yaml"]
