"""The plan: the difference between the wishes of a course file and what is there, as steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from courseline.domain.course.wish import COURSE_FILE
from courseline.domain.deploying.place_state import PlaceState
from courseline.domain.deploying.resolution import Resolution, Unresolved
from courseline.domain.deploying.step import Step, StepAction, plan_digest
from courseline.errors import Problem

REMOVALS_ALWAYS_ALLOWED = 3
SHARE_ALWAYS_ALLOWED = 5  # a fifth


@dataclass(frozen=True, slots=True)
class WishedPlace:
    """A content of the course file together with what its wish came to and what is there.

    Attributes:
        content_id: the content.
        path: its ltree path by the course file.
        state: what is there.
        resolution: what the wish came to; None for a content without an example.
        old_path: where it lived before, when it moves.
        is_guess: nobody wrote that it moves.
        keep_files: only detach what is there, when its example was taken out.
    """

    content_id: UUID
    path: str
    state: PlaceState
    resolution: Resolution | Unresolved | None
    old_path: str | None = None
    is_guess: bool = False
    keep_files: bool = False


@dataclass(frozen=True, slots=True)
class LeavingPlace:
    """A content that is no longer in the course file and still has something of ours.

    Attributes:
        content_id: the content.
        path: its ltree path.
        state: what is there.
        keep_files: only detach it.
    """

    content_id: UUID
    path: str
    state: PlaceState
    keep_files: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """All steps in order of path.

    Attributes:
        steps: with the keep steps.
        base_sha: head it was made on, shown and not part of the digest.
    """

    steps: tuple[Step, ...]
    base_sha: str | None

    @property
    def digest(self) -> str:
        """See `plan_digest`."""
        return plan_digest(self.steps)

    @property
    def is_empty(self) -> bool:
        """Whether everything is as wished."""
        return all(step.action is StepAction.KEEP for step in self.steps)


def make_plan(places: Sequence[WishedPlace], leaving: Sequence[LeavingPlace], base_sha: str | None) -> Plan:
    """Decide the steps; pure, order of the arguments does not matter."""
    wanting = {place.state.directory: place for place in places if isinstance(place.resolution, Resolution)}
    going = [(_leaving(place), wanting.get(place.state.directory)) for place in leaving]
    steps = [_handed_over(step, heir) for step, heir in going]
    free = {step.directory for step, _ in going if step.action is StepAction.REMOVE and not step.keep_files}
    steps += [step for place in places for step in _wished(place, takes_over=place.state.directory in free)]
    return Plan(
        tuple(sorted(steps, key=lambda step: (step.path, step.action is not StepAction.MOVE))), base_sha
    )


def removal_problem(plan: Plan, allowed: int | None, course_file: str) -> Problem | None:
    """Why a plan that removes much is refused: more than 3 places and more than a fifth need `allowRemovals`."""
    removed = sum(step.action is StepAction.REMOVE for step in plan.steps)
    places = len({step.content_id for step in plan.steps})
    if removed <= REMOVALS_ALWAYS_ALLOWED or removed * SHARE_ALWAYS_ALLOWED <= places:
        return None
    if allowed is not None and removed <= allowed:
        return None
    said = "it has no `allowRemovals`" if allowed is None else f"its `allowRemovals` is {allowed}"
    return Problem(
        course_file,
        1,
        f"This plan would remove {removed} of {places} places, and {said}.",
        fix=f"If that is meant, write `allowRemovals: {removed}` at the top of {course_file}; else restore the lines.",
    )


def _wished(place: WishedPlace, *, takes_over: bool) -> list[Step]:
    state, recorded = place.state, place.state.recorded
    base = Step(
        path=place.path,
        action=StepAction.KEEP,
        directory=state.directory,
        content_id=place.content_id,
        from_label=recorded.label if recorded else None,
        recorded_version=recorded.version_id if recorded else None,
        current_tree=state.current_tree,
    )
    steps: list[Step] = []
    if place.old_path is not None and (recorded is not None or place.resolution is not None):
        note = f"moves from {place.old_path}; its files stay in {state.directory}{_guess(place)}"
        steps.append(replace(base, action=StepAction.MOVE, old_path=place.old_path, message=note))
    match place.resolution:
        case None:
            if recorded is not None:
                why = "its example was taken out of the course file"
                steps.append(_remove(base, state, keep_files=place.keep_files, why=why))
        case Unresolved() as unresolved:
            steps.append(
                replace(
                    base,
                    action=StepAction.REFUSED,
                    message="; ".join(
                        [f"{COURSE_FILE}:{unresolved.line}: {unresolved.message}", *state.notes]
                    ),
                    example=unresolved.example,
                )
            )
        case Resolution() as resolution:
            step = _resolved(base, state, resolution, takes_over=takes_over)
            if steps and step.action is StepAction.KEEP:
                note = "; ".join(filter(None, [steps[0].message, step.message]))
                return [replace(step, action=StepAction.MOVE, old_path=place.old_path, message=note)]
            steps.append(step)
    return steps


def _guess(place: WishedPlace) -> str:
    if not place.is_guess:
        return ""
    return (
        f". This is a guess, because both have the same example: write `movedFrom: {place.old_path}` to confirm it, or"
        f" `removed: [{{path: {place.old_path}}}]` if {place.path} is another place"
    )


def _resolved(base: Step, state: PlaceState, resolution: Resolution, *, takes_over: bool) -> Step:
    recorded = state.recorded
    dependencies = {entry.example.id: entry.version_id for entry in resolution.dependencies}
    wanted = replace(
        base,
        example=resolution.example.name,
        to_label=resolution.label.shown,
        resolved_version=resolution.version.id,
        dependencies=dependencies,
    )
    notes = [*resolution.warnings, *state.notes]
    if recorded is None:
        return _first(wanted, state, resolution, takes_over=takes_over)
    if recorded.holds(resolution.version.id, dependencies):
        kept = ["changed by hand since it was deployed; the changes stay"] if state.is_customized else []
        if recorded.label != resolution.label.shown:
            kept.append(f"{resolution.label.shown} has the same content as {recorded.label}")
        return _noted(wanted, StepAction.KEEP, [*kept, *notes])
    if state.is_customized:
        why = (
            f"{state.directory} was changed by hand since {recorded.label} was deployed, so {resolution.label.shown} is"
            f" not put over it. Keep {recorded.label} by writing `version: {recorded.label}`, or bring the directory"
            " back to what was deployed"
        )
        return _noted(wanted, StepAction.CONFLICT, [why, *notes])
    return _noted(wanted, StepAction.UPDATE, [*_update_reason(recorded.version_id, resolution), *notes])


def _first(wanted: Step, state: PlaceState, resolution: Resolution, *, takes_over: bool) -> Step:
    """The step of a place that holds nothing of ours yet."""
    notes = [*resolution.warnings, *state.notes]
    if state.blocked is not None:
        why = f"{state.blocked} is a file, so there can be no directory {state.directory}. Move the file away"
        return _noted(wanted, StepAction.CONFLICT, [why, *notes])
    if state.current_tree is None:
        return _noted(wanted, StepAction.ADD, notes)
    if takes_over:
        return _noted(wanted, StepAction.ADD, [f"takes {state.directory} over", *resolution.warnings])
    if resolution.render is not None and state.current_tree == resolution.render.tree.oid:
        return _noted(wanted, StepAction.ADD, ["the directory already holds exactly this: adopted", *notes])
    why = f"{state.directory} already holds other files. Move them away, or give this content another `directory:`"
    return _noted(wanted, StepAction.CONFLICT, [why, *notes])


def _update_reason(recorded_version: UUID, resolution: Resolution) -> list[str]:
    if recorded_version != resolution.version.id:
        return []
    names = ", ".join(f"{entry.example.name}@{entry.label.shown}" for entry in resolution.dependencies)
    return [f"a dependency has another version: {names}" if names else "rendered by newer rules"]


def _leaving(place: LeavingPlace) -> Step:
    recorded = place.state.recorded
    base = Step(
        path=place.path,
        action=StepAction.REMOVE,
        directory=place.state.directory,
        content_id=place.content_id,
        from_label=recorded.label if recorded else None,
        recorded_version=recorded.version_id if recorded else None,
        current_tree=place.state.current_tree,
    )
    return _remove(base, place.state, keep_files=place.keep_files, why="it is no longer in the course file")


def _handed_over(step: Step, heir: WishedPlace | None) -> Step:
    """A removal from a directory that another place takes over in the same plan only stops tracking it."""
    if heir is None or step.action is not StepAction.REMOVE or step.keep_files:
        return step
    message = f"{step.message}; {heir.path} takes its directory over"
    return replace(step, keep_files=True, message=message)


def _remove(base: Step, state: PlaceState, *, keep_files: bool, why: str) -> Step:
    if state.is_customized and not keep_files:
        message = (
            f"{why}, and {state.directory} was changed by hand. Write `removed: [{{path: {base.path}, keepFiles: true}}]`"
            " to keep the files without tracking them, or bring the directory back to what was deployed"
        )
        return _noted(base, StepAction.CONFLICT, [message, *state.notes])
    message = f"{why}; its files stay" if keep_files else why
    return replace(_noted(base, StepAction.REMOVE, [message, *state.notes]), keep_files=keep_files)


def _noted(step: Step, action: StepAction, notes: Sequence[str]) -> Step:
    message = "; ".join(note for note in notes if note)
    if action is step.action and message == step.message:
        return step  # as of most places of a course
    return replace(step, action=action, message=message)
