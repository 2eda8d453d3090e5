from dataclasses import replace

import pytest
from tests.builders.student_places import STUB, MadeUpCourse, Place, meta_text

from courseline.domain.course.wish import GateLimits
from courseline.domain.students.gate.judge import judge

HEAD = "import math\n\n\ndef area(radius):\n"
BODY = "".join(
    f"    step_{n} = math.sqrt(radius + {n})\n    total = total * step_{n} + {n}\n" for n in range(6)
)
SOLUTION = f"{HEAD}    total = 0\n{BODY}    return total\n"
TEST = "".join(f"assert area({n}) == {n * n * 3 + 7}, 'radius {n} is wrong'\n" for n in range(10))
SHORT = "from area import area\n\nprint(area(5) - 12.5)\nprint(area(7) / 2.25)\n"
CUT = (
    "".join(f"wide_{n} = {n} * 2.5\n" for n in range(9))
    + "# BEGIN SOLUTION\nprint(sum(wide))\n# END SOLUTION\n"
)
PLACE = Place(
    {
        "meta.yaml": meta_text(
            studentSubmissionFiles=["area.py", "cut.py"],
            studentTemplates=["studentTemplates/area.py"],
            additionalFiles=["data/"],
            testFiles=["tests/"],
        ),
        "README.md": "# Area\n",
        "area.py": SOLUTION,
        "cut.py": CUT,
        "studentTemplates/area.py": STUB,
        "tests/test_area.py": TEST,
        "tests/short.py": SHORT,
        "data/points.csv": "".join(f"{n},{n * 31 % 17}\n" for n in range(40)),
    }
)


def rules(*, limits: GateLimits | None = None, **files: str) -> set[str]:
    """Rules of the findings when files whose names have `_` for `/` and `.` are other ones."""
    return {rule for rule, _ in _found(limits, files)}


def _found(limits: GateLimits | None, files: dict[str, str]) -> set[tuple[str, int | None]]:
    named = {
        {"readme": "README.md", "data": "data/extra.txt", "template": "studentTemplates/area.py"}[name]: text
        for name, text in files.items()
    }
    case = MadeUpCourse([replace(PLACE, files={**PLACE.files, **named})]).case()
    return {(one.rule, one.line) for one in judge(replace(case, limits=limits) if limits else case)}


def most_of(text: str, part: float) -> str:
    lines = text.splitlines(keepends=True)
    return "".join(lines[: round(len(lines) * part)])


def test_an_honest_place_has_none():
    assert rules() == set()


@pytest.mark.parametrize(
    "text", [most_of(TEST, 0.9), TEST.replace("radius 3", "number 3"), f"Before.\n{TEST}After.\n"]
)
def test_most_of_a_test_in_a_public_file_is_found(text):
    assert "similarity" in rules(data=text)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "".join(f"    {line}" for line in text.splitlines(keepends=True)),
        lambda text: "".join(f"# {line}" for line in text.splitlines(keepends=True)),
        lambda text: text.replace(" ", "  ").replace("\n", "\n\n"),
        str.upper,
    ],
    ids=["CRLF", "indented", "in comments", "with blanks", "upper case"],
)
def test_a_copy_is_found_in_another_dress(change):
    assert "similarity" in rules(data=change(TEST))
    assert "similarity" in rules(readme=f"# Task\n\n```\n{change(TEST)}```\n")
    assert "containment" in rules(data=change(SHORT))


def test_half_of_a_test_is_none():
    assert rules(data=most_of(TEST, 0.5)) == set()


def test_a_course_may_be_stricter():
    assert "similarity" in rules(data=most_of(TEST, 0.6), limits=GateLimits(50, 2, 4))


def test_the_line_at_which_it_begins_is_told():
    assert ("similarity", 3) in _found(None, {"data": f"one\ntwo\n{TEST}"})


@pytest.mark.parametrize(
    "text", [SHORT + "# 1\n", "\n".join(reversed(SHORT.split("\n"))), SHORT.replace("\n", "\nmore\n")]
)
def test_every_line_of_a_short_test_is_found_in_any_order(text):
    assert "containment" in rules(data=text)


def test_a_template_lacks_a_line_of_its_solution():
    assert "containment" in rules(template=f"# {STUB}{SOLUTION}")
    assert "containment" in rules(template="".join(f"# {line}\n" for line in SOLUTION.split("\n")))
    assert rules(template=SOLUTION.replace("    return total\n", "")) == set()


def test_nothing_is_compared_with_what_students_have_already():
    place = replace(PLACE, files={**PLACE.files, "data/extra.txt": f"# Try it.\n{TEST}"})
    course = MadeUpCourse([place])

    assert "similarity" in {one.rule for one in judge(course.case())}
    assert judge(course.after(place).case()) == []
