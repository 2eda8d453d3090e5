"""Which place each file of the candidate belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from courseline.domain.students.gate.case import GateCase, GatePlace
from courseline.domain.tree import TreeFile


def files_by_place(case: GateCase) -> Sequence[tuple[GatePlace | None, TreeFile]]:
    """Every file of the candidate with the innermost place that holds it, None when none does."""
    known = case.worked_out.get("files by place")
    if not isinstance(known, list):
        known = case.worked_out["files by place"] = list(_work_out(case))
    return known


def _work_out(case: GateCase) -> Iterator[tuple[GatePlace | None, TreeFile]]:
    places = {place.directory: place for place in case.places}
    for file in case.candidate:
        directory = file.path
        place = None
        while place is None and "/" in directory:
            directory = directory.rpartition("/")[0]
            place = places.get(directory)
        yield place, file
