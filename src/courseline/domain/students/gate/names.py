"""What the gate says of names alone: of a view that was judged somewhere else, only the directory is new."""

from __future__ import annotations

from collections.abc import Collection

from courseline.domain.students.gate.case import GateCase
from courseline.domain.students.gate.judge import judge
from courseline.domain.tree import FILE, Tree, TreeFile

_CHECKS = ("pointers", "canary")
"""The checks that look at a whole path; all others look at it as it is inside its place."""

_INSIDE, _OID = "file", "0" * 40


def refused_directories(directories: Collection[str]) -> set[str]:
    """Those of the directories in which the gate would find fault with every file.

    What one of these checks looks for has no `/` in it, so that it is in the directory or in the path inside it.
    """
    files = (TreeFile(f"{directory}/{_INSIDE}", FILE, _OID) for directory in directories)
    found = judge(GateCase(places=(), candidate=Tree(files), blobs={}, metas={}), _CHECKS)
    return {finding.path.removesuffix(f"/{_INSIDE}") for finding in found}
