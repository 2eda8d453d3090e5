"""Notebooks for students: without solutions, and without what running them has left behind.

What is a solution is said by markers within a cell, as in any text, or by the cell's metadata: that of nbgrader
(https://nbgrader.readthedocs.io/en/stable/contributor_guide/metadata.html), or the tag `solution`. A solution cell
without markers is a solution as a whole. Cells that nbgrader marks as tests are given, hidden tests in them are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from courseline.domain.students.cut import Cut, cut_lines
from courseline.domain.students.marker import Kind
from courseline.domain.students.markers import in_cell, markers_in
from courseline.domain.students.notebook import Cell, Notebook, read_notebook, write_notebook
from courseline.domain.students.stubs import Stubs
from courseline.domain.students.text_file import lines_of
from courseline.errors import Problem

# Suffix of a language's files, by the name Jupyter gives it: https://github.com/jupyter/jupyter/wiki/Jupyter-kernels
_SUFFIXES = {
    "python": ".py", "octave": ".m", "matlab": ".m", "r": ".r", "julia": ".jl", "java": ".java", "c": ".c",
    "c++": ".cpp", "c++17": ".cpp", "javascript": ".js", "typescript": ".ts", "bash": ".sh", "sql": ".sql",
    "ruby": ".rb", "rust": ".rs", "go": ".go", "haskell": ".hs", "kotlin": ".kt", "scala": ".scala", "c#": ".cs",
}  # fmt: skip
_GRADER_KEYS = ("cell_type", "grade", "grade_id", "locked", "points", "schema_version", "solution", "task")
_FLAGS = ("deletable", "editable")
_SOLUTION_TAG = "solution"
_NO = {"false", "none", "0", "no", ""}
# What these fold away on the page is in the file all the same, so students see it:
# https://jupyterbook.org/en/stable/interactive/hiding.html
_FOLDING = re.compile(r"(?:hide|remove)[-_].*|hidden", re.IGNORECASE)
_LONGEST = 200  # characters of a text in metadata; what tools write there is shorter, and nobody sees it
_ATTACHMENT = re.compile(r"attachment:([^\s)\"'>]+)")
_LEFT_OPEN = re.compile(
    r"NotImplementedError|not implemented|your (?:code|answer|turn)|write your|\bTODO\b|\bfail\(\)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Language:
    """Path whose suffix tells the language of code cells, and of text cells; for stubs."""

    code: str
    text: str = "cell.md"


def cut_notebook(raw: bytes, path: str, stubs: Stubs | None = None) -> Cut:
    """The notebook without its solutions, outputs, execution counts, attachments nobody sees, and foreign metadata.

    Args:
        raw: the file.
        path: its name in problems.
        stubs: what stands where a solution was; None for nothing.

    Returns:
        A valid notebook; the same bytes for the same source.
    """
    notebook = read_notebook(raw, path)
    if isinstance(notebook, Problem):
        return Cut(None, (notebook,))
    chosen = stubs or Stubs({"": ""})
    language = _Language(path if path in chosen.chosen else f"cell{_suffix(notebook.metadata)}")
    cells: list[Cell] = []
    problems: list[Problem] = []
    cut: list[str] = []
    solutions = 0
    for number, cell in enumerate(notebook.cells, start=1):
        name = language.code if cell.kind == "code" else language.text
        found = in_cell(markers_in(lines_of(cell.source), name), number)
        problems += [replace(problem, path=path) for problem in found.problems]
        solutions += is_solution(cell) or any(marker.kind is Kind.SOLUTION for marker in found.markers)
        if found.markers or is_solution(cell):
            cut.append(str(number))
        if not problems:
            left = cut_lines(lines_of(cell.source), found.markers, name, chosen)
            source = "".join(line for line, _ in left)
            if is_solution(cell) and all(marker.kind is not Kind.SOLUTION for marker in found.markers):
                source = "\n".join(chosen.lines(name, lines_of(source), ""))
            if markers_in(lines_of(source), name).markers:
                message = f"Cell {number}: a stub of meta.yaml is itself a solution marker."
                problems.append(Problem(path, None, message, fix="Choose another `solutionStub`."))
            cells.append(_cleaned(cell, source))
    if problems or not solutions:
        return Cut(None, tuple(problems))
    content = write_notebook(Notebook(cells, dict(_about(notebook.metadata)), notebook.minor))
    return Cut(content, places=f"cell{'s' * (len(cut) > 1)} {', '.join(cut)}")


def is_solution(cell: Cell) -> bool:
    """Whether a cell's metadata say that it is a solution."""
    grader = cell.metadata.get("nbgrader")
    # Whatever does not say no: a tool may have written 1 or "true".
    if isinstance(grader, Mapping) and str(grader.get("solution", "false")).lower() not in _NO:
        return True
    tags = cell.metadata.get("tags")
    return isinstance(tags, Sequence) and any(str(tag).strip().lower() == _SOLUTION_TAG for tag in tags)


def uncut_cell(raw: bytes, path: str, stubs: Stubs) -> int | None:
    """The number, from 1, of the first cell that holds a solution; None when there is none, or no notebook.

    A notebook that was made for students may say where they write their own: what is left open there says so.
    """
    notebook = read_notebook(raw, path)
    for number, cell in enumerate(notebook.cells if isinstance(notebook, Notebook) else (), start=1):
        open_still = _LEFT_OPEN.search(cell.source) or any(
            stub.strip() and stub.strip() in cell.source for stub in stubs.chosen.values()
        )
        found = markers_in(lines_of(cell.source), "cell")
        if found.markers or found.problems or (is_solution(cell) and cell.source.strip() and not open_still):
            return number
    return None


def _cleaned(cell: Cell, source: str) -> Cell:
    seen = set(_ATTACHMENT.findall(source))
    attachments = {name: file for name, file in cell.attachments.items() if name in seen}
    return Cell(cell.kind, cell.id, source, dict(_said(cell.metadata)), attachments)


def _said(metadata: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What a cell may say of itself: nbgrader's account of it, tags, and whether students may change it."""
    grader = metadata.get("nbgrader")
    if isinstance(grader, Mapping):
        yield "nbgrader", {key: grader[key] for key in _GRADER_KEYS if _is_plain(grader.get(key))}
    tags = metadata.get("tags")
    written = tags if isinstance(tags, list) else []
    kept = [tag for tag in written if isinstance(tag, str) and _is_plain(tag) and not _FOLDING.fullmatch(tag)]
    if kept:
        yield "tags", kept
    yield from ((flag, metadata[flag]) for flag in _FLAGS if isinstance(metadata.get(flag), bool))


def _about(metadata: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What a notebook may say of itself: the kernel it needs. Authors, widgets and tools of the author's go."""
    for key, fields in (("kernelspec", ("name", "display_name", "language")), ("language_info", ("name",))):
        written = metadata.get(key)
        if isinstance(written, Mapping):
            kept = {field: written[field] for field in fields if _is_plain(written.get(field))}
            if set(fields[:2]) <= set(kept):  # without these the format allows no such entry
                yield key, kept


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= _LONGEST and value.isprintable()
    return isinstance(value, int | float)


def _suffix(metadata: Mapping[str, Any]) -> str:
    spec, info = metadata.get("kernelspec"), metadata.get("language_info")
    names = [
        written.get(key)
        for written, key in ((spec, "language"), (info, "name"))
        if isinstance(written, Mapping)
    ]
    name = next((name for name in names if isinstance(name, str)), "python")
    return _SUFFIXES.get(name.lower(), f".{name.lower()}")
