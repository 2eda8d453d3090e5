"""Students fork the template, work, and take over what comes later: no merge ever conflicts, no work is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.builders.postgres import PostgresServer
from tests.builders.repositories import git
from tests.builders.small_course import HELLO, STRUCTURE, make_small_course
from tests.builders.template_course import TemplateCourse

ANSWER = "def greet(name):\n    return 'Hello, ' + name  # my own\n"
NOTES = "what I still do not understand\n"
META = str(HELLO["hello/meta.yaml"])
MORE = (
    "      - {path: week2.hello_again, type: assignment, title: Hello Again, example: hello, version: v1.2}\n"
)


class Fork:
    """A student's clone of the template with work of their own."""

    def __init__(self, path: Path, course: TemplateCourse) -> None:
        self.path = path
        git(path.parent, "clone", "-q", str(course.template), str(path))

    def work(self, files: dict[str, str], message: str) -> None:
        for name, text in files.items():
            (self.path / name).parent.mkdir(parents=True, exist_ok=True)
            (self.path / name).write_text(text)
        git(self.path, "add", "-A")
        git(self.path, "commit", "-q", "-m", message)

    def take_over(self) -> None:
        """As the button of a fork does: fetch and merge; git fails on a conflict."""
        git(self.path, "fetch", "-q", "origin")
        git(self.path, "merge", "-q", "--no-edit", "origin/main")
        assert git(self.path, "status", "--porcelain") == ""

    def read(self, name: str) -> str:
        return (self.path / name).read_text()

    def has(self, name: str) -> bool:
        return (self.path / name).exists()


@pytest.fixture
def course(postgres: PostgresServer, tmp_path: Path) -> Iterator[TemplateCourse]:
    with postgres.fresh() as url:
        made = TemplateCourse(tmp_path / "course", url)
        made.register()
        make_small_course(made)
        made.publish()
        yield made
        made.close()


def test_forks_merge_cleanly_through_a_whole_semester(course: TemplateCourse, tmp_path: Path) -> None:
    busy, idle = Fork(tmp_path / "busy", course), Fork(tmp_path / "idle", course)
    busy.work({"week1/hello/hello.py": ANSWER, "week1/hello/my-notes.txt": NOTES}, "My answer")
    busy.work(
        {"week1/blank/answer.py": "print(42)\n", "week1/sums/sums.py": "def add(a, b):\n    return a + b\n"},
        "More",
    )

    def everyone(*, refusals: int = 0) -> None:
        assert len(course.publish().refusals) == refusals
        for fork in (busy, idle):
            fork.take_over()
        assert busy.read("week1/hello/hello.py") == ANSWER
        assert busy.read("week1/hello/my-notes.txt") == NOTES
        assert git(idle.path, "rev-parse", "HEAD") == git(course.template, "rev-parse", "main")

    # A lecturer mends a text and adds another.
    course.edit(
        {"week1/blank/README.md": "# Blank\n\nWrite what you like.\n", "week1/blank/README_de.md": "# Leer\n"}
    )
    everyone()
    assert busy.read("week1/blank/README.md").endswith("like.\n")
    assert idle.has("week1/blank/README_de.md")

    # A new version changes what students began with: the place waits, the rest goes on.
    template = "def greet(name, polite=False):\n    '''Return a greeting.'''\n"
    course.sync({"hello/studentTemplates/hello.py": template}, "v1.1")
    course.structure(STRUCTURE.replace("example: hello, version: v1.0", "example: hello, version: v1.1"))
    course.edit({"week1/sums/README.md": "# Sums\n\nAdd them up.\n"})
    assert course.deploy().count("deployed") == 1
    everyone(refusals=1)
    assert busy.read("week1/sums/README.md").endswith("up.\n")
    assert "polite" not in idle.read("week1/hello/hello.py")

    # The next one keeps it, hands in one file more, and comes at a new place too.
    course.sync(
        {
            "hello/studentTemplates/hello.py": HELLO["hello/studentTemplates/hello.py"],
            "hello/meta.yaml": META.replace("[hello.py]", "[hello.py, more.py]"),
            "hello/more.py": "# CANARY: more of the answer, for nobody to see\n",
        },
        "v1.2",
    )
    structure = STRUCTURE.replace("example: hello, version: v1.0", "example: hello, version: v1.2") + MORE
    course.structure(structure)
    course.deploy()
    everyone()
    assert busy.read("week1/hello/more.py") == ""
    assert idle.has("week2/hello_again/hello.py")

    # A place moves within the course file; its directory stays where students have it.
    moved = structure.replace("path: week1.sums,", "path: week2.sums, movedFrom: week1.sums,")
    line = next(one for one in moved.splitlines(keepends=True) if "movedFrom" in one)
    course.structure(moved.replace(line, "") + line)
    course.deploy()
    everyone()
    assert busy.read("week1/sums/sums.py").endswith("return a + b\n")

    # One is taken away, and said to be: who has not touched it loses it, who has is not asked to choose.
    gone = "".join(
        one for one in (moved.replace(line, "") + line).splitlines(keepends=True) if "week2.uses" not in one
    )
    course.structure(gone, "removed: [{path: week2.uses, allowTemplateChange: v1.0}]\n")
    course.deploy()
    everyone()
    assert not idle.has("week2/uses/use.py")
    assert len(course.log()) == 6


def test_a_change_that_is_let_through_reaches_who_has_not_begun(
    course: TemplateCourse, tmp_path: Path
) -> None:
    idle = Fork(tmp_path / "idle", course)
    course.sync({"hello/studentTemplates/hello.py": "def greet(name, polite):\n    ...\n"}, "v1.1")
    allowed = "example: hello, version: v1.1, allowTemplateChange: v1.1"
    course.structure(STRUCTURE.replace("example: hello, version: v1.0", allowed))
    course.deploy()
    assert course.publish().refusals == ()
    idle.take_over()
    assert "polite" in idle.read("week1/hello/hello.py")
