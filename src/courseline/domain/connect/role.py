"""What a project is to courseline."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a project holds."""

    EXAMPLES = "examples"
    ASSIGNMENTS = "assignments"
    TEMPLATE = "student template"
    OTHER = "nothing of ours"
