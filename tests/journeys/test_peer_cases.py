"""Eight examples that two systems of the same kind answer with a leak, an overwrite or silence, on their whole way.

Five are from computor (a template that is missing, a test in additionalFiles, a whole media folder, a path upwards, two
files of one name), three from the checker of manytask (Latin-1, a marker in another case, a private file in a public folder).
Each either gives students exactly the tree below, or is refused when its tag is synced, with file and line.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest
from tests.builders.command_line import answer, write
from tests.builders.postgres import PostgresServer
from tests.builders.repositories import ENVIRONMENT, git
from tests.builders.student_places import meta_text
from tests.builders.template_course import TemplateCourse

from courseline.usecases.library.sync import Synced
from courseline.usecases.students.publish_template import PublishedTemplate

SOLUTION = "def largest(numbers):\n    best = numbers[0]\n    for one in numbers:\n        best = max(best, one)\n    return best\n"
TEST = "from main import largest\n\n\ndef test_largest():\n    assert largest([3, 17, 4]) == 17\n"


@dataclass(frozen=True)
class Case:
    """An example: its lists, its files, and what becomes of it.

    Attributes:
        lists: `properties` of meta.yaml.
        files: content by path, beside meta.yaml.
        given: what students get beside meta.yaml, by path; empty when it is refused.
        refused: (line of meta.yaml or file and line, words of the message), when it is.
    """

    lists: Mapping[str, object]
    files: Mapping[str, str | bytes]
    given: Mapping[str, bytes] = field(default_factory=dict)
    refused: tuple[str, str] | None = None

    def at(self, directory: str) -> dict[str, str | bytes]:
        meta = meta_text(**self.lists).replace("slug: hello-world", f"slug: {directory}")
        return {f"{directory}/{path}": content for path, content in {"meta.yaml": meta, **self.files}.items()}


CASES = {
    "template-missing": Case(
        {"studentSubmissionFiles": ["main.py"], "studentTemplates": ["studentTemplates/main.py"]},
        {"main.py": SOLUTION, "localTests/correctSolution/main.py": SOLUTION},
        refused=("template-missing/meta.yaml:9", "`studentTemplates/main.py`, which is not there"),
    ),
    "test-in-additional-files": Case(
        {"additionalFiles": ["tests/test_main.py"], "testFiles": ["tests/test_main.py"]},
        {"tests/test_main.py": TEST},
        refused=("test-in-additional-files/meta.yaml:7", "`testFiles` hides it (line 9)"),
    ),
    "whole-media-folder": Case(
        {"studentSubmissionFiles": ["main.py"]},
        {
            "content/index.md": "# Task\n\n![as drawn](mediaFiles/task.svg)\n",
            "content/mediaFiles/task.svg": "<svg/>\n",
            "content/mediaFiles/solution.svg": "<svg><text>17 is the largest of them</text></svg>\n",
            "content/mediaFiles/main.py": SOLUTION,
        },
        given={
            "README.md": b"# Task\n\n![as drawn](mediaFiles/task.svg)\n",
            "mediaFiles/task.svg": b"<svg/>\n",
            "main.py": b"",
        },
    ),
    "path-upwards": Case(
        {"additionalFiles": ["../../escape.txt"]},
        {"data.txt": "3 17 4\n"},
        refused=("path-upwards/meta.yaml:7", "`../../escape.txt`"),
    ),
    "one-name-twice": Case(
        {"additionalFiles": ["data/small/in.csv", "data/large/in.csv"]},
        {"data/small/in.csv": "3\n17\n", "data/large/in.csv": "3\n17\n4\n"},
        given={"data/small/in.csv": b"3\n17\n", "data/large/in.csv": b"3\n17\n4\n"},
    ),
    "latin-1": Case(
        {"studentSubmissionFiles": ["main.py"]},
        {"main.py": f"# größte Zahl\n# SOLUTION BEGIN\n{SOLUTION}# SOLUTION END\n".encode("latin-1")},
        given={"main.py": "# größte Zahl\npass\n".encode("latin-1")},
    ),
    "marker-in-another-case": Case(
        {"studentSubmissionFiles": ["main.py"]},
        {
            "main.py": "def largest(numbers):\n    # solution begin\n    return max(numbers)\n    # Solution End\n"
        },
        given={"main.py": b"def largest(numbers):\n    raise NotImplementedError\n"},
    ),
    "private-in-public-folder": Case(
        {
            "studentSubmissionFiles": ["pkg/main.py"],
            "additionalFiles": ["pkg/"],
            "testFiles": ["pkg/test_private.py"],
        },
        {
            "pkg/__init__.py": "",
            "pkg/main.py": SOLUTION,
            "pkg/test_private.py": TEST,
            "pkg/.solution.py": SOLUTION,
        },
        given={"pkg/__init__.py": b"", "pkg/main.py": b""},
    ),
}
SOUND = [name for name, case in CASES.items() if case.refused is None]
Journey = tuple[TemplateCourse, Synced, PublishedTemplate]


@pytest.fixture(scope="module")
def journey(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    with postgres.fresh() as url:
        course = TemplateCourse(tmp_path_factory.mktemp("peers") / "course", url)
        course.register()
        synced = course.sync(
            {path: raw for name, case in CASES.items() for path, raw in case.at(name).items()}, "v1"
        )
        entries = "".join(
            f"      - {{path: all.{name.replace('-', '_')}, type: assignment, example: {name}}}\n"
            for name in SOUND
        )
        course.structure(f"  - path: all\n    type: week\n    title: All\n    content:\n{entries}")
        assert course.deploy().count("deployed") == len(SOUND)
        yield course, synced, course.publish()
        course.close()


@pytest.mark.parametrize("name", CASES)
def test_it_is_published_or_refused_with_file_and_line(journey: Journey, name: str) -> None:
    _, synced, _ = journey
    case = CASES[name]
    one = next(example for example in synced.examples if example.directory == name)

    assert str(one.status) == ("refused" if case.refused else "published")
    if case.refused is not None:
        assert (case.refused[0], True) in {
            (problem.where, case.refused[1] in problem.message) for problem in one.problems
        }


@pytest.mark.parametrize("name", SOUND)
def test_students_get_this_tree_and_nothing_else(journey: Journey, name: str) -> None:
    course, _, done = journey
    place = f"HEAD:all/{name.replace('-', '_')}"
    names = git(course.template, "ls-tree", "-r", "--name-only", place).split("\n")
    given = {
        path: subprocess.run(
            ["git", "cat-file", "blob", f"{place}/{path}"],
            cwd=course.template,
            env=ENVIRONMENT,
            check=True,
            capture_output=True,
        ).stdout
        for path in names
        if path != "meta.yaml"
    }

    assert done.refusals == ()
    assert given == CASES[name].given
    assert "meta.yaml" in names


def test_no_line_of_a_solution_or_test_is_in_any_object_of_the_template(journey: Journey) -> None:
    course, _, _ = journey
    everything = course.everything()

    for line in (
        "best = max(best, one)",
        "return max(numbers)",
        "largest([3, 17, 4]) == 17",
        "the largest of them",
    ):
        assert line.encode() not in everything


@pytest.mark.parametrize("name", CASES)
def test_preview_says_the_same_beforehand(tmp_path, name: str) -> None:
    case = CASES[name]
    (one,) = answer("preview", write(tmp_path, case.at(name)), "--as", "student")["examples"]

    assert one["refused"] is (case.refused is not None)
    assert {file["path"] for file in one["files"]} == (
        {*case.given, "meta.yaml"} if case.refused is None else set()
    )
    if case.refused is not None:
        assert case.refused[0] in {f"{problem['path']}:{problem['line']}" for problem in one["problems"]}
