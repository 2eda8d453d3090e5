"""The student view of a version that was built and judged when it was published, to be used again where all is the same.

What a view says depends on the files, on what a course says about the place, and on the rules. Kept is only a view of
which the gate had nothing to say, so whoever finds the same files, no word of the course and the same rules has the same
view and the same verdict. `settled_seal` binds these together; the history of the example repository keeps it.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence

from courseline.domain.students.rule import Rule
from courseline.domain.students.view import BuiltView, ViewFile
from courseline.errors import Problem, Severity

LARGEST = 64 * 1024
"""Characters of a kept view; the few that are larger, with notebooks that were cut, are built and judged each time."""

_RULES = {str(rule): rule for rule in Rule}


def settled_text(files: Sequence[ViewFile], warnings: Sequence[Problem]) -> str | None:
    """A view as it is kept, None when it is too large.

    Args:
        files: what students get.
        warnings: what reading and building gave, paths relative to the example.
    """
    data = {
        "files": [
            [
                file.path,
                file.mode,
                file.oid,
                str(file.rule),
                *([] if file.content is None else [_base64(file)]),
            ]
            for file in files
        ],
        "warnings": [[one.path, one.line, one.message, one.fix] for one in warnings],
    }
    text = json.dumps(data, separators=(",", ":"))
    return text if len(text) <= LARGEST else None


def parse_settled(text: str, directory: str) -> BuiltView | None:
    """The view at a place, from `settled_text`; None for anything else.

    Args:
        text: as it was kept.
        directory: of the place, in front of every problem's path.
    """
    try:
        data = json.loads(text)
        files = tuple(
            ViewFile(path, mode, oid, base64.b64decode(content[0]) if content else None, _RULES[rule], None)
            for path, mode, oid, rule, *content in data["files"]
        )
        warnings = tuple(
            Problem(path, line, message, Severity.WARNING, fix).inside(directory)
            for path, line, message, fix in data["warnings"]
        )
    except (binascii.Error, KeyError, TypeError, ValueError):
        return None
    return BuiltView(files, warnings)


def _base64(file: ViewFile) -> str:
    return base64.b64encode(file.content or b"").decode()
