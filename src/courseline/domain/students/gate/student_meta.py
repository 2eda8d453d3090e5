"""Checks `student-meta` and `course-readme`: the two kinds of files that courseline writes itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from courseline.domain.students.gate.case import Finding, GateCase, GatePlace
from courseline.domain.students.gate.grants import META
from courseline.domain.students.gate.justification import COURSE_README
from courseline.domain.students.gate.listing import listing_of
from courseline.domain.students.gate.places import files_by_place
from courseline.domain.students.gate.words import foreign_words, words_of

_TOP = ("identifier", "slug", "version", "title", "description", "language", "license", "links", "keywords")
_LISTS = ("studentSubmissionFiles", "additionalFiles")
_VALUES = ("executionBackend", "maxTestRuns", "maxSubmissions", "maxGroupSize")
_WHY = "meta.yaml can name tests and expected results, so students get only what is known to be harmless."
_README_WORDS = ("Assignment", "Path", "Maximum submissions", "This repository has no assignments yet.")


def check_student_meta(case: GateCase) -> Iterator[Finding]:
    """Every meta.yaml of the candidate says only what rule 4 allows, with the place's own values."""
    for place, file in files_by_place(case):
        if place is None or place.kept or file.path != f"{place.directory}/{META}":
            continue
        for message in _faults(case, place, file.path, case.blobs.get(file.oid)):
            fix = "This is a fault of courseline itself; please report it with the place's meta.yaml."
            yield Finding(place.content_path, file.path, None, "student-meta", message, _WHY, fix)


def check_course_readme(case: GateCase) -> Iterator[Finding]:
    """The root README.md says nothing that the course file does not say."""
    file = case.candidate.get(COURSE_README)
    if file is None or any(place.directory == "." for place in case.places):
        return
    raw = case.blobs.get(file.oid)
    if raw is None:
        known = case.head is not None and case.head.get(COURSE_README) == file
        words = [] if known else [(1, "(its bytes are not at hand)")]
    else:
        words = list(foreign_words(raw, [*case.readme_texts, *_README_WORDS]))
    for line, word in words[:1]:
        message = f"The README.md of the course says `{word}`, which is no word of the course file."
        why = "It is made from the course file alone, so that nothing else can slip in."
        fix = "This is a fault of courseline itself; please report it with the course file."
        yield Finding(None, COURSE_README, line, "course-readme", message, why, fix)


def _faults(case: GateCase, place: GatePlace, path: str, raw: bytes | None) -> Iterator[str]:
    reduced = case.metas.get(path)
    if not isinstance(reduced, Mapping) or not isinstance(place.meta, Mapping) or raw is None:
        yield "The student's meta.yaml cannot be read."
        return
    full = place.meta
    yield from (f"It has the field `{key}`." for key in reduced if key not in {*_TOP, "properties"})
    yield from (
        f"Its `{key}` is not that of the place."
        for key in _TOP
        if key in reduced and reduced[key] != full.get(key)
    )
    properties = reduced.get("properties", {})
    if not isinstance(properties, Mapping):
        yield "Its `properties` are no mapping."
        return
    yield from _property_faults(place, properties)
    foreign = next(iter(foreign_words(raw, words_of(reduced))), None)
    if foreign is not None:
        yield f"It says something outside its fields, on line {foreign[0]}."


def _property_faults(place: GatePlace, properties: Mapping[object, object]) -> Iterator[str]:
    listing = listing_of(place)
    given = place.meta.get("properties") if isinstance(place.meta, Mapping) else None
    full: Mapping[str, object] = given if isinstance(given, Mapping) else {}
    for key, value in properties.items():
        if key in _LISTS:
            listed = value if isinstance(value, list) else [value]
            original = full.get(str(key))
            known = [str(entry) for entry in original] if isinstance(original, list) else []
            for entry in listed:
                if not isinstance(entry, str) or entry not in known:
                    yield f"Its `{key}` names `{entry}`, which is not in that list of the place."
                elif listing.is_test(entry) or (key == "additionalFiles" and listing.is_submission(entry)):
                    yield f"Its `{key}` names `{entry}`, which students must not get."
        elif key in _VALUES:
            own = full.get(str(key), full.get("executionBackendSlug") if key == "executionBackend" else None)
            course = place.course_properties.get(str(key))
            wanted = own if course is None else course
            if not _within(value, wanted):
                yield f"Its `{key}` is not that of the place."
        else:
            yield f"It has the property `{key}`."


def _within(value: object, wanted: object) -> bool:
    """Whether `value` is `wanted`, or a mapping that says less."""
    if isinstance(value, Mapping) and isinstance(wanted, Mapping):
        return all(key in wanted and wanted[key] == part for key, part in value.items())
    return value == wanted
