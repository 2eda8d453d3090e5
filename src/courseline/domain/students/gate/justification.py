"""Checks `justification` and `mode`: why each file of the candidate is there, worked out anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from courseline.domain.students.gate.case import Finding, GateCase, GatePlace
from courseline.domain.students.gate.cut import cut_fault
from courseline.domain.students.gate.grants import Form, Grant, grants_of
from courseline.domain.students.gate.places import files_by_place
from courseline.domain.tree import EXECUTABLE, FILE, TreeFile

COURSE_README = "README.md"
EMPTY_BLOB = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"


@dataclass(frozen=True, slots=True)
class Justified:
    """A file of the candidate and why it is there; `grant` is None for what nothing justifies.

    Attributes:
        place: the place that holds it, None outside any.
        file: path in the template repository, mode and blob.
        rule: a grant's rule, `5` for the course's README.md, `kept` for what students have already, or None.
        why: the reason, for people; for what is not justified, what is wrong with it.
        grant: what justifies it.
    """

    place: GatePlace | None
    file: TreeFile
    rule: str | None
    why: str
    grant: Grant | None = None


def justify(case: GateCase) -> list[Justified]:
    """Every file of the candidate with what justifies it, in order of path."""
    known = case.worked_out.get("justified")
    if isinstance(known, list):
        return known
    granted: dict[str, Mapping[str, list[Grant]]] = {
        place.directory: {} if place.kept else grants_of(place, case.blobs) for place in case.places
    }
    found: list[Justified] = []
    for place, file in files_by_place(case):
        if place is not None:
            found.append(_in_place(case, place, file, granted[place.directory]))
        elif file.path == COURSE_README:
            found.append(Justified(None, file, "5", "made from the course file"))
        else:
            found.append(Justified(None, file, None, "It lies in no place of the course."))
    case.worked_out["justified"] = found
    return found


def check_justification(case: GateCase) -> Iterator[Finding]:
    """No file without a rule that admits it."""
    for justified in justify(case):
        if justified.rule is None:
            old = case.head is not None and case.head.get(justified.file.path) == justified.file
            yield Finding(
                justified.place.content_path if justified.place else None,
                justified.file.path,
                None,
                "justification",
                "No rule admits this file" + (", students have it from an earlier version." if old else "."),
                justified.why,
                "List it in additionalFiles of the place's meta.yaml if students may have it.",
            )


def check_mode(case: GateCase) -> Iterator[Finding]:
    """Only plain files: a symbolic link or submodule shows what lies elsewhere."""
    for place, file in files_by_place(case):
        if file.mode not in {FILE, EXECUTABLE}:
            yield Finding(
                place.content_path if place else None,
                file.path,
                None,
                "mode",
                f"The file has mode {file.mode}, which is no plain file.",
                "A link or submodule can lead to what students must not see.",
                "Put a plain file there.",
            )


def _in_place(
    case: GateCase, place: GatePlace, file: TreeFile, granted: Mapping[str, list[Grant]]
) -> Justified:
    if place.kept:
        if case.head is not None and case.head.get(file.path) == file:
            return Justified(
                place, file, "kept", "students have it already; the place could not be built anew"
            )
        why = "The place could not be built, so it must stay as students have it, and they do not have this."
        return Justified(place, file, None, why)
    path = file.path[len(place.directory) + 1 :]
    grants = granted.get(path, [])
    if not grants:
        why = (
            "meta.yaml does not list it."
            if isinstance(place.meta, dict)
            else "There is no readable meta.yaml."
        )
        return Justified(place, file, None, why)
    faults: list[str] = []
    for grant in grants:
        fault = _fault(case, place, file, grant)
        if fault is None:
            return Justified(place, file, grant.rule, grant.why, grant)
        faults.append(fault)
    return Justified(place, file, None, " ".join(dict.fromkeys(faults)))


def _fault(case: GateCase, place: GatePlace, file: TreeFile, grant: Grant) -> str | None:
    """Why the file is not what the grant admits; None when it is."""
    source = grant.source
    if grant.form is Form.SAME:
        if source is None or file.oid != source.oid:
            return f"Its content is not that of {source.path if source else 'any file'} of the place."
        return None if file.mode == source.mode else f"Its mode is not that of {source.path}."
    if grant.form is Form.EMPTY:
        return (
            None if file.oid == EMPTY_BLOB else "A file that is handed in and has no template must be empty."
        )
    if grant.form is Form.CUT:
        return cut_fault(case, place, file, source)
    return None  # the check `student-meta` looks inside
