"""What a job may ask for with each kind of work."""

from __future__ import annotations

from collections.abc import Mapping

from courseline.domain.ledger.work_order import WorkKind
from courseline.domain.paths import printable
from courseline.errors import InvalidInput

INPUTS: Mapping[WorkKind, Mapping[str, type]] = {
    WorkKind.SYNC: {
        "tag": str,
        "source": str,
        "repository": str,
        "organization": str,
        "visibility": str,
        "dry_run": bool,
    },
    WorkKind.DEPLOY: {"branch": str, "plan": str, "dry_run": bool},
    WorkKind.STUDENT_TEMPLATE: {"full": bool, "dry_run": bool},
}
"""What each kind can be asked, all of it optional but a sync's tag."""
_LONGEST = 500


def checked_inputs(kind: WorkKind, inputs: Mapping[str, object]) -> dict[str, object]:
    """The inputs with every one that can be given, None where it was not.

    Raises:
        InvalidInput: one is not known, or is of another type.
    """
    known = INPUTS[kind]
    for name, value in inputs.items():
        wanted = known.get(name)
        if wanted is None:
            raise InvalidInput(f"Opening a {kind}: it has no input {printable(name[:_LONGEST])}.")
        if value is not None and (not isinstance(value, wanted) or len(str(value)) > _LONGEST):
            raise InvalidInput(f"Opening a {kind}: {name} is no short {wanted.__name__}.")
    if kind is WorkKind.SYNC and not inputs.get("tag"):
        raise InvalidInput("Opening a sync: no tag is named.")
    return {name: inputs.get(name) for name in known}
