"""What would be pushed of a hostile example: every object as bytes, unless builder or gate stop it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from tests.builders.leak_draft import Hostile
from tests.builders.student_places import Files

from courseline.domain.deploying.commit_message import template_message
from courseline.domain.library.version import Role
from courseline.domain.students.gate.case import Finding, Hidden
from courseline.domain.students.gate.hidden_set import library_hidden, merge_hidden
from courseline.domain.students.gate.history import judge_history
from courseline.domain.students.gate.judge import judge
from courseline.domain.students.scan.unpack import parts_of
from courseline.domain.tree import blob_oid

OPERATION = UUID("00000000-0000-4000-8000-000000000001")


@dataclass(frozen=True)
class Push:
    """What became of an attempt.

    Attributes:
        objects: contents of all files, the names of all files, the commit's message; none when it was stopped.
        said: every sentence about it that a log or a note may show.
        stopped: whether the gate pushed nothing.
        files: how many files of places students would get.
    """

    objects: Sequence[bytes]
    said: Sequence[str]
    stopped: bool
    files: int


def push(hostile: Hostile) -> Push:
    """Builder, then gate over tree and history."""
    course = hostile.course
    findings = judge(course.case(library=hidden_of(hostile)))
    if hostile.history is not None:
        findings = [*findings, *judge_history(hostile.history)]
    problems = [problem for place in course.places for problem in place.view.problems]
    said = [problem.sentence for problem in (*problems, *(finding.problem for finding in findings))]
    if any(finding.blocking for finding in findings):
        return Push((), said, stopped=True, files=0)
    files = course.template.files
    contents = [course.blobs[file.oid] if file.content is None else file.content for file in files]
    names = "\n".join(file.path for file in files).encode("utf-8", "surrogateescape")
    message = template_message(course.title, OPERATION).encode()
    shown = sum(not file.path.endswith("meta.yaml") and file.place is not None for file in files)
    return Push([*contents, names, message], said, stopped=False, files=shown)


def gate_alone(hostile: Hostile, leaked: Files | None = None) -> list[Finding]:
    """What the gate says when a builder of another mind had published `leaked` (the attempt's own unless told)."""
    changed = hostile.leaked if leaked is None else leaked
    return judge(hostile.course.case(changed, library=hidden_of(hostile)))


def hidden_of(hostile: Hostile) -> dict[str, Hidden]:
    """What the library hides: tests and submission sources of the deployed versions, and what the attempt names."""
    own = [
        library_hidden(file.git_oid, file.role, file.path, "examples:task", "v1.0")
        for place in hostile.course.places
        for file in place.version_files
        if file.role in {Role.TEST, Role.SUBMISSION}
    ]
    more = [
        library_hidden(blob_oid(raw), role, path, "examples:task", "v2.0")
        for path, role, raw in hostile.library
    ]
    return merge_hidden(*own, *more)


def found_in(objects: Iterable[bytes], secrets: Iterable[str]) -> list[str]:
    """Secrets that are in any object: raw, in archives and notebooks, in base64, in any Unicode encoding."""
    wanted = sorted(secrets)
    if not wanted:
        return []
    pattern = re.compile("|".join(map(re.escape, wanted)).encode(), re.IGNORECASE)
    found: set[str] = set()
    for raw in objects:
        for part in parts_of(raw):
            for text in (part.raw, part.raw.replace(b"\0", b"")):
                found.update(match.decode() for match in pattern.findall(text))
    return sorted(found)
