"""On what the published places of a template were judged, so that a later run need not judge the same again.

A digest covers all that builder and gate look at for one place. Where it, the rules and what students were given are
the same, so is the verdict; where anything differs, the place is built and judged anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from operator import attrgetter
from uuid import UUID

from courseline.domain.course.wish import CourseFile, Node
from courseline.domain.students.rule import Rule
from courseline.errors import Problem, Severity

_LINES = {"line", "version_line", "position"}
"""Where something stands in the course file says nothing about it."""

_NODE = attrgetter(*(one.name for one in fields(Node) if one.name not in {*_LINES, "wish"}))
_WISH = attrgetter("wish.example", "wish.version", "wish.pin")
_RULES = {str(rule): rule for rule in Rule}


@dataclass(frozen=True, slots=True)
class JudgedPlace:
    """A place that was built without an error and judged without a finding.

    Attributes:
        digest: of all that was looked at, see `place_digest`.
        rules: why students get each of its files, in order of path.
        versions: library versions it is made of, the deployed one first; none for content without an example.
        hits: its files that are also hidden somewhere, and how, as the gate's caller writes them.
        warnings: what building it gave.
    """

    digest: str
    rules: tuple[Rule, ...]
    versions: tuple[UUID, ...] = ()
    hits: tuple[str, ...] = ()
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one published template was judged on.

    Attributes:
        rules: version of the rules of builder and gate.
        places: by content id; a place that is not among them has to be judged in any case.
    """

    rules: str
    places: Mapping[UUID, JudgedPlace]

    def to_data(self) -> dict[str, object]:
        """JSON values, as short as they can be."""
        return {
            "rules": self.rules,
            "places": {
                str(content_id): [
                    place.digest,
                    " ".join(place.rules),
                    " ".join(str(version) for version in place.versions),
                    list(place.hits),
                    [[one.path, one.line, one.message, one.fix] for one in place.warnings],
                ]
                for content_id, place in self.places.items()
            },
        }


def data_digest(data: Mapping[str, object]) -> str:
    """sha256 over a judgement as `Judgement.to_data` writes it."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def seal(judged: str, exposures: str) -> str:
    """What the history says about a judgement; it shows when that, or what students were given, was changed since.

    Args:
        judged: digest of the judgement.
        exposures: digest of all that students of the course have been given, this template included.
    """
    return hashlib.sha256(f"{judged} {exposures}".encode()).hexdigest()


def parse_judgement(data: object) -> Judgement | None:
    """Read `Judgement.to_data`; None for anything else."""
    if not isinstance(data, Mapping) or not isinstance(data.get("places"), Mapping):
        return None
    try:
        places = {
            UUID(content_id): JudgedPlace(
                digest,
                tuple(_RULES[word] for word in rules.split()),
                tuple(UUID(word) for word in versions.split()),
                tuple(str(hit) for hit in hits),
                tuple(
                    Problem(path, line, message, Severity.WARNING, fix)
                    for path, line, message, fix in warnings
                ),
            )
            for content_id, (digest, rules, versions, hits, warnings) in data["places"].items()
        }
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    return Judgement(str(data.get("rules")), places)


def course_digest(file: CourseFile) -> str:
    """sha256 over what a course file says about all places: everything but its contents."""
    said = {one.name: _said(getattr(file, one.name)) for one in fields(file) if one.name != "nodes"}
    return hashlib.sha256(repr(sorted(said.items())).encode("utf-8", "surrogateescape")).hexdigest()


def place_digest(
    node: Node,
    directory: str,
    tree: str,
    versions: Iterable[tuple[UUID, str | None]],
    course: str,
) -> str:
    """sha256 over all that builder and gate look at for a place.

    Args:
        node: its entry in the course file.
        directory: its directory.
        tree: id of its tree in the assignments repository, with `.example-library`.
        versions: library versions it is made of, each with its content digest; None for one the library has not.
        course: see `course_digest`.
    """
    wish = None if node.wish is None else _WISH(node)
    parts = [
        course,
        repr((_NODE(node), wish, directory)),
        tree,
        *(f"{one} {digest}" for one, digest in versions),
    ]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def _said(value: object) -> object:
    """A value without the lines it stands on."""
    if isinstance(value, tuple | list):
        return [_said(one) for one in value]
    if is_dataclass(value):
        return [_said(getattr(value, one.name)) for one in fields(value) if one.name not in _LINES]
    return value
