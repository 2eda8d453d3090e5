from __future__ import annotations

import random

import pytest

from courseline.domain.paths import LONGEST_NAME, _faults
from courseline.domain.plain_paths import are_plain

PARTS = ("a", "A", "b.c", "B.c", ".x", "com0", "c-d_e", ".git", ".Git", "git~1", "con", "con.txt", "Aux", "lpt1", "a ",
         "a.", "..", ".", "", "ä", "x\ny", "b:c", "b\\c", "n" * 256)  # fmt: skip


def test_what_is_plain_at_a_look_has_no_fault_at_a_closer_one() -> None:
    chance = random.Random(3)
    plain = 0
    for _ in range(6000):
        some = PARTS[: chance.choice([3, 7, len(PARTS)])]
        names = {
            "/".join(chance.choice(some) for _ in range(chance.randint(1, 3)))
            for _ in range(chance.randint(0, 4))
        }
        if are_plain(names, LONGEST_NAME):
            plain += 1
            assert list(_faults(sorted(names))) == [], names
    assert plain > 1000


def test_ordinary_names_are_plain() -> None:
    names = {"README.md", ".gitignore", "src/main.py", "src/a-b_c.d/x.tar.gz", ".config/.x", "console/com10"}
    assert are_plain(names, LONGEST_NAME)
    assert are_plain(set(), LONGEST_NAME)


@pytest.mark.parametrize("part", PARTS[7:])
def test_odd_parts_are_not_plain_wherever_they_stand(part: str) -> None:
    for path in (part, f"a/{part}", f"{part}/a", f"a/{part}/b"):
        assert not are_plain({"z", path}, LONGEST_NAME)


@pytest.mark.parametrize("names", [{"a", "A"}, {"a/x", "A/y"}, {"a", "a/x"}, {"a/b/c", "a/B"}, {"a\nb"}])
def test_names_that_are_one_somewhere_are_not_plain(names: set[str]) -> None:
    assert not are_plain(names, LONGEST_NAME)
