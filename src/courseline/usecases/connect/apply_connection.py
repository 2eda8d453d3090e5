"""Make what a drafted connection shows, one step after the other; a run that was cut off is completed by the next one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from courseline.domain.connect import draft
from courseline.domain.connect.role import Role
from courseline.domain.connect.step import Step, StepKind
from courseline.errors import CourselineError
from courseline.usecases.connect.connection import Connection, ProjectDraft, Surroundings
from courseline.usecases.connect.earlier_releases import settle_releases
from courseline.usecases.connect.forge_setup import Place, PlaceKind
from courseline.usecases.connect.try_hooks import Tested, try_hooks
from courseline.usecases.library.register_repository import find_repository, recognise, register

_TITLE = "Include courseline's pipeline"


@dataclass(frozen=True, slots=True)
class Connected:
    """What was made.

    Attributes:
        done: steps, in order.
        requests: addresses of merge requests that wait for a person.
        queued: earlier releases that the worker publishes now.
        tested: what came of the test deliveries.
        stopped: why the rest was not done; None when all was.
    """

    done: tuple[Step, ...]
    requests: tuple[str, ...]
    queued: int
    tested: tuple[Tested, ...]
    stopped: CourselineError | None


@dataclass(slots=True)
class _Run:
    """One run over a draft."""

    connection: Connection
    around: Surroundings
    requests: list[str]
    settled: set[str]
    queued: int = 0

    def make(self, step: Step, project: ProjectDraft | None) -> int | None:
        """Make one step; the number of the webhook when it is one."""
        forge, hook = self.around.forge, self.connection.hook
        if project is None:
            place = self.connection.place
            return forge.save_hook(place, step.number, hook)
        found = project.found.project
        match step.kind:
            case StepKind.REGISTRATION | StepKind.BACK_FILL:
                self._settle_examples(project)
            case StepKind.PROTECTED_TAG:
                forge.protect_tags(found, step.subject)
            case StepKind.PROTECTED_BRANCH:
                forge.protect_branch(found, step.subject)
            case StepKind.WEBHOOK:
                return forge.save_hook(Place(PlaceKind.PROJECT, found.id, found.path), step.number, hook)
            case StepKind.CI_INCLUDE:
                self._include(step, project)
            case StepKind.SCHEDULE:
                forge.save_schedule(found, step.number, step.subject)
            case _:
                raise AssertionError(step.kind)
        return None

    def _settle_examples(self, project: ProjectDraft) -> None:
        """Registration and earlier releases in one transaction: between them the reconciler would publish everything."""
        if project.registration is None or project.identity in self.settled:
            return
        neighbours = self.around.neighbours
        with neighbours.database.transaction() as rows:
            known = find_repository(project.registration, rows)
            if known is None:
                known = register(project.registration, rows, neighbours.actor, neighbours.clock())
            else:
                recognise(project.registration, known, rows, neighbours.actor, neighbours.clock())
            self.queued += settle_releases(
                project.releases, known, project.identity, project.found.project.git_url, rows, neighbours
            )
        self.settled.add(project.identity)

    def _include(self, step: Step, project: ProjectDraft) -> None:
        forge, found, path = self.around.forge, project.found, project.found.project.ci_path
        branch = found.project.default_branch or "main"
        raw = found.ci or b""
        if step.subject == "commit":
            updates = () if found.ci is None else (path,)
            forge.commit(
                found.project, branch, f"{_TITLE}\n", {path: project.include.entry.encode()}, updates=updates
            )
            return
        edited = self.around.files.with_include(raw, self._entry(project))
        forge.delete_branch(found.project, draft.BRANCH)  # left by a run that ended before its merge request
        forge.commit(
            found.project, draft.BRANCH, f"{_TITLE}\n", {path: edited}, updates=(path,), start=branch
        )
        request = forge.request_merge(found.project, draft.BRANCH, _TITLE, _text(project))
        self.requests.append(request.url)

    def _entry(self, project: ProjectDraft) -> dict[str, object]:
        entries = self.around.files.includes(project.include.entry.encode())
        entry = entries[0]
        assert isinstance(entry, dict)  # noqa: S101 - written by ourselves a moment ago
        return entry


def apply_connection(connection: Connection, around: Surroundings) -> Connected:
    """Make every step of a draft.

    A step that fails ends the run; what was made stays, is told, and is no step any more for the next run.
    """
    run = _Run(connection, around, [], set())
    done: list[Step] = []
    touched: dict[Place, int] = {}
    stopped: CourselineError | None = None
    tested: tuple[Tested, ...] = ()
    try:
        for step, project in _in_order(connection):
            around.neighbours.progress("Connecting", len(done), len(connection.steps))
            number = run.make(step, project)
            done.append(step)
            if number is not None:
                touched[_place(connection, project)] = number
        tested = try_hooks(connection, touched, around)
    except CourselineError as fault:
        stopped = fault
    return Connected(tuple(done), tuple(run.requests), run.queued, tested, stopped)


def undo_of(connection: Connection, steps: Sequence[Step]) -> str:
    """The command that takes back what these steps made."""
    words = ["courseline gitlab disconnect", connection.place.path, "--receiver", connection.command.receiver]
    kinds = {StepKind.PROTECTED_TAG: "--protected-tag", StepKind.PROTECTED_BRANCH: "--protected-branch"}
    for kind, option in kinds.items():
        for subject in dict.fromkeys(step.subject for step in steps if step.kind is kind):
            words += [option, f"'{subject}'"]
    return " ".join(words)


def _in_order(connection: Connection) -> list[tuple[Step, ProjectDraft | None]]:
    """Projects first: a group's webhook tells of what is registered by then."""
    own: list[tuple[Step, ProjectDraft | None]] = [
        (step, project) for project in connection.projects for step in project.steps
    ]
    if connection.group_step is not None:
        own.append((connection.group_step, None))
    return own


def _place(connection: Connection, project: ProjectDraft | None) -> Place:
    if project is None:
        return connection.place
    found = project.found.project
    return Place(PlaceKind.PROJECT, found.id, found.path)


def _text(project: ProjectDraft) -> str:
    what = (
        "A merge request is checked, and a protected release tag publishes the examples."
        if project.role is Role.EXAMPLES
        else "A merge request is checked, and what is merged is deployed to the students' template."
    )
    return (
        f"This adds one `include` to `{project.found.project.ci_path}` and changes nothing else. {what}\n\n"
        "Made by `courseline gitlab connect`."
    )
