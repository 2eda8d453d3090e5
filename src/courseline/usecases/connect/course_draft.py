"""A course to be built in a GitLab, as it is asked for and as it is drafted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from courseline.domain.connect.ci_include import Templates
from courseline.domain.connect.course_places import CoursePlaces
from courseline.domain.connect.found import FoundGroup, FoundProject
from courseline.domain.connect.step import Step
from courseline.domain.course.deployment_file import CourseDeployment
from courseline.errors import Problem
from courseline.usecases.connect.connection import Surroundings
from courseline.usecases.course.apply_course import Open, Seal

OpenGitLab = Callable[[str | None, str | None], Surroundings]
"""(address, token), each None for that of the settings -> whom building a course talks to."""


@dataclass(frozen=True, slots=True)
class CreateCourse:
    """What a person asks for.

    Attributes:
        raw: bytes of the deployment file.
        path: its name, for problems.
        environment: looks up the variable that `${NAME}` means.
        seal: encrypts a token.
        open: decrypts one.
        gitlab: see `OpenGitLab`.
        save: writes the deployment file again.
        receiver: address of the receiver.
        secrets: that it knows.
        structure: a course file to start with, and its name; None for one without places.
        templates: where our CI templates are; None leaves the pipeline to a person.
        inputs: of the templates.
    """

    raw: bytes
    path: str
    environment: Callable[[str], str | None]
    seal: Seal
    open: Open
    gitlab: OpenGitLab
    save: Callable[[bytes], None]
    receiver: str
    secrets: tuple[str, ...] = field(repr=False)
    structure: tuple[bytes, str] | None = None
    templates: Templates | None = None
    inputs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CourseDraft:
    """What would be made.

    Attributes:
        command: asked for.
        around: GitLab and the others.
        deployment: the file, with every address.
        places: groups and projects.
        groups: those that are there, by path.
        assignments: None as long as it is not there.
        template: the same.
        steps: in the order they are made, those of the connection last.
        says: keys of the deployment file that are to be filled in.
        notes: what a person should know.
    """

    command: CreateCourse
    around: Surroundings
    deployment: CourseDeployment
    places: CoursePlaces
    groups: dict[str, FoundGroup]
    assignments: FoundProject | None
    template: FoundProject | None
    steps: tuple[Step, ...]
    says: tuple[str, ...]
    notes: tuple[Problem, ...]
