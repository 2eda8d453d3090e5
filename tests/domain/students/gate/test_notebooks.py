import json

import pytest

from courseline.domain.students.gate.notebooks import notebook_fault


def notebook(cell: dict[str, object] | None = None, **metadata: object) -> bytes:
    first = {"cell_type": "markdown", "metadata": {}, "source": ["# Sums\n", "![](attachment:a.png)"]}
    code = {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": []}
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}, **metadata}
    return json.dumps(
        {"cells": [first, {**code, **(cell or {})}], "metadata": kernel, "nbformat": 4}
    ).encode()


RESULTS = {
    "outputs": ({"outputs": [{"output_type": "stream", "text": "42"}]}, "Its cell 2 has outputs."),
    "a folded cell": ({"metadata": {"jupyter": {"source_hidden": True}}}, "Its cell 2 is folded away"),
    "a hidden cell": ({"metadata": {"tags": ["x", "hide-input"]}}, "Its cell 2 is folded away"),
    "a removed cell": ({"metadata": {"tags": ["remove_cell"]}}, "Its cell 2 is folded away"),
}
UNSEEN = {
    "an attachment that nothing shows": (
        {"attachments": {"b.png": {}}, "source": "no image"},
        "attachment b.png",
    ),
    "code in metadata": ({"metadata": {"solution": "def f():\n    return 42"}}, "Its cell 2 has a long text"),
    "a long text in metadata": ({"metadata": {"a": {"b": ["42 " * 99]}}}, "Its cell 2 has a long text"),
}


def test_an_honest_notebook_has_no_fault():
    assert notebook_fault(notebook(), handed_in=True) is None


@pytest.mark.parametrize("name", RESULTS)
def test_what_students_fill_in_begins_without_results(name):
    cell, words = RESULTS[name]

    assert words in (notebook_fault(notebook(cell), handed_in=True) or "")
    assert notebook_fault(notebook(cell), handed_in=False) is None


@pytest.mark.parametrize("name", UNSEEN)
def test_nothing_is_in_a_notebook_that_no_page_shows(name):
    cell, words = UNSEEN[name]

    assert words in (notebook_fault(notebook(cell), handed_in=False) or "")


def test_the_state_of_widgets_is_a_result():
    raw = notebook(
        widgets={"application/vnd.jupyter.widget-state+json": {"state": {"1": {"value": "42\n" * 99}}}}
    )

    assert "widgets" in (notebook_fault(raw, handed_in=True) or "")
    assert notebook_fault(raw, handed_in=False) is None


@pytest.mark.parametrize("raw", [b"{", b"[]", b"{}", b'{"cells": 3}', b'{"cells": ["x"]}', b"[" * 99_999])
def test_what_cannot_be_read_is_a_fault(raw):
    assert notebook_fault(raw, handed_in=False)
