"""Which files are held, and what is said when one would change."""

import pytest

from courseline.domain.library.label import Label
from courseline.domain.students.exposure import HeldFile, exposure_problems, held_files, is_allowed
from courseline.domain.tree import FILE, Tree, TreeFile

A, B = "a" * 40, "b" * 40
WHERE = ("course-structure.yaml", 7)


@pytest.mark.parametrize(("rule", "is_held"), [("3-template", True), ("3-cut", True), ("3-empty", True), ("1", False), ("2", False), ("4", False)])  # fmt: skip
def test_only_files_that_are_handed_in_are_held(rule, is_held):
    head = Tree([TreeFile("w/main.py", FILE, A)])
    assert bool(held_files([("w/main.py", A, rule)], head)) is is_held


def test_what_students_no_longer_have_is_not_held():
    head = Tree([TreeFile("w/main.py", FILE, B)])
    assert held_files([("w/main.py", A, "3-template"), ("w/old.py", B, "3-empty")], head) == []


@pytest.mark.parametrize(
    ("planned", "word"),
    [({"w/main.py": B}, "be changed"), ({}, "be removed"), ({"w/other.py": A}, "become w/other.py")],
)
def test_the_problem_says_what_would_happen_and_what_lets_it(planned, word):
    (problem,) = exposure_problems([HeldFile("w/main.py", A)], planned, WHERE, "allowTemplateChange: v2")
    assert problem.where == "course-structure.yaml:7"
    assert word in problem.message
    assert "`allowTemplateChange: v2`" in problem.fix


def test_what_stays_is_no_problem():
    assert exposure_problems([HeldFile("w/main.py", A)], {"w/main.py": A, "w/new.py": B}, WHERE, "") == []


def test_a_label_allows_its_version_however_it_is_written():
    labels = [label for label in [Label.parse("v1.1")] if label]
    assert is_allowed("1.1.0", labels)
    assert not is_allowed("v1.0", labels)
    assert not is_allowed(None, labels)
    assert not is_allowed("soon", labels)
    assert is_allowed("v1", [])
