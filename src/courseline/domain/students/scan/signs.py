"""What needs no example to be seen, found by the checks of the leak gate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from courseline.domain.students.gate.case import GateCase
from courseline.domain.students.gate.judge import CHECKS, judge
from courseline.domain.students.scan.leak import Sign
from courseline.domain.tree import FILE, Tree, TreeFile

CONTENT_CHECKS = ("markers", "conflict-markers", "secrets")
NAME_CHECKS = ("leftovers", "pointers")


def content_signs(
    blobs: Mapping[str, bytes], names: Mapping[str, Iterable[str]] | None = None
) -> Iterator[tuple[str, Sign]]:
    """Signs in contents, each with its blob id.

    Args:
        blobs: bytes by blob id.
        names: paths under which a blob is known; some checks go by the kind of file that a name tells.
    """
    known = names or {}
    files = [(f"{oid}/{name}", oid) for oid in blobs for name in dict.fromkeys(known.get(oid, ()))]
    files += [(oid, oid) for oid in blobs if not known.get(oid)]
    for path, sign in _judged(files, blobs, CONTENT_CHECKS):
        yield path.partition("/")[0], sign


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
