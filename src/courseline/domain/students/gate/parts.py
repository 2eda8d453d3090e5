"""What a file holds inside, for several checks of one case."""

from __future__ import annotations

from collections.abc import Sequence

from courseline.domain.students.gate.case import GateCase
from courseline.domain.students.scan.unpack import Part, parts_of


def parts_in(case: GateCase, oid: str, raw: bytes) -> Sequence[Part]:
    """The file itself first, then what it holds; that most files hold nothing is found out once."""
    plain = case.worked_out.setdefault("plain", set())
    if isinstance(plain, set) and oid in plain:
        return [Part("", raw)]
    parts = list(parts_of(raw))
    if len(parts) == 1 and isinstance(plain, set):
        plain.add(oid)
    return parts
