"""Take over a template repository whose history did not begin with courseline, after looking through all of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from courseline.domain.course.course import Course
from courseline.domain.ledger.history import Action, Event
from courseline.domain.ledger.operation import OperationKind, OperationState
from courseline.domain.students.scan.leak import Leak
from courseline.domain.students.scan.sought import seek
from courseline.errors import InvalidInput, NotFound, Problem, Refused
from courseline.usecases.deploying.read_assignments import DEFAULT_BRANCH
from courseline.usecases.ledger.open_operation import close_left
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.students.gate_history import adopted_commit
from courseline.usecases.students.known_examples import examples_of_library
from courseline.usecases.students.scan_repository import Scanned, scan_repository

SHORTEST = 7
"""Digits of a commit id that a person must give."""


@dataclass(frozen=True, slots=True)
class AdoptTemplate:
    """Take over a course's template repository.

    Attributes:
        course: whose.
        at: id of the commit its branch is at, or its beginning.
        reviewed: ids of contents with signs of a leak that a person has looked at and found harmless.
        wait: seconds to wait for another writer.
        dry_run: look, record nothing.
    """

    course: Course
    at: str
    reviewed: Collection[str] = ()
    wait: float = 60.0
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class AdoptedTemplate:
    """A template repository that was looked through.

    Attributes:
        commit: where it was taken over.
        already: it had been taken over there before; nothing was recorded.
        scanned: what was looked at.
    """

    commit: str
    already: bool
    scanned: Scanned


def adopt_template(command: AdoptTemplate, neighbours: Neighbours) -> AdoptedTemplate:
    """Compare the whole repository with the library and, when nothing is found, record that it is taken over.

    Nothing is written to it. The next student template replaces its tree and goes on top of its history.

    Raises:
        NotFound: there is no such repository, or nothing in it.
        InvalidInput: the branch is at another commit.
        Refused: something was found; the problems name it.
    """
    course = command.course
    with neighbours.database.lease(course.template_identity, wait=command.wait, holder=neighbours.holder):
        url = course.template_url
        remote_credential = neighbours.credential(url, course.id, "template")
        with neighbours.git.workspace() as workspace:
            shown = workspace.remote(url, remote_credential).refs()
        branch = shown.head_branch or DEFAULT_BRANCH
        commit = _checked(command, shown.refs.get(f"refs/heads/{branch}"), branch)
        sought = seek(examples_of_library(neighbours))
        with neighbours.git.whole(url, remote_credential) as whole:
            scanned = scan_repository(whole, sought, neighbours.progress)
        _require_clean(command, scanned)
        with neighbours.database.transaction() as rows:
            made = rows.ledger.operation_commits(course.template_identity)
        already = adopted_commit(made) == commit
        if not already and not command.dry_run:
            _record(command, commit, scanned, neighbours)
        return AdoptedTemplate(commit, already, scanned)


def _checked(command: AdoptTemplate, head: str | None, branch: str) -> str:
    doing = f"Adopting the template repository of {command.course.title}"
    url = command.course.template_url
    if head is None:
        problem = Problem(
            url,
            None,
            f"It has no commit on {branch}.",
            fix="An empty repository needs no adoption: run courseline-student-template.",
        )
        raise NotFound(f"{doing}: there is nothing in it.", [problem])
    given = command.at.lower()
    if len(given) < SHORTEST or not head.startswith(given):
        problem = Problem(
            url,
            None,
            f"Its branch {branch} is at {head}, not at {command.at}.",
            fix=f"Look at what is there now, then give that commit: --at {head}",
        )
        raise InvalidInput(f"{doing}: it is not at the commit that was named.", [problem])
    return head


def _require_clean(command: AdoptTemplate, scanned: Scanned) -> None:
    """Raise for every leak, and for every sign that nobody has looked at."""
    found = [leak for leak in scanned.leaks if leak.certain or leak.oid not in command.reviewed]
    if found:
        url = command.course.template_url
        raise Refused(
            f"Adopting the template repository of {command.course.title}: {len(found)} of its contents must not be there;"
            f" nothing was recorded. `courseline leak-scan {url} --library` says since when and what to do.",
            [_problem(leak) for leak in found],
        )


def _problem(leak: Leak) -> Problem:
    path = leak.paths[0] if leak.paths else f"{leak.kind} {leak.oid}"
    if leak.certain:
        known = leak.traces[0].known
        message = f"It is or holds the {known.words}." if known else "It holds a canary."
        fix = "Make a new, empty template repository, or take the content out of the history."
    else:
        message = " ".join(sign.message for sign in leak.signs)
        fix = f"Take it out, or look at it and, when students may have it, say so: --reviewed {leak.oid}"
    line = leak.signs[0].line if leak.signs else leak.traces[0].line
    return Problem(path, line, f"{message} ({leak.state})", fix=fix)


def _record(command: AdoptTemplate, commit: str, scanned: Scanned, neighbours: Neighbours) -> None:
    course = command.course
    reviewed: Sequence[str] = sorted({leak.oid for leak in scanned.leaks})
    inputs = {"course": str(course.id), "commit": commit}
    with neighbours.database.transaction() as rows:
        close_left(course.template_identity, neighbours, rows, why="the repository was adopted")
        now = neighbours.clock()
        operation = rows.ledger.start_operation(
            OperationKind.ADOPT_TEMPLATE, course.template_identity, inputs, now, course.id
        )
        facts = {"commit": commit, "files": scanned.files, "commits": scanned.commits, "refs": scanned.refs}
        rows.ledger.checkpoint(operation.id, "scanned", facts)
        rows.ledger.append(
            course.id,
            [
                Event(
                    Action.ADOPTED,
                    now,
                    operation_id=operation.id,
                    actor=neighbours.actor,
                    details={**facts, "template": course.template_identity, "reviewed": list(reviewed)},
                )
            ],
        )
        rows.ledger.end_operation(operation.id, OperationState.DONE, now)
