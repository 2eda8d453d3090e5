"""What students have begun to work on stays: files they hand in are neither changed nor taken away behind their back.

All else of a place follows its version. A change is let through for one version, by its label, in the course file.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from courseline.domain.library.label import Label
from courseline.domain.paths import printable
from courseline.domain.students.rule import Rule
from courseline.domain.tree import Tree
from courseline.errors import Problem

HANDED_IN = frozenset({Rule.TEMPLATE, Rule.CUT, Rule.EMPTY})
"""Rules of files that students hand in."""


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A file that students hand in and have been given.

    Attributes:
        path: in the template repository.
        oid: its blob id there.
    """

    path: str
    oid: str


def held_files(given: Iterable[tuple[str, str, str]], head: Tree) -> list[HeldFile]:
    """Files that students have now and hand in.

    Args:
        given: path, blob id and rule of all that they have ever been given.
        head: tree of the template repository now.
    """
    handed_in = {(path, oid) for path, oid, rule in given if rule in HANDED_IN}
    return [HeldFile(file.path, file.oid) for file in head if (file.path, file.oid) in handed_in]


def is_allowed(written: str | None, labels: Collection[Label]) -> bool:
    """Whether `allowTemplateChange` names the version that is there.

    Args:
        written: its value, None when the entry has none.
        labels: of that version; none for content without an example, for which any label will do.
    """
    label = None if written is None else Label.parse(written)
    return label is not None and (not labels or label in labels)


def exposure_problems(
    held: Iterable[HeldFile],
    planned: Mapping[str, str],
    where: tuple[str, int | None],
    allow: str,
) -> list[Problem]:
    """What would change under students' hands.

    Args:
        held: files of the place that they have and hand in.
        planned: blob id by path in the template repository, of all that the place is to have.
        where: file and line of the place's entry in the course file.
        allow: what to write there to let the change through.
    """
    problems: list[Problem] = []
    for file in held:
        found = planned.get(file.path)
        if found == file.oid:
            continue
        moved = (
            next((path for path, oid in planned.items() if oid == file.oid), None) if found is None else None
        )
        change = (
            "be changed" if found is not None else f"become {printable(moved)}" if moved else "be removed"
        )
        problems.append(
            Problem(
                where[0],
                where[1],
                f"{printable(file.path)}, which students hand in and may have begun to work on, would {change} in their"
                " template; the place stays as they have it.",
                fix=f"To let it change, write `{allow}` at this entry; else give out a version that keeps the file.",
            )
        )
    return problems
