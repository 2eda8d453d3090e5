"""The verdict: every check over one candidate tree."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from courseline.domain.students.gate.case import Finding, GateCase, GatePlace, Hidden
from courseline.domain.students.gate.conflicts import check_conflicts
from courseline.domain.students.gate.grants import META
from courseline.domain.students.gate.hidden import check_hidden
from courseline.domain.students.gate.justification import COURSE_README, check_justification, check_mode
from courseline.domain.students.gate.listing import read_listing
from courseline.domain.students.gate.markers import check_markers
from courseline.domain.students.gate.student_meta import check_course_readme, check_student_meta
from courseline.domain.tree import Tree

Check = Callable[[GateCase], Iterator[Finding]]

CHECKS: Mapping[str, Check] = {
    "justification": check_justification,
    "mode": check_mode,
    "student-meta": check_student_meta,
    "course-readme": check_course_readme,
    "hidden": check_hidden,
    "markers": check_markers,
    "conflict-markers": check_conflicts,
}
"""Each check by the name its findings carry as `rule`; one file a check or pair of checks."""


def judge(case: GateCase, checks: Collection[str] | None = None) -> list[Finding]:
    """All findings, by path and line; an empty list lets the candidate through.

    Args:
        case: what is judged.
        checks: names out of `CHECKS`; None for all, which is what a push needs.
    """
    wanted = CHECKS if checks is None else {name: CHECKS[name] for name in checks}
    findings = [finding for check in wanted.values() for finding in check(case)]
    return sorted(
        findings, key=lambda finding: (finding.path, finding.line or 0, finding.rule, finding.message)
    )


def needed_blobs(
    places: Iterable[GatePlace], candidate: Tree, head: Tree | None, hidden: Mapping[str, Hidden]
) -> set[str]:
    """Ids of the blobs whose bytes `GateCase.blobs` must have.

    They are what students do not have yet, what might be hidden, texts with links, files courseline writes, and the
    sources that cut files are compared with.

    Args:
        places: as in `GateCase`.
        candidate: the tree that is to be pushed.
        head: tree of the template repository now, None when it has no commit.
        hidden: the hidden set.
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
    for place in places:
        listing = read_listing(place.meta)
        sources = listing.submissions | {source for source, _ in listing.templates}
        targets = listing.submissions | {target for _, target in listing.templates}
        needed.update(file.oid for file in place.tree if file.path in sources or _is_text(file.path))
        start = len(place.directory) + 1
        needed.update(file.oid for file in candidate.below(place.directory) if file.path[start:] in targets)
    return needed


def _is_text(path: str) -> bool:
    return path.endswith(".md") and path.startswith(("README", "content/index"))
