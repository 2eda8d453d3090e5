"""Whether a notebook that was cut is its source without solutions and without all that running it left behind."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from courseline.domain.students.gate.cut_lines import Gap, fits, outside, split
from courseline.domain.students.gate.markers import marked_lines

_TOP = {"cells", "metadata", "nbformat", "nbformat_minor"}
_ABOUT = {"kernelspec": {"name", "display_name", "language"}, "language_info": {"name"}}
_CELL = {"cell_type", "id", "metadata", "source", "execution_count", "outputs", "attachments"}
_GRADER = {"cell_type", "grade", "grade_id", "locked", "points", "schema_version", "solution", "task"}
_OWN_ID = re.compile(r"[0-9a-f]{12}")


def notebook_fault(ours: bytes, raw: bytes, path: str, gap: Gap) -> str | None:
    """Why `ours` is not `raw` without its solutions; None when it is.

    Args:
        ours: the notebook students are to get.
        raw: its source.
        path: of the source, for the message.
        gap: what may stand where a solution was.
    """
    new, old = _read(ours), _read(raw)
    if new is None or old is None:
        return f"It cannot be compared with its source {path}: one of them is no notebook."
    for fault in _faults(new, old, gap):
        return f"{fault} ({path})"
    return None


def _read(raw: bytes) -> Mapping[str, object] | None:
    try:
        data = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    cells = data.get("cells") if isinstance(data, dict) else None
    return data if isinstance(cells, list) and all(isinstance(cell, dict) for cell in cells) else None


def _faults(new: Mapping[str, object], old: Mapping[str, object], gap: Gap) -> Iterator[str]:
    yield from (f"It has the field `{key}`." for key in new if key not in _TOP)
    yield from _about_faults(_mapping(new.get("metadata")), _mapping(old.get("metadata")))
    ours, theirs = _cells(new), _cells(old)
    if len(ours) != len(theirs):
        yield f"It has {len(ours)} cells, its source has {len(theirs)}."
        return
    for number, (cell, source) in enumerate(zip(ours, theirs, strict=True), start=1):
        yield from (f"Its cell {number} {fault}" for fault in _cell_faults(cell, source, gap))
    if not any(_is_solution(cell) or _pairs(_text(cell), gap) for cell in theirs):
        yield "Nothing in its source is marked as a solution."


def _about_faults(new: Mapping[str, object], old: Mapping[str, object]) -> Iterator[str]:
    for key, value in new.items():
        fields, known = _mapping(value), _mapping(old.get(key))
        if key not in _ABOUT or any(
            name not in _ABOUT[key] or known.get(name) != said for name, said in fields.items()
        ):
            yield f"Its metadata say more than the kernel it needs, in `{key}`."


def _cell_faults(new: Mapping[str, object], old: Mapping[str, object], gap: Gap) -> Iterator[str]:
    yield from (f"has the field `{key}`." for key in new if key not in _CELL)
    if new.get("cell_type") != old.get("cell_type"):
        yield "is of another type than in its source."
    if new.get("outputs") or new.get("execution_count") is not None:
        yield "keeps what running it has put out."
    identity = new.get("id")
    if identity is not None and identity != old.get("id") and not _OWN_ID.fullmatch(str(identity)):
        yield "has another id than in its source."
    yield from _metadata_faults(_mapping(new.get("metadata")), _mapping(old.get("metadata")))
    text, known = _text(new), _mapping(old.get("attachments"))
    for name, file in _mapping(new.get("attachments")).items():
        if known.get(name) != file or f"attachment:{name}" not in text:
            yield "has an attachment that its text does not show."
    yield from _source_faults(text, old, gap)


def _metadata_faults(new: Mapping[str, object], old: Mapping[str, object]) -> Iterator[str]:
    for key, value in new.items():
        known = old.get(key)
        if key == "nbgrader":
            own, theirs = _mapping(value), _mapping(known)
            good = all(
                name in _GRADER and isinstance(said, str | int | float) and theirs.get(name) == said
                for name, said in own.items()
            )
        elif key == "tags":
            own_tags = value if isinstance(value, list) else [None]
            good = isinstance(known, list) and all(isinstance(tag, str) and tag in known for tag in own_tags)
        else:
            good = key in {"deletable", "editable"} and isinstance(value, bool) and value is known
        if not good:
            yield f"says more of itself than students need, in `{key}`."


def _source_faults(text: str, old: Mapping[str, object], gap: Gap) -> Iterator[str]:
    source = _text(old).encode("utf-8", "replace")
    marked = any(mark for _, mark in marked_lines(source))
    allowed: list[bytes | Gap] | None = [*split(source)]
    if marked:
        allowed = outside(source, "", gap)
    elif _is_solution(old):
        allowed = [gap] * len(gap.lines)
    if allowed is None:
        yield "has solution markers in its source that make no pairs."
        return
    rest = iter(allowed)
    for number, line in enumerate(split(text.encode("utf-8", "replace")), start=1):
        if line.strip() and not any(fits(line, candidate) for candidate in rest):
            yield f"has a line, {number}, that its source does not have outside solutions, in this order."
            return


def _pairs(text: str, gap: Gap) -> bool:
    raw = text.encode("utf-8", "replace")
    return any(mark for _, mark in marked_lines(raw)) and outside(raw, "", gap) is not None


def _is_solution(cell: Mapping[str, object]) -> bool:
    metadata = _mapping(cell.get("metadata"))
    tags = metadata.get("tags")
    said = str(_mapping(metadata.get("nbgrader")).get("solution", False)).casefold()
    return said not in {"false", "none", "0", "no", ""} or (
        isinstance(tags, list) and any(str(tag).strip().casefold() == "solution" for tag in tags)
    )


def _cells(notebook: Mapping[str, object]) -> list[Mapping[str, object]]:
    cells = notebook.get("cells")
    return [cell for cell in cells if isinstance(cell, dict)] if isinstance(cells, list) else []


def _text(cell: Mapping[str, object]) -> str:
    source = cell.get("source")
    return "".join(str(part) for part in source) if isinstance(source, list) else str(source or "")


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}
