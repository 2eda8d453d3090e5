"""The rules that admit a file to students."""

from __future__ import annotations

from enum import StrEnum


class Rule(StrEnum):
    """Why students get a file; there is no other reason.

    TEXT: a README or a media file it links to. ADDITIONAL: listed in `additionalFiles`, or a public file of a
    dependency. TEMPLATE, CUT, EMPTY: a file students hand in, from its template, from its own source without the
    solutions, or empty. META: the reduced meta.yaml. COURSE: the root README.md. KEPT: what students have already
    at a place that could not be built.
    """

    TEXT = "1"
    ADDITIONAL = "2"
    TEMPLATE = "3-template"
    CUT = "3-cut"
    EMPTY = "3-empty"
    META = "4"
    COURSE = "5"
    KEPT = "kept"
