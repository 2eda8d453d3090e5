"""Checks `similarity` and `containment`: no public file that is a hidden one of its place with little changes.

Compared is what the place itself hides. The very same bytes are known by their blob id, which is what the check
`hidden` is for; these tell a file by its lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from courseline.domain.course.wish import GateLimits
from courseline.domain.library.version import Role
from courseline.domain.students.gate.case import Finding, GateCase, GatePlace
from courseline.domain.students.gate.exceptions import how_to_except
from courseline.domain.students.gate.grants import META, Form
from courseline.domain.students.gate.justification import Justified, justify
from courseline.domain.students.gate.listing import Listing, listing_of
from courseline.domain.students.gate.parts import parts_in
from courseline.domain.students.gate.text_lines import TextLines, line_of, text_lines
from courseline.domain.students.scan.unpack import Part
from courseline.domain.tree import GITLINK, TreeFile

SMALLEST, SMALLEST_OF_FEW, FEW = 32, 48, 3
"""Bytes of a hidden file's own lines from which on it counts, and from which on when there are fewer than FEW of them."""

NO_TEXT = (
    ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".ico", ".svgz", ".mp3", ".mp4", ".wav", ".ogg",
    ".webm", ".mov", ".avi", ".ttf", ".otf", ".woff", ".woff2", ".zip", ".gz", ".bz2", ".xz", ".7z",
    ".rar", ".tar", ".tgz", ".jar", ".class", ".pyc", ".o", ".so", ".dll", ".exe", ".npy", ".npz", ".mat",
    ".h5", ".hdf5", ".parquet", ".pkl", ".rds", ".rdata", ".pdf",
)  # fmt: skip
"""Suffixes of files that have no lines, so that nobody has to read them."""


@dataclass(frozen=True)
class HiddenText:
    """A hidden file of a place: what it is for people, its lines, and those that students get instead of it."""

    file: TreeFile
    words: str
    lines: TextLines
    given: Sequence[TextLines]
    is_secret: bool

    @cached_property
    def own(self) -> frozenset[bytes]:
        """Its lines without those that students are given in its stead."""
        return self.lines.distinct.difference(*(one.distinct for one in self.given))

    def own_shingles(self, length: int) -> set[tuple[bytes, ...]]:
        """The same of its shingles."""
        return self.lines.shingles(length).difference(*(one.shingles(length) for one in self.given))


@dataclass(frozen=True, slots=True)
class PublicText:
    """A part of a public file, and where in the file it is ("" for the file itself)."""

    justified: Justified
    raw: bytes
    where: str
    lines: TextLines


def check_similarity(case: GateCase) -> Iterator[Finding]:
    """Every new file against the long hidden files of its place."""
    for place, hidden, public in _pairs(case):
        if len(hidden.lines.lines) < case.limits.from_lines or not hidden.own:
            continue
        passages, lines = _passages(hidden, public, case.limits), _lines(hidden, public, case.limits)
        if max(passages, lines) * 100 < case.limits.shared_percent:
            continue
        said = (
            f"{passages:.0%} of the {case.limits.shingle_lines}-line passages"
            if passages >= lines
            else f"{lines:.0%} of the lines"
        )
        message = f"It has {said} of the {hidden.words}" + (
            "." if not hidden.given else " that students are not given in its stead."
        )
        why = "A copy with little changes tells as much as the file itself."
        yield _finding(case, place, hidden, public, "similarity", message, why)


def check_containment(case: GateCase) -> Iterator[Finding]:
    """Every new file against solutions and tests of its place: none of them may be in it line by line."""
    for place, hidden, public in _pairs(case):
        if hidden.is_secret and _holds(hidden, public):
            message = f"It holds every line of the {hidden.words}"
            message += "." if not hidden.given else " that students are not given in its stead."
            why = "Lines in another order, or among others, are still there."
            yield _finding(case, place, hidden, public, "containment", message, why)


def compared_files(place: GatePlace) -> Iterator[TreeFile]:
    """The hidden files of a place whose bytes the checks compare with; a few more than they will use."""
    listing = listing_of(place)
    for file in place.tree:
        public = file.path in listing.additional or listing.directory_of(file.path) is not None
        if file.mode == GITLINK:  # the id of a commit elsewhere; there are no bytes
            continue
        if not public and file.path != META and not file.path.lower().endswith(NO_TEXT):
            yield file


def _pairs(case: GateCase) -> Sequence[tuple[GatePlace, HiddenText, PublicText]]:
    """Every hidden text with every text of its place that students do not have yet, unless one is made of the other."""
    known = case.worked_out.get("pairs")
    if not isinstance(known, list):
        known = case.worked_out["pairs"] = list(_work_out(case))
    return known


def _work_out(case: GateCase) -> Iterator[tuple[GatePlace, HiddenText, PublicText]]:
    by_place: dict[str, list[Justified]] = {}
    for justified in justify(case):
        if justified.place is not None and not justified.place.kept:
            by_place.setdefault(justified.place.directory, []).append(justified)
    for given in by_place.values():
        place = given[0].place
        public = [text for one in given if one.rule != "4" for text in _public(case, one)]
        if place is None or not public:
            continue
        hidden = list(_hidden(case, place, given))
        for one in hidden:
            yield from ((place, one, text) for text in public if one.own & text.lines.distinct or not one.own)


