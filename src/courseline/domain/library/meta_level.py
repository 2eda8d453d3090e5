"""Which level a meta.yaml speaks about: older courses have one for the course, each unit and each example."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

_KINDS = {"course": "course", "unit": "unit", "assignment": "example", "example": "example"}
_OF_A_COURSE = ("contentTypes", "structure", "courseStructure", "executionBackends")
_OF_A_UNIT = ("contentOrder", "learningObjectives")
_OF_AN_EXAMPLE = (
    "studentSubmissionFiles",
    "additionalFiles",
    "testFiles",
    "studentTemplates",
    "testDependencies",
    "dependencies",
    "executionBackend",
    "executionBackendSlug",
)


class Level(StrEnum):
    """What a meta.yaml describes."""

    COURSE = "course"
    UNIT = "unit"
    EXAMPLE = "example"


def meta_level(data: object) -> Level | None:
    """The level of a meta.yaml, from its plain data.

    `kind` decides when it is one of course, unit, assignment, example. Else what only one level has: a course has
    content types, a structure or several execution backends, an example has file lists, dependencies or one
    execution backend (also when they are empty), a unit has an order of contents. None when nothing tells, as in a file
    of title and description; such a file is an example where it stands alone, and none above other examples.
    """
    if not isinstance(data, Mapping):
        return None
    kind = data.get("kind")
    if isinstance(kind, str) and kind.lower() in _KINDS:
        return Level(_KINDS[kind.lower()])
    properties = data.get("properties")
    keys = {*data, *(properties if isinstance(properties, Mapping) else ())}
    if not keys.isdisjoint(_OF_A_COURSE):
        return Level.COURSE
    if not keys.isdisjoint(_OF_AN_EXAMPLE):
        return Level.EXAMPLE
    return None if keys.isdisjoint(_OF_A_UNIT) else Level.UNIT
