"""The verdict: every check over one candidate tree."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from courseline.domain.course.wish import GateException
from courseline.domain.students.gate.canary import check_canaries
from courseline.domain.students.gate.case import Finding, GateCase, GatePlace, Hidden
from courseline.domain.students.gate.conflicts import check_conflicts
from courseline.domain.students.gate.exceptions import stale_exceptions, without_excepted
from courseline.domain.students.gate.grants import META
from courseline.domain.students.gate.hidden import check_hidden
from courseline.domain.students.gate.justification import COURSE_README, check_justification, check_mode
from courseline.domain.students.gate.leftovers import check_leftovers
from courseline.domain.students.gate.likeness import check_containment, check_similarity, compared_files
from courseline.domain.students.gate.listing import listing_of
from courseline.domain.students.gate.markers import check_markers
from courseline.domain.students.gate.notebooks import check_notebooks
from courseline.domain.students.gate.pointers import check_pointers
from courseline.domain.students.gate.secrets import check_secrets
from courseline.domain.students.gate.student_meta import check_course_readme, check_student_meta
from courseline.domain.tree import GITLINK, Tree
from courseline.errors import Problem

Check = Callable[[GateCase], Iterator[Finding]]

CHECKS: Mapping[str, Check] = {
    "justification": check_justification,
    "mode": check_mode,
    "student-meta": check_student_meta,
    "course-readme": check_course_readme,
    "hidden": check_hidden,
    "markers": check_markers,
    "conflict-markers": check_conflicts,
    "leftovers": check_leftovers,
    "pointers": check_pointers,
    "secrets": check_secrets,
    "canary": check_canaries,
    "notebooks": check_notebooks,
    "similarity": check_similarity,
    "containment": check_containment,
}
"""Each check by the name its findings carry as `rule`; one file a check or pair of checks."""


def judge(case: GateCase, checks: Collection[str] | None = None) -> list[Finding]:
    """All findings, by path and line; an empty list lets the candidate through.

    Args:
        case: what is judged.
        checks: names out of `CHECKS`; None for all, which is what a push needs.
    """
    wanted = CHECKS if checks is None else {name: CHECKS[name] for name in checks}
    findings = without_excepted(case, [finding for check in wanted.values() for finding in check(case)])
    return sorted(
        findings, key=lambda finding: (finding.path, finding.line or 0, finding.rule, finding.message)
    )


def exception_warnings(case: GateCase) -> list[Problem]:
    """Warnings about reviewed exceptions that clear nothing, with their lines in the course file."""
    return list(stale_exceptions(case, judge))


def needed_blobs(
    places: Iterable[GatePlace],
    candidate: Tree,
    head: Tree | None,
    hidden: Mapping[str, Hidden],
    exceptions: Iterable[GateException] = (),
) -> set[str]:
    """Ids of the blobs whose bytes `GateCase.blobs` must have.

    They are what students do not have yet, what might be hidden, texts with links, files courseline writes, the sources
    that cut files are compared with, and what places hide where students are to get something new.

    Args:
        places: as in `GateCase`.
        candidate: the tree that is to be pushed.
        head: tree of the template repository now, None when it has no commit.
        hidden: the hidden set.
        exceptions: reviewed exceptions of the course file.
    """
    known = {file.oid for file in head or ()}
    needed = {
        file.oid
        for file in candidate
        if file.oid not in known
        or file.oid in hidden
        or file.path.endswith((f"/{META}", ".md"))
        or file.path == COURSE_README
    }
    reviewed = (candidate.get(exception.path) for exception in exceptions)
    needed.update(file.oid for file in reviewed if file is not None)
    for place in places:
        if not place.kept and any(file.oid not in known for file in candidate.below(place.directory)):
            needed.update(file.oid for file in compared_files(place))
        listing = listing_of(place)
        sources = listing.submissions | {source for source, _ in listing.templates}
        targets = listing.submissions | {target for _, target in listing.templates}
        needed.update(
            file.oid
            for file in place.tree
            if file.mode != GITLINK and (file.path in sources or _is_text(file.path))
        )
        start = len(place.directory) + 1
        needed.update(file.oid for file in candidate.below(place.directory) if file.path[start:] in targets)
    return needed


def _is_text(path: str) -> bool:
    return path.endswith(".md") and path.startswith(("README", "content/index"))