def _public(case: GateCase, justified: Justified) -> Iterator[PublicText]:
    raw = case.blobs.get(justified.file.oid)
    for part in () if raw is None else _readings(parts_in(case, justified.file.oid, raw)):
        lines = text_lines(part.raw)
        if lines is not None and lines.lines:
            yield PublicText(justified, part.raw, part.where, lines)


def _readings(parts: Sequence[Part]) -> Sequence[Part]:
    """A file and what it holds; of a notebook not the JSON itself, whose lines are those of every notebook."""
    is_notebook = any(part.where == "cells" for part in parts)
    return [part for part in parts if part.where or not is_notebook]


def _main_text(case: GateCase, oid: str) -> TextLines | None:
    """The lines of a file itself, for a notebook those of its cells."""
    raw = case.blobs.get(oid)
    return None if raw is None else text_lines(_readings(parts_in(case, oid, raw))[0].raw)


def _hidden(case: GateCase, place: GatePlace, given: Sequence[Justified]) -> Iterator[HiddenText]:
    listing = listing_of(place)
    granted = [(one, one.grant) for one in given if one.grant is not None]
    same = {grant.source.oid for _, grant in granted if grant.source and grant.form is Form.SAME}
    cut = [one for one, grant in granted if grant.form is Form.CUT]
    counterparts = _counterparts(given, place, listing)
    for file in compared_files(place):
        lines = _main_text(case, file.oid) if file.oid not in same else None
        if lines is None or lines.size < SMALLEST:
            continue
        role = place.dependency_roles.get(file.path)
        is_test = listing.is_test(file.path) or role is Role.TEST
        is_solution = listing.is_submission(file.path) or role is Role.SUBMISSION
        kind = "test file" if is_test else "solution" if is_solution else "hidden file"
        # What an author left outside the markers is meant for students, also where a test repeats it.
        instead = [
            _main_text(case, one.file.oid) for one in (cut if is_test else counterparts.get(file.path, ()))
        ]
        yield HiddenText(
            file,
            f"{kind} {file.path}",
            lines,
            [one for one in instead if one is not None],
            is_secret=is_test or is_solution,
        )


def _counterparts(
    given: Iterable[Justified], place: GatePlace, listing: Listing
) -> Mapping[str, Sequence[Justified]]:
    """What students get in the stead of a file they hand in, by its path: its template, or itself without solutions."""
    found: dict[str, list[Justified]] = {}
    for one in given:
        if one.grant is None or one.rule is None or not one.rule.startswith("3"):
            continue
        path = one.file.path[len(place.directory) + 1 :]
        paths = {path} if listing.is_submission(path) else set()
        if one.grant.form is Form.CUT and one.grant.source is not None:
            paths.add(one.grant.source.path)
        for each in paths:
            found.setdefault(each, []).append(one)
    return found


def _passages(hidden: HiddenText, public: PublicText, limits: GateLimits) -> float:
    """How much of a hidden file's own shingles a public text has; 0 when there are too few to tell."""
    # Each line is in several shingles, so with few lines in common there are few shingles.
    common = len(hidden.lines.distinct & public.lines.distinct)
    if common * 200 < len(hidden.lines.distinct) * limits.shared_percent:
        return 0.0
    own = hidden.own_shingles(limits.shingle_lines)
    if len(own) <= max(0, limits.from_lines - limits.shingle_lines):
        return 0.0
    return len(own & public.lines.shingles(limits.shingle_lines)) / len(own)


def _lines(hidden: HiddenText, public: PublicText, limits: GateLimits) -> float:
    """How much of a solution's or test's own lines a public text has: one changed line breaks many shingles."""
    if not hidden.is_secret or len(hidden.own) < limits.from_lines:
        return 0.0
    return len(hidden.own & public.lines.distinct) / len(hidden.own)


def _holds(hidden: HiddenText, public: PublicText) -> bool:
    grant = public.justified.grant
    instead = any(public.lines == one for one in hidden.given)
    if instead:
        # What was cut has been compared line by line with its source; a template must lack something.
        is_template = grant is not None and grant.form is Form.SAME
        return is_template and hidden.lines.distinct <= public.lines.distinct
    least = SMALLEST if len(hidden.own) >= FEW else SMALLEST_OF_FEW
    return sum(map(len, hidden.own)) >= least and hidden.own <= public.lines.distinct


def _finding(
    case: GateCase,
    place: GatePlace,
    hidden: HiddenText,
    public: PublicText,
    rule: str,
    message: str,
    why: str,
) -> Finding:
    file = public.justified.file
    common = next(
        (one for one in hidden.lines.lines if one in public.lines.distinct and one in hidden.own), None
    )
    common = common or next(one for one in hidden.lines.lines if one in public.lines.distinct)
    where = f" (in {public.where})" if public.where else ""
    return Finding(
        place.content_path,
        file.path,
        None if public.where else line_of(public.raw, common),
        rule,
        message + where,
        why,
        f"Take out of it what students must not see, or publish another file. {how_to_except(case, file)}",
        exceptable=True,
    )
