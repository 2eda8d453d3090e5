"""One content of the repository against everything that is looked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from courseline.domain.students.scan.sought import CANARY, LARGEST_TEXT, KnownFile, Sought
from courseline.domain.students.scan.text import decoded, is_text, lines_of, same_text
from courseline.domain.students.scan.unpack import Part, parts_of
from courseline.domain.tree import blob_oid

_MOST_SHOWN = 3


class Likeness(StrEnum):
    """How a content is like a hidden file: the very bytes, the same text, its lines within others, its canary."""

    SAME_BYTES = "same-bytes"
    SAME_TEXT = "same-text"
    CONTAINED = "contained"
    CANARY = "canary"


@dataclass(frozen=True, slots=True)
class Trace:
    """A hidden file found in a content.

    Attributes:
        likeness: see `Likeness`.
        known: the hidden file; None for a canary that is in no example at hand.
        where: where in the content, "" for itself; see `unpack.Part`.
        line: 1-based line at which it begins, None where that says nothing.
        share: of the hidden file's own lines, per cent.
    """

    likeness: Likeness
    known: KnownFile | None
    where: str = ""
    line: int | None = None
    share: int = 100


def look(raw: bytes, oid: str, sought: Sought) -> tuple[Trace, ...]:
    """All hidden files in a content, the surest first; of one hidden file only its surest trace.

    Args:
        raw: bytes of a blob, or the message of a commit or tag.
        oid: its object id.
        sought: what is looked for.
    """
    known = sought.by_oid.get(oid)
    if known is not None:
        return (Trace(Likeness.SAME_BYTES, known),)
    found: dict[KnownFile | None, Trace] = {}
    order = list(Likeness)
    for part in parts_of(raw):
        for trace in _in_part(part, sought):
            earlier = found.get(trace.known)
            if earlier is None or order.index(trace.likeness) < order.index(earlier.likeness):
                found[trace.known] = trace
    ranked = sorted(found.values(), key=lambda trace: (order.index(trace.likeness), -trace.share))
    return tuple(ranked[:_MOST_SHOWN])


def _in_part(part: Part, sought: Sought) -> Iterator[Trace]:
    raw = part.raw
    yield from _canaries(part, sought)
    known = sought.by_oid.get(blob_oid(raw)) if part.where else None
    if known is not None:
        yield Trace(Likeness.SAME_BYTES, known, part.where)
    elif len(raw) <= LARGEST_TEXT and is_text(raw) and (sought.by_text or sought.by_line):
        text = decoded(raw)
        known = sought.by_text.get(hash(same_text(text)))
        if known is not None:
            yield Trace(Likeness.SAME_TEXT, known, part.where)
        else:
            yield from _contained(text, part.where, sought)


def _canaries(part: Part, sought: Sought) -> Iterator[Trace]:
    for found in CANARY.finditer(part.raw):
        line = 1 + part.raw.count(b"\n", 0, found.start())
        yield Trace(Likeness.CANARY, sought.canaries.get(found[0]), part.where, line)
    if b"\0" in part.raw:
        for found in CANARY.finditer(part.raw.replace(b"\0", b"")):
            yield Trace(Likeness.CANARY, sought.canaries.get(found[0]), part.where)


def _contained(text: str, where: str, sought: Sought) -> Iterator[Trace]:
    first: dict[int, int] = {}
    counts: Counter[int] = Counter()
    seen: set[int] = set()
    for number, text_line in lines_of(text):
        known = hash(text_line)
        if known in sought.by_line and known not in seen:
            seen.add(known)
            for index in sought.by_line[known]:
                counts[index] += 1
                first.setdefault(index, number)
    for index, count in counts.items():
        needed = sought.needed[index]
        if count >= needed.enough:
            share = 100 * count // needed.own
            line = None if where else first[index]
            yield Trace(Likeness.CONTAINED, needed.known, where, line, share)
