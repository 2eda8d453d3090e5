"""What can go wrong, sorted by what happens next.

`InvalidInput`: a file or argument is wrong, its author mends it. `Refused`: the request is understood and not
allowed. `Conflict`: somebody's change stands in the way, a person decides. `NotFound`: something named does not
exist. `NeighbourFailed`: a database, store or remote did not answer, the same command works later.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class Severity(StrEnum):
    """How much a problem weighs: an error refuses the thing it is about, a warning only tells."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing found in one place.

    Attributes:
        path: file the problem is in, relative to what was read (`hello-world/meta.yaml`), or what was asked for.
        line: 1-based line in that file; None where a line makes no sense.
        message: what was found and why it matters, one sentence or two.
        severity: see `Severity`.
        fix: what to do next; may be empty only when the message already says it.
    """

    path: str
    line: int | None
    message: str
    severity: Severity = Severity.ERROR
    fix: str = ""

    @property
    def where(self) -> str:
        """`file:line`, or the file alone."""
        return self.path if self.line is None else f"{self.path}:{self.line}"

    @property
    def sentence(self) -> str:
        """What was found and what to do, without the place."""
        return f"{self.message} {self.fix}".strip()

    def inside(self, directory: str) -> Problem:
        """The same problem seen from above `directory` ("." and "" change nothing)."""
        if directory in {"", "."}:
            return self
        return Problem(f"{directory}/{self.path}", self.line, self.message, self.severity, self.fix)


def errors_among(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems that refuse, without the warnings."""
    return tuple(problem for problem in problems if problem.severity is Severity.ERROR)


class CourselineError(Exception):
    """Root of all that is told to a person as a sentence, never as a stack trace.

    Args:
        message: what was being done and what was found; what to do next, when `problems` do not say it.
        problems: the findings behind it, each with its place.
    """

    kind: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, problems: Iterable[Problem] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.problems = tuple(problems)


class InvalidInput(CourselineError):  # noqa: N818 - the tree's names say what happens next, not that they are errors
    """A file or value that a person wrote is wrong; the problems say where."""

    kind = "invalid_input"


class Refused(CourselineError):  # noqa: N818
    """Understood, and not allowed; nothing of it was done."""

    kind = "refused"


class NotFound(CourselineError):  # noqa: N818
    """Something the request names does not exist."""

    kind = "not_found"


class Conflict(CourselineError):  # noqa: N818
    """Somebody else's change stands in the way and a person must decide."""

    kind = "conflict"
    exit_code = 4


class NeighbourFailed(CourselineError):  # noqa: N818
    """A database, object store, git remote or server did not do its part; the same command can be tried again."""

    kind = "neighbour_failed"
    exit_code = 3


class Busy(NeighbourFailed):
    """Somebody else is writing there, or what they wrote is not recorded yet; waiting helps."""

    kind = "busy"


class CorruptObject(NeighbourFailed):
    """The object store answered bytes that are not the ones published; the problems name each object."""

    kind = "corrupt_object"


class PushRejected(NeighbourFailed):
    """The remote branch is no longer at the expected commit: read it again and plan again."""

    kind = "push_rejected"
