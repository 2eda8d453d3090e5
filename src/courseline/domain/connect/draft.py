"""From what a project has to what it needs: the steps, pure."""

from __future__ import annotations

from dataclasses import dataclass

from courseline.domain.connect.found import FoundHook, FoundSchedule, FoundSetup
from courseline.domain.connect.step import Step, StepKind
from courseline.domain.connect.webhook import EVENTS, WantedHook, event_word, lacking, ours

RELEASE_TAGS = ("v*", "*/v*")
"""Only protected tags publish; these are the names that releases have."""

SCHEDULE = "courseline:reconcile"
"""Description of our schedule, by which it is found again."""

BRANCH = "courseline/connect"
"""Where the include waits for being merged."""


def hook_step(where: str, hooks: tuple[FoundHook, ...], wanted: WantedHook, *, renew: bool) -> Step | None:
    """The webhook's step, None when it is as wanted.

    Args:
        where: project or group.
        hooks: it has.
        wanted: see `WantedHook`.
        renew: give it its secret again, which GitLab never shows.
    """
    found = ours(hooks, wanted.url)
    events = ", ".join(event_word(name) for name in EVENTS)
    after = f"{wanted.url}, {wanted.proof}; {events}"
    if found is None:
        return Step(StepKind.WEBHOOK, where, "none", after)
    lacks = lacking(found, wanted)
    if lacks:
        return Step(StepKind.WEBHOOK, where, "; ".join(lacks), after, number=found.id)
    if renew:
        return Step(StepKind.WEBHOOK, where, "its secret", f"{wanted.proof} given again", number=found.id)
    return None


def tag_steps(found: FoundSetup) -> list[Step]:
    """Tags that are yet to be protected."""
    where = found.project.path
    return [
        Step(StepKind.PROTECTED_TAG, where, "open to developers", f"{name}: maintainers only", name)
        for name in RELEASE_TAGS
        if name not in found.protected_tags
    ]


def branch_step(found: FoundSetup) -> Step | None:
    """The default branch is protected, so that only its own pipelines act for the course."""
    branch = found.project.default_branch
    if branch is None or found.is_branch_protected:
        return None
    where = found.project.path
    return Step(StepKind.PROTECTED_BRANCH, where, "open to developers", f"{branch}: maintainers only", branch)


def schedule_step(found: FoundSetup) -> Step | None:
    """The schedule of an assignments project, hourly on its default branch."""
    branch = found.project.default_branch
    if branch is None:
        return None
    after = f"{SCHEDULE}, every hour on {branch}"
    known = our_schedule(found.schedules)
    if known is None:
        return Step(StepKind.SCHEDULE, found.project.path, "none", after, branch)
    if not known.active:
        return Step(StepKind.SCHEDULE, found.project.path, "switched off", after, branch, known.id)
    if short_ref(known.ref) != branch:
        now = f"on {short_ref(known.ref)}"
        return Step(StepKind.SCHEDULE, found.project.path, now, after, branch, known.id)
    return None


def our_schedule(schedules: tuple[FoundSchedule, ...]) -> FoundSchedule | None:
    """Ours among a project's schedules."""
    return next((one for one in schedules if one.description == SCHEDULE), None)


def cron(project: int) -> str:
    """Every hour, at a minute of its own, so that not all courses start at once."""
    return f"{project % 60} * * * *"


def short_ref(ref: str) -> str:
    """A branch without `refs/heads/`; GitLab answers either, depending on its version."""
    return ref.removeprefix("refs/heads/")


@dataclass(frozen=True, slots=True)
class IncludeState:
    """How the include of our template stands in a project.

    Attributes:
        is_there: the pipeline file brings it already.
        entry: what to add, as YAML that a person can paste.
        obstacle: why it cannot be added, "" when it can.
    """

    is_there: bool
    entry: str = ""
    obstacle: str = ""


def include_step(found: FoundSetup, state: IncludeState) -> Step | None:
    """The include's step: one commit where there is no file yet, else a merge request."""
    path = found.project.ci_path
    if state.is_there or state.obstacle or found.request is not None:
        return None
    if found.ci is None or not found.ci.strip():
        return Step(
            StepKind.CI_INCLUDE, found.project.path, f"no {path}", f"{path} with the template", "commit"
        )
    after = f"a merge request that adds the template to {path}"
    return Step(StepKind.CI_INCLUDE, found.project.path, "not included", after, "request")
