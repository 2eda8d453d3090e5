"""The student view: exactly the files students get for a place, each with the rule that admits it.

Nothing is published because it is there: a file comes in through one of the rules, or not at all. A place with an
error gives no file.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from courseline.domain.library.check_files import check_meta_against_files
from courseline.domain.library.meta import Meta
from courseline.domain.library.version import Role
from courseline.domain.paths import mode_problem, path_problems, printable
from courseline.domain.students.additional import additional_files
from courseline.domain.students.admitted import META_FILE, Admitted, Withheld
from courseline.domain.students.cut import cut_solutions
from courseline.domain.students.marked import marked
from courseline.domain.students.notebook import is_notebook
from courseline.domain.students.notebook_cut import cut_notebook
from courseline.domain.students.rule import Rule
from courseline.domain.students.stubs import Stubs
from courseline.domain.students.student_meta import student_meta
from courseline.domain.students.student_text import media_links, missing_media, student_texts
from courseline.domain.students.submission import submission_files, without_cells, without_markers
from courseline.domain.tree import FILE, Tree, TreeFile, blob_oid
from courseline.errors import Problem, errors_among


@dataclass(frozen=True, slots=True)
class PlaceSource:
    """A place as the assignments repository has it.

    Attributes:
        directory: its directory there, in front of every problem's path.
        tree: its files, without `.example-library`.
        meta: its meta.yaml, read under the name `meta.yaml`; None when it has none or one with errors.
        blobs: bytes by blob id, at least those `wanted_blobs` names.
        dump: writes plain data as YAML.
        dependency_roles: role of each copied dependency file by its path inside the place, as the library has it
            for the recorded dependency version.
        properties: values of the course file, which win over meta.yaml.
        meta_problems: what reading meta.yaml gave.
    """

    directory: str
    tree: Tree
    meta: Meta | None
    blobs: Mapping[str, bytes]
    dump: Callable[[Mapping[str, object]], bytes]
    dependency_roles: Mapping[str, Role] = field(default_factory=dict)
    properties: Mapping[str, object] = field(default_factory=dict)
    meta_problems: Sequence[Problem] = ()


class ViewFile(NamedTuple):
    """A file students get.

    Attributes:
        path: relative to the place.
        mode: "100644" or "100755".
        oid: its blob id.
        content: its bytes when courseline made them, None for a blob of the assignments repository.
        rule: why students get it.
        source: file of the place it comes from, None when there is none.
        cut: what was cut from that, in words; "" for nothing.
    """

    path: str
    mode: str
    oid: str
    content: bytes | None
    rule: Rule
    source: str | None
    cut: str = ""


@dataclass(frozen=True, slots=True)
class BuiltView:
    """What building a view gave.

    Attributes:
        files: ordered by path; none when there are errors.
        problems: errors and warnings, paths relative to the repository.
    """

    files: tuple[ViewFile, ...]
    problems: tuple[Problem, ...]

    @property
    def refused(self) -> bool:
        """Whether there are errors, so that the place keeps what students have."""
        return bool(errors_among(self.problems))


def wanted_blobs(
    tree: Tree, meta: Meta, dependency_roles: Mapping[str, Role] | None = None, known: Collection[str] = ()
) -> set[str]:
    """Ids of the blobs whose bytes `build_view` must be given.

    Args:
        tree: files of the place.
        meta: its meta.yaml.
        dependency_roles: as in `PlaceSource`.
        known: blobs students have already: their bytes have been looked at when they came.
    """
    roles = dependency_roles or {}
    withheld = Withheld(meta, roles)
    texts = {text.source.oid for text in student_texts(tree)}
    handed_in = list(submission_files(tree, meta, withheld))
    cut = {one.source.oid for one in handed_in if one.source and one.rule is Rule.CUT}
    listed = additional_files(tree, meta, roles, withheld)
    published = {one.source.oid for one in (*handed_in, *listed) if one.source}
    return texts | cut | (published - set(known))


def build_view(place: PlaceSource) -> BuiltView:
    """Build what students get for a place.

    Files whose bytes are not needed are not read; where they are given, they are searched for solution markers.
    """
    if place.meta is None:
        missing = Problem(
            META_FILE,
            None,
            "There is no meta.yaml, so nothing says what students may see.",
            fix="Add one, or take the content's example out of the course file.",
        )
        found = errors_among(place.meta_problems) or (missing,)
        return BuiltView((), tuple(problem.inside(place.directory) for problem in found))
    structural = check_meta_against_files(place.meta, place.tree.paths)
    files: tuple[ViewFile, ...] = ()
    problems = [*place.meta_problems, *structural]
    if not errors_among(problems):
        view = _View(place, place.meta)
        problems += dict.fromkeys(view.problems)
        files = tuple(sorted(view.files.values(), key=lambda file: file.path))
    refused = errors_among(problems)
    return BuiltView(() if refused else files, tuple(problem.inside(place.directory) for problem in problems))


class _View:
    """A view while it is built: files by target, and all that is wrong."""

    def __init__(self, place: PlaceSource, meta: Meta) -> None:
        self._place = place
        self._meta = meta
        self._withheld = Withheld(meta, place.dependency_roles)
        self._asked: dict[str, Admitted] = {}
        self.files: dict[str, ViewFile] = {}
        self.problems: list[Problem] = []
        self._admit_texts()
        self._admit(additional_files(place.tree, meta, place.dependency_roles, self._withheld))
        self._admit(submission_files(place.tree, meta, self._withheld))
        self._write_meta()
        self.problems += path_problems(self.files)

    def _admit_texts(self) -> None:
        for text in student_texts(self._place.tree):
            asked = Admitted(text.target, Rule.TEXT, text.source, None, text.source.path)
            links, problems = media_links(text, self._place.blobs[text.source.oid])
            linked: list[Admitted] = []
            for link in links:
                file = self._place.tree.get(link.source)
                if file is None:
                    problems.append(missing_media(link))
                else:
                    linked.append(Admitted(link.target, Rule.TEXT, file, link.line, link.text))
            self.problems += problems
            self._admit([asked, *linked])

    def _admit(self, admitted: Iterable[Admitted]) -> None:
        for one in admitted:
            problem = self._withheld.problem(one) or self._mode_problem(one) or self._taken(one)
            if problem is not None:
                self.problems.append(problem)
            elif one.target not in self.files:
                self._asked[one.target] = one
                self._add(one)

    def _mode_problem(self, admitted: Admitted) -> Problem | None:
        source = admitted.source
        found = None if source is None else mode_problem(source.path, source.mode)
        return found and Problem(
            admitted.where, admitted.line, f"{admitted.words}: {found.message}", fix=found.fix
        )

    def _taken(self, admitted: Admitted) -> Problem | None:
        """Two files for one target; the same content twice is no problem."""
        earlier = self._asked.get(admitted.target)
        if earlier is None:
            return None
        handed_in = {Rule.CUT, Rule.EMPTY} & {earlier.rule, admitted.rule}
        if earlier.source == admitted.source and not handed_in:
            return None
        if earlier.source and admitted.source and not handed_in:
            first, second = earlier.source, admitted.source
            if (first.oid, first.mode) == (second.oid, second.mode):
                return None
        message = f"{earlier.words} and {admitted.words} would both become `{printable(admitted.target)}`."
        return Problem(admitted.where, admitted.line, message, fix="Rename or remove one of them.")

    def _add(self, admitted: Admitted) -> None:
        source = admitted.source
        if source is None or admitted.rule is Rule.EMPTY:
            self._write(admitted, Rule.EMPTY, b"", FILE)
        elif admitted.rule is Rule.CUT:
            self._cut(admitted, source)
        else:
            raw, stubs = self._place.blobs.get(source.oid), Stubs(self._meta.solution_stub)
            problem = None if raw is None else marked(admitted, source, raw, stubs)
            if problem is not None:
                self.problems.append(problem)
            self.files[admitted.target] = ViewFile(
                admitted.target, source.mode, source.oid, None, admitted.rule, source.path
            )

    def _cut(self, admitted: Admitted, source: TreeFile) -> None:
        make = cut_notebook if is_notebook(source.path) else cut_solutions
        cut = make(self._place.blobs[source.oid], source.path, Stubs(self._meta.solution_stub))
        problem = without_markers(admitted, self._meta) if cut.content is None and not cut.problems else None
        self.problems += [*cut.problems, *([problem] if problem else [])]
        if cut.content is None and not cut.problems and problem is None and is_notebook(source.path):
            self.problems.append(without_cells(source.path))
        rule = Rule.EMPTY if cut.content is None else Rule.CUT
        self._write(admitted, rule, cut.content or b"", source.mode, cut.places)

    def _write(self, admitted: Admitted, rule: Rule, content: bytes, mode: str, cut: str = "") -> None:
        source = admitted.source.path if admitted.source else None
        self.files[admitted.target] = ViewFile(
            admitted.target, mode, blob_oid(content), content, rule, source, cut
        )

    def _write_meta(self) -> None:
        empty = {
            listed.path
            for listed in self._meta.additional_files
            if listed.is_directory and not any(path.startswith(f"{listed.path}/") for path in self.files)
        }
        content = self._place.dump(student_meta(self._meta, self._place.properties, empty))
        self.files[META_FILE] = ViewFile(META_FILE, FILE, blob_oid(content), content, Rule.META, META_FILE)
