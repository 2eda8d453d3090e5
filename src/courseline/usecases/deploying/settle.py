"""Settle: find out what became of an operation that a killed run left open."""

from __future__ import annotations

from courseline.domain.course.course import Course
from courseline.domain.course.held_contents import held_contents
from courseline.domain.deploying.applied import Applied
from courseline.domain.deploying.commit_message import OPERATION
from courseline.domain.deploying.deployment import Deployment
from courseline.domain.deploying.step import StepAction
from courseline.domain.deploying.trailers import parse_trailers
from courseline.domain.ledger.operation import Operation, OperationKind
from courseline.usecases.deploying.push_commit import steps_of_commit
from courseline.usecases.deploying.read_assignments import Head, read_assignments
from courseline.usecases.deploying.record_deployment import record_applied, save_contents
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.ports import Commit


def settle_deploys(
    course: Course, url: str, head: Head, left: Operation | None, neighbours: Neighbours
) -> Operation | None:
    """Record the open deploy of a course whose commit did reach the repository; answers it when there was one.

    The caller holds the course's lease, so nobody works on the operation any more. One without a commit stays open:
    the run that follows resumes it, or abandons it when it wants something else.

    Args:
        course: the course.
        url: of its assignments repository.
        head: of that.
        left: the operation on it that is open.
        neighbours: the outside.
    """
    operation = left
    if operation is None or operation.kind is not OperationKind.DEPLOY or head.sha is None:
        return None
    commit = _find_commit(operation, url, head.sha, course, neighbours)
    if commit is None:
        return None
    steps = steps_of_commit(operation.checkpoint, commit.sha)
    applied = [Applied.from_json(step) for step in steps] if isinstance(steps, list) else []
    moved = {step.path: step.old_path for step in applied if step.old_path is not None}
    with neighbours.git.workspace() as workspace:
        remote = workspace.remote(url, neighbours.credential(url, course.id, "source"))
        at_commit = Head(head.branch, commit.sha)
        assignments = read_assignments(course, at_commit, workspace, remote, neighbours, moved)
    gone = {step.content_id for step in applied if step.action is StepAction.REMOVE}
    directories = {step.content_id: step.directory for step in applied if step.version_id is not None}
    moves = {step.content_id for step in applied if step.action is StepAction.MOVE}
    matched = assignments.match.matched
    with neighbours.database.transaction() as rows:
        deployments = rows.ledger.deployments(course.id)
        # A move that the run held back has no step; a content that is no place moves without one.
        waiting = {
            entry.content.id
            for entry in matched
            if (entry.node.wish is not None or _holds_something(deployments.get(entry.content.id)))
            and entry.content.id not in moves
        }
        held = held_contents(matched, waiting)
        save_contents(course, assignments, gone, directories, rows, held=held)
        record_applied(course, operation, applied, commit.sha, deployments, neighbours, rows)
    return operation


def _holds_something(record: Deployment | None) -> bool:
    return record is not None and record.example_id is not None


def _find_commit(
    operation: Operation, url: str, tip: str, course: Course, neighbours: Neighbours
) -> Commit | None:
    """The commit on a branch that carries the operation's trailer, None when it never got there."""
    wanted = str(operation.id)
    with neighbours.git.workspace() as workspace:
        remote = workspace.remote(url, neighbours.credential(url, course.id, "source"))
        remote.fetch(tip, depth=None, filter="tree:0")
        for commit in workspace.commits(tip):
            if wanted in parse_trailers(commit.message).get(OPERATION, []):
                return commit
    return None
