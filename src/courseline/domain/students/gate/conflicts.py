"""Check `conflict-markers`: no half-merged file, whose other half may be a solution."""

from __future__ import annotations

import re
from collections.abc import Iterator

from courseline.domain.students.gate.case import Finding, GateCase
from courseline.domain.students.gate.places import files_by_place

# As git writes them: https://git-scm.com/docs/git-merge#_how_conflicts_are_presented. `=======` alone underlines a
# heading in Markdown, so it does not count.
_MARK = re.compile(rb"^(?:<{7}|>{7}|\|{7})(?: .*)?\r?$", re.MULTILINE)


def check_conflicts(case: GateCase) -> Iterator[Finding]:
    """Every file whose bytes are at hand."""
    for place, file in files_by_place(case):
        raw = case.blobs.get(file.oid)
        if raw is None:
            continue
        # Without its NULs a text in UTF-16 shows its marks; its byte order mark stands before the first of them.
        text = (
            raw.replace(b"\0", b"").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
            if b"\0" in raw
            else raw
        )
        match = _MARK.search(text)
        if match is None:
            continue
        yield Finding(
            place.content_path if place else None,
            file.path,
            1 + text.count(b"\n", 0, match.start()),
            "conflict-markers",
            "The file holds a conflict marker of a merge.",
            "Between such markers stands what another version had there, which may be a solution.",
            "Finish the merge of this file in the assignments repository.",
            blocking=not (place and place.kept),
            exceptable=True,
        )
