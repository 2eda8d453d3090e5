"""Checks on commits and refs: only our linear history, and the right project."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from courseline.domain.students.gate.canary import canary_line
from courseline.domain.students.gate.case import Finding
from courseline.domain.students.gate.markers import marker_line
from courseline.domain.students.gate.secrets import secret_in

_TRAILER = re.compile(r"Courseline-Operation: (?P<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_VISIBILITIES = ("private", "internal", "public")  # https://docs.gitlab.com/user/public_access/
_HISTORY = "What is in any commit of the template, students can read."


@dataclass(frozen=True, slots=True)
class TemplateCommit:
    """A commit of the template repository.

    Attributes:
        sha: 40 hex digits.
        parents: in order.
        tree: its tree id.
        author: `Name <mail>`.
        message: whole text.
    """

    sha: str
    parents: tuple[str, ...]
    tree: str
    author: str
    message: str


@dataclass(frozen=True, slots=True)
class TargetProject:
    """The GitLab project that is pushed to, as GitLab tells it, beside what the course was registered with.

    Attributes:
        found_id: number of the project at the address.
        wanted_id: number of the course's template project, None when it was registered without.
        found_visibility: `private`, `internal` or `public`.
        wanted_visibility: the same as configured, None when nothing is.
    """

    found_id: int
    wanted_id: int | None
    found_visibility: str
    wanted_visibility: str | None = None


@dataclass(frozen=True, slots=True)
class HistoryCase:
    """What is to be pushed, and onto what.

    Attributes:
        commits: the new commit first, then every commit of the template branch down to the first.
        candidate_tree: tree id of the candidate the other checks have judged.
        head: commit the branch has now, None when it does not exist.
        refs: full names of the refs that are to be pushed.
        branch: short name of the template branch.
        target_identity: normalised URL that is pushed to.
        template_identity: normalised URL of the course's template repository.
        assignments_identity: normalised URL of its assignments repository.
        operations: ids of this course's template operations as text, None when they are not known.
        adopted: commit at which a person let courseline take over the repository, with all below it.
        project: what GitLab says of the target; None for a repository that is no project of GitLab.
    """

    commits: Sequence[TemplateCommit]
    candidate_tree: str
    head: str | None
    refs: Sequence[str]
    branch: str
    target_identity: str
    template_identity: str
    assignments_identity: str
    operations: Collection[str] | None = None
    adopted: str | None = None
    project: TargetProject | None = None


def _check_project(case: HistoryCase) -> Iterator[Finding]:
    if case.target_identity != case.template_identity or case.target_identity == case.assignments_identity:
        yield _finding(
            f"push to {case.target_identity}",
            "project",
            f"The push goes to {case.target_identity}, the course's template repository is {case.template_identity}.",
            "A template in a wrong project reaches the wrong people, and the assignments repository has solutions.",
            "Correct studentTemplate.url with `courseline course apply`.",
        )


def _check_project_id(case: HistoryCase) -> Iterator[Finding]:
    """An address may lead elsewhere than yesterday: a project was renamed, and another one took its name."""
    project = case.project
    if project is not None and project.wanted_id is not None and project.found_id != project.wanted_id:
        message = f"{case.target_identity} is project {project.found_id} now, not {project.wanted_id}, which is the course's."
        why = "A template in a wrong project reaches the wrong people."
        fix = "Correct studentTemplate.url with `courseline course apply`, or rename the projects back."
        yield _finding(f"push to {case.target_identity}", "project-id", message, why, fix)


def _check_visibility(case: HistoryCase) -> Iterator[Finding]:
    project = case.project
    if project is None or project.wanted_visibility is None:
        return
    found, wanted = _openness(project.found_visibility), _openness(project.wanted_visibility)
    if found > wanted:
        message = (
            f"The project is {project.found_visibility}; the course wants it {project.wanted_visibility}."
        )
        why = "More people than the course's students would read the template."
        fix = "Set the project's visibility in GitLab (Settings, General), or change what the course wants."
        yield _finding(f"push to {case.target_identity}", "visibility", message, why, fix)


def _check_message(case: HistoryCase) -> Iterator[Finding]:
    """Only of the commit that is to be pushed: earlier ones cannot be changed without force."""
    new = case.commits[0]
    raw = f"{new.author}\n{new.message}".encode("utf-8", "surrogateescape")
    secret = secret_in(raw)
    found = (
        "a canary"
        if canary_line(raw)
        else secret[1]
        if secret
        else "a solution marker"
        if marker_line(raw)
        else None
    )
    if found is not None:
        fix = "Take it out of the name of the course, from which the message is made."
        yield _finding(f"commit {new.sha}", "message", f"Its message or author holds {found}.", _HISTORY, fix)


def _check_refs(case: HistoryCase) -> Iterator[Finding]:
    wanted = f"refs/heads/{case.branch}"
    for ref in case.refs:
        if ref != wanted:
            message = f"The push would write {ref}, not only {wanted}."
            yield _finding(f"push of {ref}", "refs", message, _HISTORY, "Push the template branch alone.")


def _check_commit(case: HistoryCase) -> Iterator[Finding]:
    new = case.commits[0]
    parents = () if case.head is None else (case.head,)
    if new.tree != case.candidate_tree:
        message = f"Its tree is {new.tree}, not {case.candidate_tree}, which was judged."
        yield _finding(f"commit {new.sha}", "commit", message, _HISTORY, "Build the template again.")
    if new.parents != parents:
        message = f"Its parents are {' '.join(new.parents) or 'none'}, not {' '.join(parents) or 'none'}."
        yield _finding(f"commit {new.sha}", "commit", message, _HISTORY, "Build the template again.")


def _check_linear(case: HistoryCase) -> Iterator[Finding]:
    listed = _ours(case)
    for commit, below in zip(listed, [*listed[1:], None], strict=True):
        if commit.sha == case.adopted:
            continue
        expected = () if below is None else (below.sha,)
        if commit.parents != expected:
            shown = ", ".join(commit.parents) or "none"
            message = (
                f"Its parents are {shown}, so the history is not one line of commits from an empty beginning."
            )
            fix = "Remove the foreign history, or give the course an empty template repository."
            yield _finding(f"commit {commit.sha}", "linear", message, _HISTORY, fix)


def _check_trailers(case: HistoryCase) -> Iterator[Finding]:
    for commit in _ours(case):
        if commit.sha == case.adopted:
            continue
        match = next(filter(None, map(_TRAILER.fullmatch, _last_paragraph(commit.message))), None)
        known = case.operations is None or (match is not None and match["id"] in case.operations)
        if match is None or not known:
            subject = commit.message.split("\n", 1)[0][:80].encode("unicode_escape").decode()
            what = "no operation of this course" if match else "no Courseline-Operation"
            message = (
                f"The commit `{subject}` by {commit.author} names {what}, so it was not made by courseline."
            )
            fix = "Look at what it brought and undo it, or give the course an empty template repository."
            yield _finding(f"commit {commit.sha}", "trailers", message, _HISTORY, fix)


HISTORY_CHECKS: Mapping[str, Callable[[HistoryCase], Iterator[Finding]]] = {
    "project": _check_project,
    "project-id": _check_project_id,
    "visibility": _check_visibility,
    "refs": _check_refs,
    "commit": _check_commit,
    "linear": _check_linear,
    "trailers": _check_trailers,
    "message": _check_message,
}
"""Each check by the name its findings carry as `rule`."""


def judge_history(case: HistoryCase, checks: Collection[str] | None = None) -> list[Finding]:
    """All findings about commits, refs and project; an empty list lets the push through.

    Args:
        case: what is judged.
        checks: names out of `HISTORY_CHECKS`; None for all, which is what a push needs.
    """
    wanted = HISTORY_CHECKS if checks is None else {name: HISTORY_CHECKS[name] for name in checks}
    return [finding for check in wanted.values() for finding in check(case)]


def _ours(case: HistoryCase) -> list[TemplateCommit]:
    """The commits down to where courseline took over."""
    commits = list(case.commits)
    end = next(
        (index for index, commit in enumerate(commits) if commit.sha == case.adopted), len(commits) - 1
    )
    return commits[: end + 1]


def _openness(visibility: str) -> int:
    """How many people see a project; an unknown word counts as everybody."""
    return _VISIBILITIES.index(visibility) if visibility in _VISIBILITIES else len(_VISIBILITIES)


def _last_paragraph(message: str) -> list[str]:
    return message.strip().split("\n\n")[-1].split("\n")


def _finding(path: str, rule: str, message: str, why: str, fix: str) -> Finding:
    return Finding(None, path, None, rule, message, why, fix)
