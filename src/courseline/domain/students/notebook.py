"""Jupyter notebooks: read strictly, written so that the same cells give the same bytes.

The format is that of https://nbformat.readthedocs.io/en/latest/format_description.html, major version 4.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from courseline.errors import Problem

SUFFIX = ".ipynb"
_SAVE = "Open it in Jupyter, correct it there and save it."
_FIELDS = {"cell_type", "id", "metadata", "source", "attachments", "outputs", "execution_count"}
_IDS_SINCE = 5  # nbformat 4.5
LARGEST = 20 * 1024 * 1024
"""Bytes of a notebook that is read; pictures among its outputs make one large."""
_MOST_PARTS = 200_000  # lists and mappings; each takes some hundred bytes of memory, and two in the file
_DEEPEST = 100  # levels of lists and mappings; Jupyter's own notebooks have about ten


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell.

    Attributes:
        kind: "code", "markdown" or "raw".
        id: its name in the notebook, "" before nbformat 4.5.
        source: its text.
        metadata: as written.
        attachments: files by name, each by media type.
    """

    kind: str
    id: str
    source: str
    metadata: Mapping[str, Any]
    attachments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Notebook:
    """A notebook without what its cells have put out.

    Attributes:
        cells: in order.
        metadata: of the notebook, as written.
        minor: minor version of the format.
    """

    cells: Sequence[Cell]
    metadata: Mapping[str, Any]
    minor: int


def is_notebook(path: str) -> bool:
    """Whether a file is one, by its name."""
    return path.lower().endswith(SUFFIX)


def read_notebook(raw: bytes, path: str) -> Notebook | Problem:
    """Read a notebook and hold it against the schema of its version.

    Args:
        raw: the file.
        path: its name in problems.

    Returns:
        The notebook, or what is wrong with it, with its line or the number of the cell, from 1.
    """
    data = _parsed(raw, path)
    problem = data if isinstance(data, Problem) else _shape_problem(data, raw, path)
    if problem is not None:
        return problem
    _name_cells(data)
    return _schema_problem(data, path) or _notebook(data)


def write_notebook(notebook: Notebook) -> bytes:
    """The file, in the form in which Jupyter saves it."""
    cells = []
    for cell in notebook.cells:
        written: dict[str, Any] = {
            "cell_type": cell.kind,
            "metadata": dict(cell.metadata),
            "source": cell.source.splitlines(keepends=True),
        }
        if notebook.minor >= _IDS_SINCE:
            written["id"] = cell.id
        if cell.kind == "code":
            written |= {"execution_count": None, "outputs": []}
        elif cell.attachments:
            written["attachments"] = dict(cell.attachments)
        cells.append(written)
    data = {
        "cells": cells,
        "metadata": dict(notebook.metadata),
        "nbformat": 4,
        "nbformat_minor": notebook.minor,
    }
    return (json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _parsed(raw: bytes, path: str) -> Any:
    """Plain data, or the problem that it is none."""
    if len(raw) > LARGEST or raw.count(b"{") + raw.count(b"[") > _MOST_PARTS:
        message = (
            f"The notebook has {len(raw):,} bytes, or very many parts; up to {LARGEST:,} bytes are read."
        )
        return Problem(path, None, message, fix="Clear its outputs in Jupyter and save it.")
    try:
        data = json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_mapping, parse_constant=_constant)
    except UnicodeDecodeError as error:
        line = 1 + raw.count(b"\n", 0, error.start)
        return Problem(path, line, "The notebook is not UTF-8.", fix=_SAVE)
    except json.JSONDecodeError as error:
        return Problem(path, error.lineno, f"The notebook is no JSON: {error.msg}.", fix=_SAVE)
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        return Problem(path, None, f"The notebook cannot be read: {reason}.", fix=_SAVE)
    return data


def _shape_problem(data: Any, raw: bytes, path: str) -> Problem | None:
    if _too_deep(data):
        return Problem(path, None, f"The notebook has more than {_DEEPEST} levels.", fix=_SAVE)
    if b"\\ud" in raw.lower() and _half_character(data):
        return Problem(path, None, "The notebook holds half of a character.", fix=_SAVE)
    return _version_problem(data, path)


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a mapping has one key twice")
    return found


def _constant(name: str) -> object:
    raise ValueError(f"it holds {name}, which is no JSON")


def _half_character(data: object) -> bool:
    """Whether there is a lone surrogate, which JSON can write and no encoding can."""
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def _too_deep(data: object) -> bool:
    level = [data]
    for _ in range(_DEEPEST):
        level = [
            part
            for one in level
            for part in (one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())
        ]
        if not level:
            return False
    return True


def _version_problem(data: Any, path: str) -> Problem | None:
    if not isinstance(data, dict) or not isinstance(data.get("cells", []), list):
        return Problem(path, None, "The file is no notebook: it has no list of cells.", fix=_SAVE)
    major, minor = data.get("nbformat"), data.get("nbformat_minor")
    if not all(isinstance(one, int) and not isinstance(one, bool) for one in (major, minor)):
        return Problem(path, None, "The notebook does not say which version of the format it has.", fix=_SAVE)
    if major != 4:
        fix = "Open it in a current Jupyter and save it."
        return Problem(path, None, f"The notebook has format {major}; only format 4 is read.", fix=fix)
    return None


def _name_cells(data: dict[str, Any]) -> None:
    """Give cells that lack an id of their own one that follows from place and content; nbformat would draw lots."""
    if data["nbformat_minor"] < _IDS_SINCE:
        return
    taken: set[str] = set()
    for number, cell in enumerate(data["cells"] if isinstance(data.get("cells"), list) else ()):
        if isinstance(cell, dict):
            if "id" not in cell or cell["id"] in taken:
                cell["id"] = hashlib.sha256(f"{number}:{cell.get('source')}".encode()).hexdigest()[:12]
            if isinstance(cell["id"], str):
                taken.add(cell["id"])


def _schema_problem(data: dict[str, Any], path: str) -> Problem | None:
    # Its schemas take 0.1 s to load, which only a course with notebooks should pay.
    from nbformat import ValidationError, validate  # noqa: PLC0415

    try:
        validate(data)
    except ValidationError:
        for number, cell in enumerate(data.get("cells", ()), start=1):
            fault = _cell_fault(cell, data["nbformat_minor"])
            if fault is not None:
                return Problem(path, None, f"Cell {number} of the notebook is not valid: {fault}", fix=_SAVE)
        return Problem(
            path, None, "The notebook is not valid beside its cells, most likely in its metadata.", fix=_SAVE
        )
    return None


def _cell_fault(cell: Any, minor: int) -> str | None:
    from nbformat import ValidationError, validate  # noqa: PLC0415 - as above

    kind = cell.get("cell_type") if isinstance(cell, dict) else None
    if kind not in {"code", "markdown", "raw"}:
        return "it is no code, markdown or raw cell."
    try:
        validate(cell, ref=f"{kind}_cell", version=4, version_minor=minor)
    except ValidationError as error:
        # Not the message, which quotes what it found: that may be a solution, and this is read in job logs.
        field = next((part for part in error.absolute_path if isinstance(part, str)), None)
        return (
            f"its `{field}` is not as the format has it."
            if field in _FIELDS
            else "its fields are not those of the format."
        )
    return None


def _notebook(data: Mapping[str, Any]) -> Notebook:
    cells = [
        Cell(
            cell["cell_type"],
            cell.get("id", ""),
            cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"]),
            cell["metadata"],
            cell.get("attachments", {}),
        )
        for cell in data["cells"]
    ]
    return Notebook(cells, data["metadata"], data["nbformat_minor"])
