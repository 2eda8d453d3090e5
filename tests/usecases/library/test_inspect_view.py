"""Before a version is published its student view must build and pass the leak gate; the others are published."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.builders.library import Library, example_files
from tests.builders.repositories import Content, build_repository

from courseline.domain.library.publication import PublicationStatus as Status
from courseline.errors import Problem, Severity

LISTS = (
    "slug: bad\ntitle: Bad\nproperties:\n  studentSubmissionFiles: [main.py]\n  testFiles: [test_main.py]\n"
)
SOLUTION = "def mean(values):\n    return sum(values) / len(values)\n"
TOKEN = f"url = 'https://ada:{'k3Lm9' + 'Qz7'}@gitlab.uni-graz.at/x.git'\n"

REFUSED: dict[str, tuple[dict[str, Content], str]] = {
    "a solution under another name": (
        {"meta.yaml": f"{LISTS}  additionalFiles: [data.txt]\n", "main.py": SOLUTION, "data.txt": SOLUTION},
        "solution main.py",
    ),
    "a test under another name": (
        {
            "meta.yaml": f"{LISTS}  additionalFiles: [data/]\n",
            "test_main.py": "assert mean([1, 2, 3]) == 2, 'the mean is wrong'\n",
            "data/try.py": "assert mean([1, 2, 3]) == 2, 'the mean is wrong'\n",
        },
        "test file test_main.py",
    ),
    "a marker without its end": ({"meta.yaml": LISTS, "main.py": "# BEGIN SOLUTION\nprint(42)\n"}, "BEGIN SOLUTION"),
    "a solution as template": (
        {"meta.yaml": f"{LISTS}  studentTemplates: [studentTemplates/main.py]\n", "main.py": SOLUTION,
         "studentTemplates/main.py": SOLUTION},
        "solution main.py",
    ),
    "a canary": (
        {"meta.yaml": f"{LISTS}  additionalFiles: [data.txt]\n", "data.txt": "COURSELINE-" + "CANARY-1\n"},
        "canary",
    ),
}  # fmt: skip
WARNED: dict[str, tuple[dict[str, Content], str, int | None]] = {
    "a secret in a hidden file": ({"test_main.py": f"a = 1\n{TOKEN}"}, "a password in an address", 2),
    "a secret that students get": (
        {"meta.yaml": f"{LISTS}  additionalFiles: [data.txt]\n", "data.txt": TOKEN},
        "a password in an address",
        1,
    ),
    "an archive that students get": (
        {"meta.yaml": f"{LISTS}  additionalFiles: [all.zip]\n", "all.zip": "PK"},
        "an archive",
        None,
    ),
}


def publish(library: Library, folder: Path, files: dict[str, Content]) -> tuple[Status, tuple[Problem, ...]]:
    """Status and problems of an example with these files, beside a good one that must be published."""
    bad = {
        **example_files("bad"),
        "bad/meta.yaml": LISTS,
        **{f"bad/{path}": one for path, one in files.items()},
    }
    repository = build_repository(
        folder / "examples.git", [{**bad, **example_files("good")}], tags={"v1.0": 0}
    )
    found = {example.directory: example for example in library.sync(repository, "v1.0").examples}
    assert found["good"].status is Status.PUBLISHED
    assert found["good"].problems == ()
    with library.database.transaction() as rows:
        known = rows.library.example(library.repository(repository).id, "bad")
    assert (known is None) is (found["bad"].status is Status.REFUSED)
    return found["bad"].status, found["bad"].problems


@pytest.mark.parametrize("name", REFUSED)
def test_an_example_that_cannot_pass_the_gate_is_refused_and_the_others_are_published(
    library: Library, tmp_path: Path, name: str
) -> None:
    files, words = REFUSED[name]
    status, problems = publish(library, tmp_path, files)

    assert status is Status.REFUSED
    assert any(words in one.message and one.path.startswith("bad/") for one in problems)
    assert len(set(problems)) == len(problems)


@pytest.mark.parametrize("name", WARNED)
def test_what_a_course_may_except_only_warns(library: Library, tmp_path: Path, name: str) -> None:
    files, words, line = WARNED[name]
    status, problems = publish(library, tmp_path, files)

    assert status is Status.PUBLISHED
    (problem,) = problems
    assert words in problem.message
    assert (problem.severity, problem.line, bool(problem.fix)) == (Severity.WARNING, line, True)
