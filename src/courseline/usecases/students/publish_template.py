"""Publish the student template: build it, put it before the leak gate, push it as one linear commit."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from courseline.domain.course.course import Course
from courseline.domain.deploying.commit_message import template_message
from courseline.domain.ledger.operation import Operation, OperationKind, OperationState
from courseline.domain.students.gate.history import TargetProject
from courseline.domain.students.template import TemplateFile
from courseline.domain.tree import EMPTY_TREE
from courseline.errors import Problem, PushRejected, Refused, errors_among
from courseline.usecases.beside import beside
from courseline.usecases.course.find_course import course_of_assignments
from courseline.usecases.deploying.read_assignments import read_assignments
from courseline.usecases.ledger.open_operation import open_operation
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.ports import Change, DeletePath, PutFile
from courseline.usecases.students.gate_history import (
    TemplateHistory,
    find_target,
    gate_existing,
    gate_push,
    not_asked,
    read_history,
    require_template,
)
from courseline.usecases.students.judge_template import JudgedTemplate, judge_template
from courseline.usecases.students.keep_given import keep_given
from courseline.usecases.students.read_places import not_recorded, shown_places
from courseline.usecases.students.record_seen import record_seen
from courseline.usecases.students.settle_template import (
    close_unpushed,
    record_template,
    settle_template,
)
from courseline.usecases.students.template_setting import Setting, read_recorded, read_source, read_template

ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class PublishTemplate:
    """Publish a course's student template.

    Attributes:
        assignments: URL or PATH of the assignments repository.
        template: URL or PATH of the template repository; None for the registered one.
        wait: seconds to wait for another writer.
        dry_run: build and judge, push nothing.
        full: build and judge every place, also those that are as they were when they were published.
    """

    assignments: str
    template: str | None = None
    wait: float = 60.0
    dry_run: bool = False
    full: bool = False


@dataclass(frozen=True, slots=True)
class PublishedTemplate:
    """What students have now.

    Attributes:
        course: `organization/family/course`.
        operation: the one that pushed, or that the gate refused; None when there was nothing to push.
        commit: None when nothing was pushed.
        files: the template, each file with the rule that admits it; empty when the gate stopped it.
        refusals: why places were refused, and what the gate found.
        places: how many places were looked at.
        stopped: the gate stopped the push.
    """

    course: str
    operation: UUID | None
    commit: str | None
    files: tuple[TemplateFile, ...]
    refusals: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    places: int
    stopped: bool = False


def publish_template(command: PublishTemplate, neighbours: Neighbours) -> PublishedTemplate:
    """Build, judge, push; repeatable, resumable, never forcing.

    Raises:
        NotFound: course, branch or course file unknown, or no template repository there.
        InvalidInput: the course file has problems.
        Refused: the target is not the course's template repository, or its history is not only ours.
        NeighbourFailed: something did not answer; the same command takes it up again.
    """
    course = course_of_assignments(command.assignments, neighbours)
    with neighbours.database.lease(course.template_identity, wait=command.wait, holder=neighbours.holder):
        for _ in range(ATTEMPTS - 1):
            with contextlib.suppress(PushRejected):  # the branch moved: look again
                return _attempt(command, course, neighbours)
        return _attempt(command, course, neighbours)


def _attempt(command: PublishTemplate, course: Course, neighbours: Neighbours) -> PublishedTemplate:
    template_url = command.template or course.template_url
    require_template(course, template_url, neighbours)
    with neighbours.git.workspace() as workspace:
        source = workspace.remote(
            command.assignments, neighbours.credential(command.assignments, course.id, "source")
        )
        target = workspace.remote(template_url, neighbours.credential(template_url, course.id, "template"))
        with beside(lambda: read_source(source, workspace)) as reading:
            history = read_history(course, template_url, target, neighbours)
            with neighbours.database.transaction() as rows:
                contents = rows.courses.contents(course.id, removed=True)
            with beside(lambda: read_template(target, history.head, workspace)) as reading_template:
                _settle_and_gate(command, course, history, neighbours)
                source_head, tree = reading()
                with beside(
                    lambda: read_recorded(course, history.head, contents, neighbours, full=command.full)
                ) as reading_recorded:
                    assignments = read_assignments(
                        course,
                        source_head,
                        workspace,
                        source,
                        neighbours,
                        known=None,
                        recorded=contents,
                        tree=tree,
                    )
                    recorded, template = reading_recorded(), reading_template()
        shown = shown_places(assignments, recorded.given, neighbours.clock())
        setting = Setting(
            course, assignments, shown, template, recorded, workspace, (source, target), neighbours
        )
        judged = judge_template(setting, full=command.full)
        project = find_target(course, template_url, neighbours)
        told = [*not_recorded(assignments), *not_asked(course, template_url, project)]
        published = _finish(command, _Push(setting, history, judged, project), told)
        if not command.dry_run and published.commit is None:
            with neighbours.database.transaction() as rows:
                record_seen(course, assignments.head, published.refusals, neighbours, rows)
        return published


def _settle_and_gate(
    command: PublishTemplate, course: Course, history: TemplateHistory, neighbours: Neighbours
) -> None:
    """Record what a killed run pushed, and refuse a history that is not only ours."""
    if not command.dry_run:
        settle_template(course, history.commits, neighbours)
    try:
        gate_existing(course, history, neighbours)
    except Refused:
        if not command.dry_run:
            close_unpushed(course, neighbours)
        raise


@dataclass(frozen=True, slots=True)
class _Push:
    setting: Setting
    history: TemplateHistory
    judged: JudgedTemplate
    target: TargetProject | None = None


def _finish(command: PublishTemplate, push: _Push, waiting: Sequence[Problem]) -> PublishedTemplate:
    setting, built, findings = push.setting, push.judged.built, push.judged.findings
    problems = [problem for _, view in built.views for problem in view.problems]
    warnings = tuple(problem for problem in problems if problem not in errors_among(problems))
    found = tuple(finding.problem for finding in findings)
    answer = PublishedTemplate(
        course=setting.course.title,
        operation=None,
        commit=None,
        files=built.template.files,
        refusals=(*errors_among(problems), *found, *push.history.foreign),
        warnings=(*warnings, *push.judged.warnings, *waiting),
        places=len(setting.shown),
    )
    stopped = any(finding.blocking for finding in findings)
    if command.dry_run:
        return replace(answer, files=() if stopped else answer.files, stopped=stopped)
    if stopped:
        return replace(answer, operation=_refused(push), files=(), stopped=True)
    if push.judged.tree == (push.history.commits[0].tree if push.history.commits else EMPTY_TREE):
        close_unpushed(setting.course, setting.neighbours)
        return answer
    operation, commit = _push(push, answer.refusals)
    return replace(answer, operation=operation.id, commit=commit)


def _operation(push: _Push) -> Operation:
    course = push.setting.course
    inputs = {"course": str(course.id), "tree": push.judged.tree}
    neighbours, identity = push.setting.neighbours, course.template_identity
    with neighbours.database.transaction() as rows:
        return open_operation(OperationKind.STUDENT_TEMPLATE, identity, inputs, course.id, neighbours, rows)


def _refused(push: _Push) -> UUID:
    """Record that the leak gate stopped a push; by which rules, at how many files."""
    neighbours, findings = push.setting.neighbours, push.judged.findings
    rules = sorted({finding.rule for finding in findings if finding.blocking})
    paths = {finding.path for finding in findings if finding.blocking}
    why = f"the leak gate found something in {len(paths)} {'file' if len(paths) == 1 else 'files'}: {', '.join(rules)}"
    operation = _operation(push)
    with neighbours.database.transaction() as rows:
        rows.ledger.end_operation(operation.id, OperationState.REFUSED, neighbours.clock(), why)
    return operation.id


def _push(push: _Push, refusals: Sequence[Problem]) -> tuple[Operation, str]:
    setting, judged, branch = push.setting, push.judged, push.history.head
    course, workspace, neighbours = setting.course, setting.workspace, setting.neighbours
    _, target = setting.remotes
    changes: list[Change] = [DeletePath(path) for path in judged.deleted]
    changes += [
        PutFile(file.path, file.mode, file.oid if file.content is None else file.content)
        for file in judged.written
    ]
    operation = _operation(push)
    with beside(lambda: keep_given(setting, judged, operation)) as keeping:
        commit = workspace.write_commit(
            parent=branch.sha,
            changes=changes,
            message=template_message(course.name, operation.id),
            at=operation.started_at,
        )
        given = keeping()
    with neighbours.database.transaction() as rows:
        rows.ledger.checkpoint(operation.id, "built", given.facts(branch.sha, commit))
    try:
        new = workspace.commits(commit, limit=1)[0]
        gate_push(course, push.history, new, judged.tree, neighbours, push.target)
    except Refused:
        close_unpushed(course, neighbours, OperationState.REFUSED)
        raise
    neighbours.progress("Pushing", 0, 1)
    target.push(commit, branch.branch, expected=branch.sha)
    neighbours.progress("Pushing", 1, 1)
    with neighbours.database.transaction() as rows:
        record_template(course, operation, given, commit, neighbours, rows)
        record_seen(course, setting.assignments.head, refusals, neighbours, rows)
    return operation, commit
