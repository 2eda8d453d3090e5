"""What a rule admits, before anything is built from it; and what must stay hidden."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from courseline.domain.deploying.place_state import TRACKING_FILE
from courseline.domain.library.meta import ListedPath, Meta
from courseline.domain.library.version import Role
from courseline.domain.paths import folded, printable
from courseline.domain.students.rule import Rule
from courseline.domain.tree import TreeFile
from courseline.errors import Problem

META_FILE = "meta.yaml"


@dataclass(frozen=True, slots=True)
class Admitted:
    """One file a rule wants students to get.

    Attributes:
        target: path students get, relative to the place.
        rule: see `Rule`.
        source: file of the place it comes from; None for an empty file whose source does not exist.
        line: line that asks for it, in `where`.
        where: file that asks for it: meta.yaml, or the text that links to it.
    """

    target: str
    rule: Rule
    source: TreeFile | None
    line: int | None
    where: str = META_FILE

    @property
    def words(self) -> str:
        """The file and who asks for it, for messages."""
        asked = self.where if self.line is None else f"{self.where}:{self.line}"
        name = printable(self.source.path if self.source else self.target)
        return f"`{name}` ({asked})" if asked != name else f"`{name}`"


class Withheld:
    """What students must not get from a place, by meta.yaml and by the roles of copied dependency files.

    Args:
        meta: the place's meta.yaml.
        dependency_roles: role of each copied dependency file by its path inside the place.
    """

    def __init__(self, meta: Meta, dependency_roles: Mapping[str, Role]) -> None:
        self._roles = dependency_roles
        self._tests = [(folded(test.path), test) for test in meta.test_files]
        self._submissions = {folded(listed.path): listed for listed in meta.student_submission_files}
        self._templates = {folded(entry.source) for entry in meta.student_templates}

    def test(self, path: str) -> ListedPath | None:
        """The entry of `testFiles` that covers `path`, whatever its case."""
        own = folded(path)
        return next((test for name, test in self._tests if own == name or own.startswith(f"{name}/")), None)

    def submission(self, path: str) -> ListedPath | None:
        """The entry of `studentSubmissionFiles` for `path`, whatever its case."""
        return self._submissions.get(folded(path))

    def leaves(self, path: str, directory: str) -> bool:
        """Whether a listed directory may bring `path`: it has no other purpose and no name that begins with a dot."""
        inner = path[len(directory) + 1 :].split("/")
        return not (
            any(part.startswith(".") for part in inner)
            or path == META_FILE
            or self.test(path) is not None
            or self.submission(path) is not None
            or folded(path) in self._templates
            or self._roles.get(path, Role.PUBLIC) is not Role.PUBLIC
        )

    def problem(self, admitted: Admitted) -> Problem | None:
        """Why this file must not go to students as it is; the message names both sides."""
        path = admitted.source.path if admitted.source else admitted.target
        where = (admitted.where, admitted.line)
        test = self.test(path) or self.test(admitted.target)
        if test is not None:
            message = f"{admitted.words} would reach students, but testFiles lists `{printable(test.path)}` (meta.yaml:{test.line})."
            return Problem(*where, message, fix="Take it out of one of the two.")
        submission = self.submission(path)
        if submission is not None and admitted.rule in {Rule.TEXT, Rule.ADDITIONAL}:
            message = (
                f"{admitted.words} would reach students as it is, but studentSubmissionFiles lists it"
                f" (meta.yaml:{submission.line}), so its source is a solution."
            )
            return Problem(
                *where, message, fix="Take it out of one of the two, or publish a template for it."
            )
        if path in {META_FILE, TRACKING_FILE} or admitted.target in {META_FILE, TRACKING_FILE}:
            message = f"{admitted.words} would reach students as it is; that file never does."
            return Problem(
                *where, message, fix="Remove the entry; students get a reduced meta.yaml in any case."
            )
        return self._dependency_problem(admitted, path)

    def _dependency_problem(self, admitted: Admitted, path: str) -> Problem | None:
        role = self._roles.get(path)
        hidden = {Role.TEST, Role.SUBMISSION}
        if admitted.rule is Rule.TEXT:
            hidden |= {Role.OTHER, Role.TEMPLATE}
        elif admitted.rule in {Rule.CUT, Rule.EMPTY}:
            hidden = {Role.TEST}
        if role not in hidden:
            return None
        message = f"{admitted.words} would reach students, but it is copied from a dependency, where it is a {role} file."
        return Problem(admitted.where, admitted.line, message, fix="Take it out of meta.yaml of this place.")
