"""What is wrong with broken YAML, in a sentence for its author."""

from __future__ import annotations

import yaml

from courseline.domain.paths import printable
from courseline.errors import Problem

_QUOTES = "Put text in quotes when it holds a colon and a space, or begins with one of @ ` % & * ! | > [ {."
_INDENT = "Indent with spaces, equally deep for all entries of one list or mapping."

_ESCAPE = 'A `\\` inside of "..." begins an escape that does not exist.'
_MISFIT = "This line does not fit the mapping around it, or text follows a closed quote or bracket."

# What the parsers say (libyaml and PyYAML word some of it differently) -> what it means, what to do.
_MEANINGS: tuple[tuple[str, str, str], ...] = (
    (
        "mapping values are not allowed",
        "A second `: ` stands here, or the line is indented too deep.",
        _QUOTES,
    ),
    ("could not find expected ':'", "This is no `key: value`: the colon is missing.", _QUOTES),
    ("did not find expected key", _MISFIT, _INDENT),
    ("expected <block end>", _MISFIT, _INDENT),
    ("did not find expected '-' indicator", "This line does not fit the list around it.", _INDENT),
    ("sequence entries are not allowed", "No list can begin here.", "Begin it in a line of its own."),
    ("found a tab character", "A tab is used to indent.", _INDENT),
    ("',' or ']'", "The list in `[ ]` is not closed, or a comma is missing.", "Close it with `]`."),
    ("',' or '}'", "The mapping in `{ }` is not closed, or a comma is missing.", "Close it with `}`."),
    ("unknown escape character", _ESCAPE, "Use '...' instead."),
    ("expected escape sequence", _ESCAPE, "Use '...' instead."),
    ("unicode character escape", "An escape means no character.", "Write the character itself."),
    ("scanning a quoted scalar", "A quoted text is not closed.", "Close it; double a `'` inside of '...'."),
    ("scanning an alias", "`*` begins a reference here.", _QUOTES),
    ("scanning an anchor", "`&` begins a name here.", _QUOTES),
    ("undefined tag handle", "`!` begins a type here.", _QUOTES),
    ("while scanning a tag", "`!` begins a type here.", _QUOTES),
    ("expected '<document start>'", "Text stands behind the end of the document.", _INDENT),
    ("did not find expected <document start>", "Text stands behind the end of the document.", _INDENT),
    ("found unexpected end of stream", "The file ends in the middle of something.", "Complete it."),
)
# For these the mistake is where the thing begins, not where the parser gave up on it.
_BEGIN_EARLIER = ("could not find expected ':'", "',' or ']'", "',' or '}'", "scanning a quoted scalar")


def syntax_problem(error: yaml.YAMLError, text: str, path: str) -> Problem:
    """Translate the parser's own words.

    Args:
        error: as PyYAML raised it.
        text: what was parsed.
        path: the file, for the problem.
    """
    mark = getattr(error, "problem_mark", None)
    found = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    words = f"{getattr(error, 'context', None) or ''} {found}".lower()
    if any(part in words for part in _BEGIN_EARLIER):
        mark = getattr(error, "context_mark", None) or mark
    line = 1 if mark is None else mark.line + 1
    message, fix = _meaning(words, text[mark.index : mark.index + 1] if mark is not None else "")
    if not message:
        message, fix = f"The parser says: {printable(' '.join(words.split()))}.", _QUOTES
    return Problem(path, min(line, text.count("\n") + 1), message, fix=fix)


def _meaning(words: str, character: str) -> tuple[str, str]:
    if "cannot start any token" in words:
        if character == "\t":
            return "A tab is used to indent.", _INDENT
        return f"A value cannot begin with `{character}`.", _QUOTES
    return next(((message, fix) for part, message, fix in _MEANINGS if part in words), ("", ""))
