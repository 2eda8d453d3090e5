"""What the gate is given, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from courseline.domain.course.wish import DEFAULT_LIMITS, GateException, GateLimits
from courseline.domain.library.version import Role
from courseline.domain.tree import Tree
from courseline.errors import Problem, Severity


class HiddenKind(StrEnum):
    """Why a blob must stay hidden; the letters are those of the design.

    LIBRARY (a): a test file or submission source of any version in the library that concerns this course.
    DEPLOYED (b): an unlisted file of the version deployed at a place.
    ASSIGNMENTS (c): a blob of the assignments repository that no rule admits in any place.
    """

    LIBRARY = "a"
    DEPLOYED = "b"
    ASSIGNMENTS = "c"


@dataclass(frozen=True, slots=True)
class Hidden:
    """One blob that students must not get.

    Attributes:
        kind: see `HiddenKind`.
        words: what it is, for people: "test file test_main.py of examples:hello-world@v1.0".
    """

    kind: HiddenKind
    words: str


@dataclass(frozen=True, slots=True)
class GatePlace:
    """A place as the assignments repository has it.

    Attributes:
        directory: its directory, the same in both repositories.
        content_path: its ltree path.
        tree: its files in the assignments repository, without `.example-library`.
        meta: parsed meta.yaml as plain data, None when there is none or it cannot be read.
        dependency_roles: role of each copied dependency file by its path inside the place, as the library has it.
        course_properties: values of the course file that win over meta.yaml.
        kept: the builder refused the place, so its subtree must be the one students already have.
        worked_out: what several checks need of it, kept by the one that needed it first; a copy begins anew.
    """

    directory: str
    content_path: str
    tree: Tree
    meta: object
    dependency_roles: Mapping[str, Role] = field(default_factory=dict)
    course_properties: Mapping[str, object] = field(default_factory=dict)
    kept: bool = False
    worked_out: dict[str, object] = field(default_factory=dict, init=False, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class GateCase:
    """What is judged.

    Attributes:
        places: every place of the course, no directory twice.
        candidate: the whole tree that is to be pushed.
        blobs: bytes by blob id; at least those that `needed_blobs` names.
        metas: parsed meta.yaml files of the candidate, as plain data by path in the candidate.
        head: tree of the template repository now, None when it has no commit.
        hidden: the hidden set by blob id.
        exceptions: reviewed exceptions of the course file.
        limits: from when on files count as alike.
        readme_texts: every text the root README.md may show: title and description of the course, titles, paths and
            directories of its contents, and their limits as text.
        worked_out: what several checks need, kept by the one that needed it first; a copy begins anew.
    """

    places: Sequence[GatePlace]
    candidate: Tree
    blobs: Mapping[str, bytes]
    metas: Mapping[str, object]
    head: Tree | None = None
    hidden: Mapping[str, Hidden] = field(default_factory=dict)
    exceptions: Sequence[GateException] = ()
    readme_texts: Sequence[str] = ()
    limits: GateLimits = DEFAULT_LIMITS
    worked_out: dict[str, object] = field(default_factory=dict, init=False, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something the gate found.

    Attributes:
        place: ltree path of the place, None outside any.
        path: file in the template repository, or what is judged instead ("commit ...").
        line: 1-based line in that file, None where a line makes no sense.
        rule: name of the check that found it.
        message: what was found.
        why: why students must not get it.
        fix: what to do next.
        blocking: whether nothing may be pushed; a past leak in a kept file is only reported.
        exceptable: whether a reviewed exception clears it.
    """

    place: str | None
    path: str
    line: int | None
    rule: str
    message: str
    why: str
    fix: str
    blocking: bool = True
    exceptable: bool = False

    @property
    def problem(self) -> Problem:
        """The finding as it is shown to people."""
        where = f" at {self.place}" if self.place else ""
        said = f"{self.message} {self.why}".strip()
        return Problem(self.path, self.line, f"{said} (rule {self.rule}{where})", Severity.ERROR, self.fix)
