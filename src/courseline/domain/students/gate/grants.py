"""What meta.yaml grants students at a place, worked out without the builder.

A grant says: at this path students may have this content, because of this rule. The gate asks of every file of the
candidate which grant justifies it.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from urllib.parse import unquote

from courseline.domain.library.version import Role
from courseline.domain.students.gate.case import GatePlace
from courseline.domain.students.gate.listing import Listing, listing_of
from courseline.domain.tree import TreeFile

META = "meta.yaml"
_README = re.compile(r"README(_[A-Za-z]{2}([_-][A-Za-z]{2,4})?)?\.md")
_INDEX = re.compile(r"content/index(_[A-Za-z]{2}([_-][A-Za-z]{2,4})?)?\.md")
_NEVER = {META, ".example-library"}
# In code and comments nothing links: fenced code, code spans (which end with their paragraph), comments.
_CODE = re.compile(
    r"^ {0,3}(?P<fence>`{3,}|~{3,})[^\n]*\n.*?(?:^ {0,3}(?P=fence)|\Z)"
    r"|(?<!`)(?P<tick>`+)(?!`)(?:(?!\n[ \t]*\n).)+?(?<!`)(?P=tick)(?!`)",
    re.DOTALL | re.MULTILINE,
)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
# Where an address begins: `](`, `]:`, an attribute, or a quote.
_LINK_START = r"(?:\]\(\s*<?|\]:\s*<?|=\s*[\"']?)\s*(?:\./)*(?:content/)?mediaFiles/"


class Form(Enum):
    """How the content of a granted file relates to the place's files."""

    SAME = "the same blob"
    CUT = "the source without its solutions"
    EMPTY = "an empty file"
    REDUCED = "meta.yaml without what students must not see"


@dataclass(frozen=True, slots=True)
class Grant:
    """Permission for one path.

    Attributes:
        rule: `1`, `2`, `3-template`, `3-cut`, `3-empty` or `4`.
        form: see `Form`.
        why: the reason, for people.
        source: file of the place it comes from, None when there is none.
    """

    rule: str
    form: Form
    why: str
    source: TreeFile | None = None


def grants_of(place: GatePlace, blobs: Mapping[str, bytes]) -> dict[str, list[Grant]]:
    """All grants of a place by path inside it; none without meta.yaml.

    Args:
        place: the place.
        blobs: bytes by blob id; those of its README files decide which media files are linked.
    """
    if not isinstance(place.meta, dict):
        return {}
    granted: defaultdict[str, list[Grant]] = defaultdict(list)
    for path, grant in (*_whatever_they_say(place), *_texts(place, blobs)):
        granted[path].append(grant)
    return dict(granted)


def is_test_for(place: GatePlace, listing: Listing, path: str) -> bool:
    """Whether a file of the place is a test, its own or one copied from a dependency."""
    return listing.is_test(path) or place.dependency_roles.get(path) is Role.TEST


def _whatever_they_say(place: GatePlace) -> list[tuple[str, Grant]]:
    """The grants for which no file is read, worked out once."""
    known = place.worked_out.get("grants")
    if not isinstance(known, list):
        listing = listing_of(place)
        meta = Grant("4", Form.REDUCED, "reduced meta.yaml", place.tree.get(META))
        known = [(META, meta), *_handed_in(place, listing), *_as_they_are(place, listing)]
        place.worked_out["grants"] = known
    return known


def _handed_in(place: GatePlace, listing: Listing) -> Iterator[tuple[str, Grant]]:
    targets = {target for _, target in listing.templates}
    for source_path, target in listing.templates:
        source = place.tree.get(source_path)
        tested = is_test_for(place, listing, source_path) or listing.is_test(target)
        if source is None or tested or target in _NEVER:
            continue
        if listing.is_submission(source_path):
            yield target, Grant("3-cut", Form.CUT, f"{source_path} without its solutions", source)
        elif place.dependency_roles.get(source_path) is not Role.SUBMISSION:
            yield target, Grant("3-template", Form.SAME, f"template {source_path}", source)
    for path in listing.submissions - targets - _NEVER:
        if listing.is_test(path):
            continue
        source = place.tree.get(path)
        yield path, Grant("3-empty", Form.EMPTY, f"{path} is handed in and has no template", source)
        if source is not None:
            yield path, Grant("3-cut", Form.CUT, f"{path} without its solutions", source)


def _as_they_are(place: GatePlace, listing: Listing) -> Iterator[tuple[str, Grant]]:
    for file in place.tree:
        path = file.path
        role = place.dependency_roles.get(path)
        if is_test_for(place, listing, path) or listing.is_submission(path) or path in _NEVER:
            continue
        directory = listing.directory_of(path)
        if path in listing.additional and role is not Role.SUBMISSION:
            yield path, Grant("2", Form.SAME, "listed in additionalFiles", file)
        elif role is Role.PUBLIC:
            yield path, Grant("2", Form.SAME, "public file of a dependency", file)
        elif directory is not None and role is None:
            yield path, Grant("2", Form.SAME, f"below {directory}/ of additionalFiles", file)


def _texts(place: GatePlace, blobs: Mapping[str, bytes]) -> Iterator[tuple[str, Grant]]:
    listing = listing_of(place)
    linkers: list[tuple[str, str]] = []
    for file in place.tree:
        if not file.path.endswith(".md"):
            continue
        readme, index = _README.fullmatch(file.path), _INDEX.fullmatch(file.path)
        found = readme or index
        if found is None or _withheld(place, listing, file.path):
            continue
        target = f"README{found[1] or ''}.md"
        # The source of a file students hand in is a solution: only rule 3 may bring that path.
        if not listing.is_submission(target):
            yield target, Grant("1", Form.SAME, f"text {file.path}", file)
        linkers.append((file.path, readable(blobs.get(file.oid, b""))))
    for file in place.tree.below("content/mediaFiles"):
        if _withheld(place, listing, file.path):
            continue
        name = file.path.removeprefix("content/mediaFiles/")
        linker = next((path for path, text in linkers if links_to(text, name)), None)
        if linker is not None and not listing.is_submission(target := f"mediaFiles/{name}"):
            yield target, Grant("1", Form.SAME, f"linked from {linker}", file)


def _withheld(place: GatePlace, listing: Listing, path: str) -> bool:
    role = place.dependency_roles.get(path)
    return is_test_for(place, listing, path) or listing.is_submission(path) or role not in {None, Role.PUBLIC}


def readable(raw: bytes) -> str:
    """A text with every way to write an address undone that Markdown and HTML know; code and comments are gone."""
    text = _COMMENT.sub("", _CODE.sub(" ", raw.decode("utf-8", "replace").replace("\r\n", "\n")))
    plain = unquote(html.unescape(_ESCAPED.sub(r"\1", text)))
    return unicodedata.normalize("NFC", f"{text}\n{plain}")


def links_to(text: str, name: str) -> bool:
    """Whether `text` has an address `mediaFiles/NAME`.

    Args:
        text: a readable text, or any.
        name: path below mediaFiles.
    """
    return re.search(_LINK_START + re.escape(name) + r"(?=[)\s\"'>?#]|\Z)", text) is not None
