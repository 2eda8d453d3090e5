"""Rule 3: what the files that students hand in begin with."""

from __future__ import annotations

from collections.abc import Iterator

from courseline.domain.library.meta import Meta
from courseline.domain.paths import printable
from courseline.domain.students.admitted import META_FILE, Admitted, Withheld
from courseline.domain.students.rule import Rule
from courseline.domain.tree import Tree
from courseline.errors import Problem, Severity


def submission_files(tree: Tree, meta: Meta, withheld: Withheld) -> Iterator[Admitted]:
    """What rule 3 admits at a place.

    Each file students hand in comes from its template, else from its own source, from which solutions must be cut;
    whether there are any is seen when it is built, and without any the file is empty. A template for nothing that is
    handed in goes to its target. Templates are found by their path only, never by the name of a file; one that is
    missing brings nothing.
    """
    for entry in meta.student_templates:
        source = tree.get(entry.source)
        if source is not None:
            rule = Rule.CUT if withheld.submission(entry.source) else Rule.TEMPLATE
            yield Admitted(entry.destination, rule, source, entry.line)
    served = {entry.destination for entry in meta.student_templates}
    for listed in meta.student_submission_files:
        if listed.path not in served:
            source = tree.get(listed.path)
            yield Admitted(listed.path, Rule.EMPTY if source is None else Rule.CUT, source, listed.line)


def without_markers(admitted: Admitted, meta: Meta) -> Problem | None:
    """Why a file with nothing to cut cannot be published; None when it is to be an empty file.

    A source that is listed as a template was meant to be published, so an empty file would hide the mistake.
    """
    source = admitted.source
    if source is None or all(entry.line != admitted.line for entry in meta.student_templates):
        return None
    message = (
        f"studentTemplates lists `{printable(source.path)}`, which is itself a file students hand in and has no"
        " solution markers, so it is the solution."
    )
    fix = "List a template instead, or put BEGIN SOLUTION and END SOLUTION around what students must not see."
    return Problem(META_FILE, admitted.line, message, fix=fix)


def without_cells(path: str) -> Problem:
    """The warning for a notebook that students begin empty: Jupyter may not open a file without cells."""
    message = "Nothing in the notebook is marked as a solution, so students get an empty file, which some versions of Jupyter do not open."
    fix = "Mark solutions in it, or add a notebook without them under studentTemplates."
    return Problem(path, None, message, Severity.WARNING, fix)
