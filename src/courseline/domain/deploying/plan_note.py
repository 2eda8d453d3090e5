"""What a merge request is told of its plan: one short note, and one line for the commit's status."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from courseline.domain.deploying.plan import Plan
from courseline.domain.deploying.step import Step, StepAction
from courseline.domain.markdown import code
from courseline.domain.paths import printable
from courseline.errors import Problem, Severity

MARKER = "<!-- courseline:plan -->"
"""First line of our note, which no reader sees; by it and by its author the note is found again."""
LONGEST_STATUS = 255
"""Characters that GitLab takes for the description of a status."""
_MOST_LINES = 40
_NAME = 200
_ATTENTION = {StepAction.CONFLICT, StepAction.REFUSED}


def plan_note(plan: Plan, warnings: Sequence[Problem], branch: str) -> str:
    """The note for a plan that could be made.

    Args:
        plan: what a deploy would do once the request is merged.
        warnings: of the course file.
        branch: that it is to be merged into.
    """
    changing = [step for step in plan.steps if step.action.changes]
    asking = [step for step in plan.steps if step.action in _ATTENTION]
    kept = sum(step.action is StepAction.KEEP for step in plan.steps)
    lines = [f"**courseline:** {summary(plan)}", ""]
    lines += _limited([_step(step) for step in (*asking, *changing)])
    if warnings:
        lines += ["", "Worth a look:", "", *_limited([_problem(problem) for problem in warnings])]
    lines += [
        "",
        f"{_counted(kept, 'place stays', 'places stay')} as {'it is' if kept == 1 else 'they are'}.",
    ] * bool(kept)
    if asking:
        next_ = "Mend what is marked **conflict** or **refused** and push again; the other steps are done all the same."
    elif changing:
        next_ = f"Once this is merged, the pipeline of {code(branch, _NAME)} does exactly these steps."
    else:
        next_ = "There is nothing to do for courseline."
    return _note([*lines, "", f"Next: {next_}"])


def problems_note(message: str, problems: Sequence[Problem]) -> str:
    """The note for a course file that no plan can be made from.

    Args:
        message: what was found, for when there are no `problems`.
        problems: each with its place.
    """
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    lines = [f"**courseline:** {_refusal(errors)}", ""]
    lines += _limited([_problem(problem) for problem in errors] or [f"- {code(message)}"])
    return _note(
        [
            *lines,
            "",
            "Next: mend this and push again; this note follows. Merged as it is, nothing would be deployed.",
        ]
    )


def conflict_note(branch: str) -> str:
    """The note for a request that cannot be merged as it is."""
    return _note(
        [
            f"**courseline:** this cannot be merged into {code(branch, _NAME)} as it is, so there is no plan.",
            "",
            "Next: rebase, or merge that branch into yours, and push; this note follows.",
        ]
    )


def untouched_note() -> str:
    """The note for a request that changed the course before and does so no more."""
    return _note(
        ["**courseline:** this merge request no longer changes the course; nothing will be deployed for it."]
    )


def summary(plan: Plan) -> str:
    """One sentence of counts."""
    count = Counter(step.action for step in plan.steps)
    changing = len({step.content_id for step in plan.steps if step.action.changes})
    parts = [_counted(changing, "place changes", "places change") if changing else "no place changes"]
    parts += [_counted(count[StepAction.CONFLICT], "conflict")] if count[StepAction.CONFLICT] else []
    parts += [f"{count[StepAction.REFUSED]} refused"] if count[StepAction.REFUSED] else []
    return f"{', '.join(parts)}."


def refusal(problems: Sequence[Problem]) -> str:
    """One sentence for a course file that cannot be used, with the first place."""
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    first = f" First: {printable(errors[0].where)}" if errors else ""
    return f"{_refusal(errors)}{first}"[:LONGEST_STATUS]


def needs_attention(plan: Plan) -> bool:
    """Whether a person has to mend something."""
    return any(step.action in _ATTENTION for step in plan.steps)


def _refusal(errors: Sequence[Problem]) -> str:
    found = f": {_counted(len(errors), 'problem')}" if errors else ""
    return f"the course cannot be planned{found}."


def _note(lines: Sequence[str]) -> str:
    text = "\n".join([MARKER, *lines])
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text + "\n"


def _step(step: Step) -> str:
    what = f"- **{step.action}** {code(step.path, _NAME)}"
    if step.old_path is not None:
        what += f" from {code(step.old_path, _NAME)}"
    if step.example is not None:
        what += f": {code(step.example, _NAME)}"
    labels = [code(label, _NAME) for label in (step.from_label, step.to_label) if label is not None]
    if len(labels) == 2 and labels[0] == labels[1]:
        labels = labels[:1]
    if labels:
        what += f" {' → '.join(labels)}"
    return f"{what} — {code(step.message)}" if step.message else what


def _problem(problem: Problem) -> str:
    return f"- {code(problem.where, _NAME)} {code(problem.sentence)}"


def _limited(lines: Sequence[str]) -> list[str]:
    rest = len(lines) - _MOST_LINES
    return [*lines[:_MOST_LINES], *([f"- and {rest} more; `courseline-plan` lists all"] if rest > 0 else [])]


def _counted(number: int, one: str, several: str = "") -> str:
    return f"{number} {one if number == 1 else several or one + 's'}"
