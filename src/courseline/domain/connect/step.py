"""One thing that connecting makes or changes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class StepKind(StrEnum):
    """What is made or changed; the value is what people read."""

    GROUP = "group"
    PROJECT = "project"
    FIRST_COMMIT = "first commit"
    COURSE_FILE = "deployment file"
    COURSE = "course"
    REGISTRATION = "registration"
    PROTECTED_TAG = "protected tag"
    PROTECTED_BRANCH = "protected branch"
    WEBHOOK = "webhook"
    CI_INCLUDE = "pipeline"
    SCHEDULE = "schedule"
    BACK_FILL = "earlier releases"


@dataclass(frozen=True, slots=True)
class Step:
    """A change, as shown before it is made.

    Attributes:
        kind: see `StepKind`.
        where: path of the project or group.
        now: what is there, in words.
        after: what will be there, in words.
        subject: name of the thing among its kind: a tag pattern, a branch.
        number: of the thing that is changed; None when it is made.
    """

    kind: StepKind
    where: str
    now: str
    after: str
    subject: str = ""
    number: int | None = None
