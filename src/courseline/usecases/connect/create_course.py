"""Build a drafted course: groups, projects, the first commit, its registration, its connection; again from where it stopped."""

from __future__ import annotations

from dataclasses import dataclass, field

from courseline.domain.connect.ci_include import include_entry
from courseline.domain.connect.course_places import BRANCH, WantedGroup, WantedProject, least_open
from courseline.domain.connect.first_files import first_files
from courseline.domain.connect.found import FoundGroup, FoundProject
from courseline.domain.connect.role import Role
from courseline.domain.connect.step import Step, StepKind
from courseline.errors import CourselineError
from courseline.usecases.connect.apply_connection import Connected, apply_connection, undo_of
from courseline.usecases.connect.course_draft import CourseDraft
from courseline.usecases.connect.draft_connection import draft_connection
from courseline.usecases.connect.draft_course import connect_command
from courseline.usecases.connect.filled_file import applied_as, filled

_CONNECTION = {
    StepKind.PROTECTED_BRANCH, StepKind.WEBHOOK, StepKind.CI_INCLUDE, StepKind.SCHEDULE,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CreatedCourse:
    """What was made.

    Attributes:
        done: steps, in order.
        connected: what connecting made; None when it did not come to that.
        undo: commands that take it all back, in order.
        stopped: why the rest was not done; None when all was.
    """

    done: tuple[Step, ...]
    connected: Connected | None
    undo: tuple[str, ...]
    stopped: CourselineError | None


@dataclass(slots=True)
class _Build:
    """One run over a draft."""

    draft: CourseDraft
    groups: dict[str, FoundGroup]
    assignments: FoundProject | None
    template: FoundProject | None
    made: list[str] = field(default_factory=list)

    def make(self, step: Step) -> None:
        places = self.draft.places
        match step.kind:
            case StepKind.GROUP:
                self._group(next(group for group in places.groups if group.path == step.subject))
            case StepKind.PROJECT if step.subject == places.assignments.path:
                self.assignments = self._project(places.assignments)
            case StepKind.PROJECT:
                self.template = self._project(places.template)
            case StepKind.FIRST_COMMIT:
                self._first_commit()
            case StepKind.COURSE_FILE:
                draft = self.draft
                draft.command.save(
                    filled(draft.command, draft.deployment, draft.says, self.template, draft.around)
                )
            case StepKind.COURSE:
                draft = self.draft
                applied_as(
                    draft.command, draft.deployment, draft.says, self.template, draft.around, dry_run=False
                )
            case _:
                raise AssertionError(step.kind)

    def _group(self, wanted: WantedGroup) -> None:
        above, _, own = wanted.path.rpartition("/")
        parent = self.groups.get(above)
        visibility = self.draft.places.template.visibility
        if parent is not None:
            visibility = least_open(visibility, parent.visibility)
        forge = self.draft.around.forge
        found = forge.create_group(
            own, wanted.name, wanted.description, parent.id if parent is not None else None, visibility
        )
        self.groups[wanted.path] = found
        self.made.append(f"groups/{found.id}")

    def _project(self, wanted: WantedProject) -> FoundProject:
        group = self.groups[wanted.group]
        visibility = least_open(wanted.visibility, group.visibility)
        found = self.draft.around.forge.create_project(
            wanted.name, wanted.name, wanted.description, group.id, visibility, BRANCH
        )
        self.made.append(f"projects/{found.id}")
        return found

    def _first_commit(self) -> None:
        draft, project = self.draft, self.assignments
        if project is None:
            raise AssertionError("the project is made before")
        command, course = draft.command, draft.deployment.course
        pipeline = None
        if command.templates is not None:
            entry = include_entry(Role.ASSIGNMENTS, command.templates, dict(command.inputs))
            pipeline = (project.ci_path, draft.around.files.written({"include": [entry]}))
        structure = command.structure[0] if command.structure is not None else None
        files = first_files(
            course.name, course.description, draft.deployment.template_url, structure, pipeline
        )
        branch = project.default_branch or BRANCH
        # Its pipeline would find no course: that is registered next. What it wishes for is then the worker's to deploy.
        message = f"Begin the course {course.name}\n\n[skip ci]\n"
        draft.around.forge.commit(project, branch, message, files)


def create_course(draft: CourseDraft) -> CreatedCourse:
    """Make every step of a draft.

    A step that fails ends the run; what was made stays, is told, and is no step any more for the next run.
    """
    build = _Build(draft, dict(draft.groups), draft.assignments, draft.template)
    own = [step for step in draft.steps if step.kind not in _CONNECTION]
    done: list[Step] = []
    connected, undo, stopped = None, [], None
    try:
        for step in own:
            draft.around.neighbours.progress("Building the course", len(done), len(draft.steps))
            build.make(step)
            done.append(step)
        connection = draft_connection(connect_command(draft.command, draft.places), draft.around)
        connected = apply_connection(connection, draft.around)
        done += connected.done
        stopped = connected.stopped
        if connected.done:
            undo.append(undo_of(connection, connected.done))
    except CourselineError as fault:
        stopped = fault
    undo += [_deletion(draft, address) for address in reversed(build.made)]
    return CreatedCourse(tuple(done), connected, tuple(undo), stopped)


def _deletion(draft: CourseDraft, address: str) -> str:
    """By curl, with the token on its standard input: arguments can be read by everybody on a machine."""
    header = """printf 'header = "PRIVATE-TOKEN: %s"' "$COURSELINE_GITLAB_TOKEN\""""
    return f"{header} | curl --config - --request DELETE {draft.around.forge.url}/api/v4/{address}"
