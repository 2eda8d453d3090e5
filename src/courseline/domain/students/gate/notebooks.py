"""Check `notebooks`: nothing in a notebook that students would not see on the page, and no results to begin with.

Format: https://nbformat.readthedocs.io/en/latest/format_description.html, read as plain JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from courseline.domain.students.gate.case import Finding, GateCase
from courseline.domain.students.gate.exceptions import how_to_except
from courseline.domain.students.gate.justification import justify

_HIDING_TAGS = {
    f"{verb}{join}{what}" for verb in ("hide", "remove") for join in "-_" for what in ("input", "cell")
} | {"hidden"}
_LONGEST = 200
"""Characters of a text in metadata; what tools write there is shorter."""


def check_notebooks(case: GateCase) -> Iterator[Finding]:
    """Every notebook whose bytes are at hand; more is asked of those that students fill in."""
    for justified in justify(case):
        file, place = justified.file, justified.place
        raw = case.blobs.get(file.oid)
        if raw is None or not file.path.lower().endswith(".ipynb") or not raw.strip():
            continue
        handed_in = (justified.rule or "").startswith("3")
        message = notebook_fault(raw, handed_in=handed_in)
        if message is None:
            continue
        yield Finding(
            place.content_path if place else None,
            file.path,
            None,
            "notebooks",
            message,
            "What nobody sees on the page, or what was computed before the solution was taken out, is in the file all the"
            " same.",
            f"Clear it in Jupyter (Kernel, Restart and Clear Outputs) and save the notebook. {how_to_except(case, file)}",
            blocking=not (place and place.kept),
            exceptable=True,
        )


def notebook_fault(raw: bytes, *, handed_in: bool) -> str | None:
    """What is wrong with a notebook, None when nothing is.

    Args:
        raw: its bytes.
        handed_in: students fill it in, so it begins without results and with nothing folded away.
    """
    try:
        notebook = json.loads(raw)
        cells = notebook["cells"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return "It cannot be read as a notebook of format 4, so nobody knows what is in it."
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        return "Its cells are no list of mappings, so nobody knows what is in it."
    metadata = notebook.get("metadata")
    faults = [*_metadata_faults("It", metadata)]
    if handed_in and isinstance(metadata, Mapping) and metadata.get("widgets"):
        faults.append("It holds the state of widgets, which are results.")
    for number, cell in enumerate(cells, start=1):
        faults += _cell_faults(f"Its cell {number}", cell, handed_in=handed_in)
        if faults:
            break
    return faults[0] if faults else None


def _cell_faults(name: str, cell: Mapping[str, object], *, handed_in: bool) -> Iterator[str]:
    metadata = cell.get("metadata")
    if handed_in and cell.get("outputs"):
        yield f"{name} has outputs."
    if handed_in and isinstance(metadata, Mapping) and _hides(metadata):
        yield f"{name} is folded away, so students do not see it on the page."
    attached = cell.get("attachments")
    source = cell.get("source")
    text = "".join(map(str, source)) if isinstance(source, list) else str(source)
    for attachment in attached if isinstance(attached, Mapping) else ():
        if f"attachment:{attachment}" not in text:
            yield f"{name} has an attachment {attachment} that its text does not show."
    yield from _metadata_faults(name, metadata)


def _hides(metadata: Mapping[str, object]) -> bool:
    jupyter, tags = metadata.get("jupyter"), metadata.get("tags")
    folded = isinstance(jupyter, Mapping) and (jupyter.get("source_hidden") or jupyter.get("outputs_hidden"))
    return bool(
        folded
        or metadata.get("hide_input")
        or (isinstance(tags, list) and _HIDING_TAGS.intersection(map(str, tags)))
    )


def _metadata_faults(name: str, metadata: object) -> Iterator[str]:
    for text in _strings(metadata):
        if len(text) > _LONGEST or "\n" in text.strip():
            yield f"{name} has a long text in its metadata, which no page shows."
            return


def _strings(data: object) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for key, value in data.items():
            if key != "widgets":
                yield str(key)
                yield from _strings(value)
    elif isinstance(data, list):
        for value in data:
            yield from _strings(value)
