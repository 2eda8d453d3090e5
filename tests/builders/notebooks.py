"""Notebooks told as cells, with all that Jupyter and nbgrader leave in them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

PYTHON = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "version": "3.11.4", "pygments_lexer": "ipython3"},
    "authors": [{"name": "Ada Example"}],
    "widgets": {"application/vnd.jupyter.widget-state+json": {"state": {"a": {"value": 42}}}},
    "vscode": {"interpreter": {"hash": "0123"}},
}


def code(source: str, **metadata: Any) -> dict[str, Any]:
    """A code cell that has been run."""
    output = {"output_type": "stream", "name": "stdout", "text": ["what it printed\n"]}
    return {
        "cell_type": "code",
        "execution_count": 7,
        "metadata": {"collapsed": False, "execution": {"iopub.status.busy": "2026-01-01"}, **metadata},
        "outputs": [output],
        "source": source.splitlines(keepends=True),
    }


def text(source: str, attachments: Mapping[str, Any] | None = None, **metadata: Any) -> dict[str, Any]:
    """A markdown cell."""
    cell: dict[str, Any] = {"cell_type": "markdown", "metadata": metadata, "source": source}
    return cell if attachments is None else {**cell, "attachments": dict(attachments)}


def graded(**said: Any) -> dict[str, Any]:
    """A cell's metadata as nbgrader writes them."""
    known = {
        "grade": False,
        "grade_id": "cell-1",
        "locked": False,
        "schema_version": 3,
        "solution": False,
        "task": False,
    }
    return {**known, "checksum": "0123456789abcdef", **said}


def notebook(*cells: Mapping[str, Any], minor: int = 4, metadata: Mapping[str, Any] | None = None) -> bytes:
    """The file."""
    data = {
        "cells": [
            {**cell, "id": f"cell-{number}"} if minor >= 5 and "id" not in cell else dict(cell)
            for number, cell in enumerate(cells)
        ],
        "metadata": dict(PYTHON if metadata is None else metadata),
        "nbformat": 4,
        "nbformat_minor": minor,
    }
    return json.dumps(data, indent=1, ensure_ascii=False).encode()
