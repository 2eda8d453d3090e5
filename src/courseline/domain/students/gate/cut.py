"""Whether a file that was cut is its source without the solutions, worked out from the bytes of both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from courseline.domain.students.gate.case import GateCase, GatePlace
from courseline.domain.students.gate.cut_lines import MOST_STUB_LINES, Gap, fits, outside, split
from courseline.domain.students.gate.cut_notebook import notebook_fault
from courseline.domain.tree import TreeFile

_CODE = "TODO: write your code here"
_STUBS = {
    ".py": "raise NotImplementedError",
    ".pyi": "...",
    ".m": "error('Not implemented yet.');",
    ".r": 'stop("Not implemented yet.")',
    ".jl": 'error("Not implemented yet.")',
    ".rb": "raise NotImplementedError",
}
_SIGNS = ("//", "#", "--", "%", ";", "!", "'", "(*", "/*", "<!--")
_ALWAYS = {"Write your answer here.", *(f"{sign} {_CODE}" for sign in _SIGNS)}
_ALWAYS |= {f"(* {_CODE} *)", f"/* {_CODE} */", f"<!-- {_CODE} -->"}
_ENCODINGS = ("utf-8", "cp1252", "latin-1", "shift_jis", "gbk")


def cut_fault(case: GateCase, place: GatePlace, file: TreeFile, source: TreeFile | None) -> str | None:
    """Why a file of the candidate is not its source without the solutions; None when it is.

    Args:
        case: what is judged.
        place: that holds the file.
        file: as it is to be pushed.
        source: the file of the place it was cut from.
    """
    raw = None if source is None else case.blobs.get(source.oid)
    ours = case.blobs.get(file.oid)
    if source is None or raw is None or ours is None:
        return "It cannot be compared with its source."
    if file.oid == source.oid:
        return f"It is the source {source.path} itself, which is a solution."
    if source.path.lower().endswith(".ipynb"):
        return notebook_fault(ours, raw, source.path, any_stub(place.meta))
    allowed = outside(raw, source.path, stub_lines(place.meta, source.path))
    if allowed is None:
        return f"Its source {source.path} has no pairs of solution markers."
    rest = iter(allowed)
    for number, line in enumerate(split(ours), start=1):
        if line.strip() and not any(fits(line, candidate) for candidate in rest):
            return f"Its line {number} is no line outside the solutions of {source.path}, in their order."
    return None


def stub_lines(meta: object, path: str) -> Gap:
    """Every line that may stand in `path` for a solution: of the stub that meta.yaml chooses, else of the usual ones."""
    name = path.rpartition("/")[2].lower()
    suffix = name[name.rfind(".") :] if "." in name else ""
    chosen = _chosen(meta)
    text = next((chosen[key] for key in (path, suffix, "") if key in chosen), None)
    usual = _ALWAYS | ({_STUBS[suffix]} if suffix in _STUBS else set())
    lines = {"pass"} if suffix == ".py" else set()
    lines |= usual if text is None else set(text.splitlines()[:MOST_STUB_LINES])
    return Gap(frozenset(raw for line in lines if line.strip() for raw in _encoded(line.strip())))


def any_stub(meta: object) -> Gap:
    """Every line that may stand for a solution in a cell of a notebook, whose language the gate does not ask for."""
    texts = ["pass", *_ALWAYS, *_STUBS.values(), *_chosen(meta).values()]
    lines = {line.strip() for text in texts for line in text.splitlines()[:MOST_STUB_LINES]}
    return Gap(frozenset(line.encode("utf-8", "replace") for line in lines if line))


def _chosen(meta: object) -> Mapping[str, str]:
    properties = meta.get("properties") if isinstance(meta, Mapping) else None
    given = properties.get("solutionStub") if isinstance(properties, Mapping) else None
    if isinstance(given, str | int) and not isinstance(given, bool):
        return {"": str(given)}
    if not isinstance(given, Mapping):
        return {}
    return {
        str(key).lower() if str(key).startswith(".") and "/" not in str(key) else str(key): str(text)
        for key, text in given.items()
        if isinstance(text, str | int) and not isinstance(text, bool)
    }


def _encoded(line: str) -> Iterator[bytes]:
    for encoding in _ENCODINGS:
        try:
            yield line.encode(encoding)
        except UnicodeEncodeError:
            continue
