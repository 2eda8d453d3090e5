"""Check `hidden`: no blob of the hidden set, wherever it lies and whatever it is called."""

from __future__ import annotations

from collections.abc import Iterator

from courseline.domain.library.version import Role
from courseline.domain.students.gate.case import Finding, GateCase, GatePlace, HiddenKind
from courseline.domain.students.gate.exceptions import how_to_except
from courseline.domain.students.gate.grants import links_to, readable
from courseline.domain.students.gate.justification import Justified, justify
from courseline.domain.students.gate.listing import listing_of
from courseline.domain.tree import TreeFile

SMALLEST = 32
"""Bytes that are not blank, from which on a file counts; below it files are alike by chance."""

_WRITTEN_BY_US = {"4", "5"}


def check_hidden(case: GateCase) -> Iterator[Finding]:
    """Every file of the candidate, also those that students have already."""
    if not any(file.oid in case.hidden for file in case.candidate):
        return
    named = named_blobs(case)
    for justified in justify(case):
        file = justified.file
        hidden = case.hidden.get(file.oid)
        if hidden is None or not _counts(case, file.oid):
            continue
        if hidden.kind is not HiddenKind.LIBRARY and _free(justified, named, hidden.kind):
            continue
        kept = justified.rule == "kept"
        yield Finding(
            justified.place.content_path if justified.place else None,
            file.path,
            None,
            "hidden",
            f"The file is the {hidden.words}." + (" Students have it already." if kept else ""),
            "What is hidden anywhere must not reach students under another name.",
            _fix(case, file, hidden.kind, kept=kept),
            blocking=not kept,
            exceptable=hidden.kind is not HiddenKind.LIBRARY,
        )


def _fix(case: GateCase, file: TreeFile, kind: HiddenKind, *, kept: bool) -> str:
    if kept:
        return "Correct meta.yaml of the place, and consider another variant of the task: students know this file."
    if kind is HiddenKind.LIBRARY:
        return (
            "Publish another file, or take this one out of testFiles and studentSubmissionFiles in every version of"
            " the examples; no exception is possible."
        )
    return "Publish another file. " + how_to_except(case, file)


def named_blobs(case: GateCase) -> set[str]:
    """Blobs that some place publishes on purpose: named in additionalFiles, there or in a dependency, or linked."""
    named: set[str] = set()
    for place in case.places:
        listing = listing_of(place)
        for file in place.tree:
            listed = file.path in listing.additional or listing.directory_of(file.path) is not None
            if listed or place.dependency_roles.get(file.path) is Role.PUBLIC:
                named.add(file.oid)
        named.update(_linked(case, place))
    return named


def _linked(case: GateCase, place: GatePlace) -> Iterator[str]:
    inside = case.candidate.below(place.directory)
    start = len(place.directory) + 1
    texts = [readable(case.blobs.get(file.oid, b"")) for file in inside if _is_readme(file.path[start:])]
    for file in inside:
        path = file.path[start:]
        if path.startswith("mediaFiles/") and any(
            links_to(text, path[len("mediaFiles/") :]) for text in texts
        ):
            yield file.oid


def _is_readme(path: str) -> bool:
    return "/" not in path and path.startswith("README") and path.endswith(".md")


def _counts(case: GateCase, oid: str) -> bool:
    raw = case.blobs.get(oid)
    return raw is None or len(b"".join(raw.split())) >= SMALLEST


def _free(justified: Justified, named: set[str], kind: HiddenKind) -> bool:
    """Whether a blob that is hidden as (b) or (c) may be published here all the same."""
    if justified.rule in _WRITTEN_BY_US:
        return True
    if justified.rule == "kept" and kind is HiddenKind.ASSIGNMENTS:
        return True  # no rule is known for a place that cannot be built, so (c) says nothing about it
    return justified.file.oid in named and (justified.rule or "").startswith(("1", "2", "kept"))
