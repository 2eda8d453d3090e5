"""What needs no example to be seen, found by the checks of the leak gate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from courseline.domain.students.gate.case import GateCase
from courseline.domain.students.gate.judge import CHECKS, judge
from courseline.domain.students.scan.leak import Sign
from courseline.domain.tree import FILE, Tree, TreeFile

CONTENT_CHECKS = ("markers", "conflict-markers", "secrets")
NAME_CHECKS = ("leftovers", "pointers")


def content_signs(blobs: Mapping[str, bytes]) -> Iterator[tuple[str, Sign]]:
    """Signs in contents, each with its blob id."""
    yield from _judged([(oid, oid) for oid in blobs], blobs, CONTENT_CHECKS)


def name_signs(paths: Iterable[str]) -> Iterator[tuple[str, Sign]]:
    """Signs in names: leftovers of tools, and files that only an assignments repository has."""
    yield from _judged([(path, "0" * 40) for path in paths], {}, NAME_CHECKS)


def _judged(
    files: Iterable[tuple[str, str]], blobs: Mapping[str, bytes], checks: Iterable[str]
) -> Iterator[tuple[str, Sign]]:
    candidate = Tree(TreeFile(path, FILE, oid) for path, oid in files)
    case = GateCase(places=(), candidate=candidate, blobs=blobs, metas={})
    for finding in judge(case, [name for name in checks if name in CHECKS]):
        yield finding.path, Sign(finding.rule, finding.message, finding.line)
