"""What a wish came to: the version, its dependencies, and the tree they make."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from courseline.domain.deploying.render import Render
from courseline.domain.library.example import Example
from courseline.domain.library.label import Label
from courseline.domain.library.version import VersionFacts, VersionFile


@dataclass(frozen=True, slots=True)
class ResolvedDependency:
    """A dependency with the version chosen for it.

    Attributes:
        as_written: the reference in the dependent's meta.yaml.
        example: the example it means.
        version_id: the version its files come from.
        version_identifier: that version's git tree id (its key in the store).
        label: under which it was chosen.
        files: the files to copy, ordered by path; none when nothing has to be rendered.
    """

    as_written: str
    example: Example
    version_id: UUID
    version_identifier: str
    label: Label
    files: tuple[VersionFile, ...]


@dataclass(frozen=True, slots=True)
class Resolution:
    """Everything a place needs.

    Attributes:
        example: the example wished for.
        version: the version chosen; an `ExampleVersion` where it has to be rendered.
        label: under which it was chosen.
        directory: where the example lay in its repository at that label.
        dependencies: in the order of the meta.yaml.
        render: the tree at the place; None when the place holds exactly this already.
        warnings: what a person should know (withdrawn version, ...).
    """

    example: Example
    version: VersionFacts
    label: Label
    directory: str
    dependencies: tuple[ResolvedDependency, ...]
    render: Render | None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Why a wish came to nothing: one place's problem, the others go on.

    Attributes:
        message: what was found and what to do.
        line: in the course file.
        example: `REPO:identifier` when the example itself was found.
    """

    message: str
    line: int
    example: str | None = None
