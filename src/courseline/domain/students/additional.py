"""Rule 2: files listed in `additionalFiles`, and public files copied from dependencies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from courseline.domain.deploying.place_state import TRACKING_FILE
from courseline.domain.library.meta import Meta
from courseline.domain.library.version import Role
from courseline.domain.students.admitted import Admitted, Withheld
from courseline.domain.students.rule import Rule
from courseline.domain.tree import Tree


def additional_files(
    tree: Tree, meta: Meta, dependency_roles: Mapping[str, Role], withheld: Withheld
) -> Iterator[Admitted]:
    """What rule 2 admits at a place, each file at its own path.

    A directory brings what lies in it except what is withheld; a file named by itself is asked for in any case, so
    that whatever forbids it becomes a problem.
    """
    named: set[str] = set()
    for listed in meta.additional_files:
        file = tree.get(listed.path)
        if listed.is_directory:
            brought = [one for one in tree.below(listed.path) if withheld.leaves(one.path, listed.path)]
        else:
            brought = [] if file is None else [file]
        for one in brought:
            named.add(one.path)
            yield Admitted(one.path, Rule.ADDITIONAL, one, listed.line)
    for path, role in sorted(dependency_roles.items()):
        file = tree.get(path)
        if role is Role.PUBLIC and file is not None and path not in named and not withheld.submission(path):
            yield Admitted(path, Rule.ADDITIONAL, file, None, TRACKING_FILE)
