"""Rule 1: the texts of an example, and the media files they link to.

A text is `README.md` or `README_<lang>.md`, or `content/index.md` or `content/index_<lang>.md` published under that
name. Of `content/mediaFiles` only what a text links to is published, as `mediaFiles/...`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

from courseline.domain.paths import printable
from courseline.domain.tree import Tree, TreeFile
from courseline.errors import Problem, Severity

MEDIA = "mediaFiles"
LONGEST_TEXT = 1024 * 1024
"""Bytes of a text whose links are still looked for."""

# A language is two letters as in ISO 639-1, with a region or script: `_de`, `_de-AT`, `_zh_Hant`.
_TEXT = re.compile(r"(?:README|content/index)(?P<lang>_[A-Za-z]{2}(?:[_-][A-Za-z]{2,4})?)?\.md")
_ATTRIBUTES = ("src", "href", "poster", "data")
_MARKDOWN = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True, slots=True)
class StudentText:
    """A text of the place and the name it is published under."""

    source: TreeFile
    target: str


@dataclass(frozen=True, slots=True)
class MediaLink:
    """A media file a text links to.

    Attributes:
        source: path inside the place, `content/mediaFiles/...`.
        target: path it is published at, `mediaFiles/...`.
        text: the text that links to it.
        line: line of the paragraph that does, None inside a text that has no lines for it.
    """

    source: str
    target: str
    text: str
    line: int | None


def student_texts(tree: Tree) -> list[StudentText]:
    """The texts of a place, in order of their paths."""
    texts: list[StudentText] = []
    for file in tree:
        match = _TEXT.fullmatch(file.path)
        if match:
            texts.append(StudentText(file, f"README{match['lang'] or ''}.md"))
    return texts


def media_links(text: StudentText, raw: bytes) -> tuple[list[MediaLink], list[Problem]]:
    """Which media files a text links to, and links that students will find dead.

    Args:
        text: the text.
        raw: its bytes; what is not UTF-8 in it cannot be part of a link.
    """
    path = text.source.path
    if len(raw) > LONGEST_TEXT:
        message = f"The text has {len(raw)} bytes; links are looked for in texts up to {LONGEST_TEXT} bytes."
        return [], [
            Problem(path, None, message, fix="Move a part of it to a file listed in additionalFiles.")
        ]
    links: dict[str, MediaLink] = {}
    problems: list[Problem] = []
    for destination, line in _destinations(_MARKDOWN.parse(raw.decode("utf-8", "replace"))):
        relative = _media_path(destination)
        if relative is None:
            continue
        parts = relative.split("/")
        if ".." in parts or "." in parts or "" in parts:
            message = f"The link `{printable(destination)}` does not name one file below {MEDIA}/; it is not published."
            fix = f"Write the path of the file as `{MEDIA}/name`."
            problems.append(Problem(path, line, message, Severity.WARNING, fix))
            continue
        target = f"{MEDIA}/{relative}"
        links.setdefault(target, MediaLink(f"content/{target}", target, path, line))
    return list(links.values()), problems


def missing_media(link: MediaLink) -> Problem:
    """The warning for a link to a file that is not there."""
    message = f"The text links to `{printable(link.target)}`, but there is no `{printable(link.source)}`."
    fix = "Add the file or correct the link."
    return Problem(link.text, link.line, message, Severity.WARNING, fix)


def _media_path(destination: str) -> str | None:
    """The part behind `mediaFiles/` of a link that leads there from a text, None for any other link."""
    try:
        parts = urlsplit(destination)
    except ValueError:  # such as an unclosed bracket in a host
        return None
    if parts.scheme or parts.netloc:
        return None
    path = unicodedata.normalize("NFC", unquote(parts.path))
    while path.startswith("./"):
        path = path[2:]
    for prefix in (f"{MEDIA}/", f"content/{MEDIA}/"):
        if path.startswith(prefix):
            return path[len(prefix) :]
    return None


def _destinations(tokens: list[Token]) -> Iterator[tuple[str, int | None]]:
    line: int | None = None
    for token in tokens:
        line = token.map[0] + 1 if token.map else line
        if token.type == "html_block":
            yield from ((value, line) for value in _html_links(token.content))
        for child in token.children or []:
            yield from ((value, line) for value in _inline_links(child))


def _inline_links(token: Token) -> Iterator[str]:
    if token.type == "html_inline":
        yield from _html_links(token.content)
    attributes: Mapping[str, str | int | float] = token.attrs
    for name in _ATTRIBUTES:
        if name in attributes:
            yield str(attributes[name])
    for child in token.children or []:  # an image inside a link's or an image's own text
        yield from _inline_links(child)


def _html_links(html: str) -> list[str]:
    parser = _Attributes()
    parser.feed(html)
    parser.close()
    return parser.found


class _Attributes(HTMLParser):
    """Collects the addresses in tags; what stands in a comment is no link."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - inherited form
        self.found.extend(value for name, value in attrs if name in _ATTRIBUTES and value)
