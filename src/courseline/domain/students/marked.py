"""Whether a file that is published as it is says itself that it holds a solution."""

from __future__ import annotations

from courseline.domain.students.admitted import Admitted
from courseline.domain.students.markers import find_markers
from courseline.domain.students.notebook import is_notebook
from courseline.domain.students.notebook_cut import uncut_cell
from courseline.domain.students.stubs import Stubs
from courseline.domain.tree import TreeFile
from courseline.errors import Problem


def marked(admitted: Admitted, source: TreeFile, raw: bytes, stubs: Stubs) -> Problem | None:
    """A solution marker, or a filled-in solution cell, in a file that is published as it is."""
    fix = "Remove what students must not see together with its markers, or publish another file."
    cell = uncut_cell(raw, source.path, stubs) if is_notebook(source.path) else None
    if cell is not None:
        message = f"{admitted.words} would reach students as it is, but its cell {cell} holds a solution, by its metadata or its markers."
        return Problem(source.path, None, message, fix=fix)
    found = find_markers(raw, source.path)
    if found.markers:
        message = f"{admitted.words} would reach students as it is, but it holds a solution marker."
        lines = [marker.line for marker in found.markers] + [problem.line or 1 for problem in found.problems]
        return Problem(source.path, min(lines), message, fix=fix)
    for problem in found.problems[:1]:
        message = f"{admitted.words} would reach students as it is. {problem.message}"
        return Problem(source.path, problem.line, message, fix=fix)
    return None
