"""Why students get a file of an example, or do not, in the words of a preview."""

from __future__ import annotations

from courseline.domain.library.meta import Meta
from courseline.domain.library.roles import covers
from courseline.domain.library.version import Role
from courseline.domain.students.rule import Rule
from courseline.domain.students.view import ViewFile
from courseline.usecases.library.examine_example import META_FILE


def reason(file: ViewFile, meta: Meta) -> str:
    """The rule in words, with where the file comes from."""
    renamed = file.source is not None and file.source != file.path
    words = {
        Rule.TEXT: "the task text links to it",
        Rule.ADDITIONAL: "a public file of a dependency",
        Rule.TEMPLATE: f"from the template {file.source}",
        Rule.CUT: f"{file.source} without {file.cut}" if renamed else f"without its solutions: {file.cut}",
        Rule.EMPTY: "empty: no template, no solution markers",
        Rule.META: "shortened to what concerns students",
    }
    if file.rule is Rule.TEXT and file.path.startswith("README"):
        return f"task text, from {file.source}" if renamed else "task text"
    if file.rule is Rule.ADDITIONAL and (listed := _listed(file.path, meta)):
        return listed
    return words[file.rule]


def _listed(path: str, meta: Meta) -> str:
    entry = next((one for one in meta.additional_files if covers(one, path)), None)
    if entry is None:
        return ""
    return f"below {entry.path}/ of additionalFiles" if entry.is_directory else "listed in additionalFiles"


def why_hidden(path: str, role: Role, given: ViewFile | None) -> str:
    """Why students do not get a file of the example; `given` is what they get in its place."""
    if path == META_FILE:
        return "a shortened one is given"
    if role is Role.TEST:
        return "a test: testFiles names it"
    if role is Role.SUBMISSION:
        begin = {Rule.CUT: "what is left without the solutions", Rule.EMPTY: "an empty file"}
        return f"a solution: students begin with {begin.get(given.rule, 'a template') if given else 'a template'}"
    if path.startswith("content/mediaFiles/"):
        return "no task text links to it"
    return "no rule admits it"
