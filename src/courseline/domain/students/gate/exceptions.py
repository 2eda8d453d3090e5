"""Reviewed exceptions: which findings they clear, and which of them are good for nothing any more."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from courseline.domain.course.wish import COURSE_FILE, GateException
from courseline.domain.students.gate.case import Finding, GateCase
from courseline.domain.tree import Tree, TreeFile
from courseline.errors import Problem, Severity


def without_excepted(case: GateCase, findings: Iterable[Finding]) -> list[Finding]:
    """The findings that no exception clears.

    An exception is good for one content at one path, and for rules alone that say so: what a reviewer can judge by
    looking at the file. Where a file comes from is no such thing.
    """
    good = {
        exception.path
        for exception in case.exceptions
        if _is_good(case, exception, case.candidate.get(exception.path))
    }
    return [finding for finding in findings if not (finding.exceptable and finding.path in good)]


def stale_exceptions(case: GateCase, judge: Callable[[GateCase], Sequence[Finding]]) -> Iterator[Problem]:
    """Warnings about exceptions that clear nothing, so that none waits for a content that nobody reviewed.

    Args:
        case: what was judged.
        judge: gives all findings of a case; it is asked about single files without their exceptions.
    """
    for exception in case.exceptions:
        file = case.candidate.get(exception.path)
        message = None
        if file is None:
            message = f"The template has no file {exception.path}, so this exception clears nothing."
        elif file.oid in case.blobs and not _is_good(case, exception, file):
            message = (
                f"The content of {exception.path} has changed since it was reviewed (it is {_checksum(case, file)} now),"
                " so this exception clears nothing."
            )
        elif file.oid in case.blobs:
            around = [place for place in case.places if file.path.startswith(f"{place.directory}/")]
            alone = replace(case, places=around, candidate=Tree([file]), exceptions=())
            if not any(finding.exceptable for finding in judge(alone)):
                message = (
                    f"The leak gate has nothing against {exception.path}, so this exception clears nothing."
                )
        if message is not None:
            fix = "Take the entry out of `exceptions:`, or review the file again and write its new sum."
            yield Problem(COURSE_FILE, exception.line, message, Severity.WARNING, fix)


def how_to_except(case: GateCase, file: TreeFile) -> str:
    """What to write into the course file when students may have exactly this content."""
    return (
        "If students may have exactly this content, add it to `exceptions:` in the course file:"
        f" {{path: {file.path}, sha256: {_checksum(case, file)}, reason: ..., by: ...}}."
    )


def _is_good(case: GateCase, exception: GateException, file: TreeFile | None) -> bool:
    return file is not None and _checksum(case, file) == exception.sha256.lower()


def _checksum(case: GateCase, file: TreeFile) -> str:
    raw = case.blobs.get(file.oid)
    return "..." if raw is None else hashlib.sha256(raw).hexdigest()
