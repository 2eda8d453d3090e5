"""Find what a job's project is registered as: GitLab's number of the project decides, never its address alone."""

from __future__ import annotations

from urllib.parse import urlsplit

from courseline.domain.course.course import Course
from courseline.domain.ledger.claims import Claims
from courseline.domain.library.example import ExampleRepository
from courseline.domain.library.repository_identity import normalise_url
from courseline.domain.paths import printable
from courseline.errors import CourselineError, Refused
from courseline.usecases.library.register_repository import Registration
from courseline.usecases.library.register_repository import find_repository as registered
from courseline.usecases.neighbours import Neighbours

Owner = Course | ExampleRepository


def find_course(claims: Claims, gitlab: str, neighbours: Neighbours) -> Course:
    """The course whose assignments project the job runs in.

    The first job of the project at the registered address fixes the project's number; from then on an address that has
    become another project's opens nothing.

    Raises:
        Refused: there is none, naming the command that registers one, or the address is another project's now.
    """
    address = _address(claims, gitlab)
    with neighbours.database.transaction() as rows:
        by_number = rows.work.course_of_project(claims.project_id)
        courses = {course.id: course for course in rows.courses.all()}
        if by_number is not None:
            return courses[by_number]
        course = next((one for one in courses.values() if one.assignments_identity == address), None)
        if course is None:
            raise Refused(
                f"Looking for the course of {printable(claims.project_path)} (project {claims.project_id}): none is"
                " registered. On the server: courseline course apply deployment.yaml"
            )
        fixed = rows.work.course_project(course.id)
        if fixed is not None:
            raise Refused(
                f"Looking for the course of {printable(claims.project_path)}: {course.title} belongs to project {fixed}, and"
                f" this is project {claims.project_id} at its address. Move this project elsewhere, or give the course"
                " its new address: courseline course apply deployment.yaml"
            )
        rows.work.pin_project(course.id, claims.project_id)
        return course


def find_repository(claims: Claims, gitlab: str, neighbours: Neighbours) -> ExampleRepository:
    """The example repository that the job's project is; raises as `find_course`."""
    address = _address(claims, gitlab)
    project = f"{host_of(gitlab)}#{claims.project_id}"
    try:
        with neighbours.database.transaction() as rows:
            found = registered(Registration(url=address, project=project), rows)
    except Refused:
        raise
    except CourselineError as other:
        raise Refused(other.message, other.problems) from other
    if found is None:
        raise Refused(
            f"Looking for the example repository {printable(claims.project_path)} (project {claims.project_id}): it is not"
            f" registered. On the server: courseline repositories add {gitlab.rstrip('/')}/{printable(claims.project_path)}.git"
        )
    return found


def host_of(gitlab: str) -> str:
    """The host of a GitLab, as it names itself in `HOST#ID`."""
    return (urlsplit(gitlab).hostname or "").lower()


def _address(claims: Claims, gitlab: str) -> str:
    return normalise_url(f"{gitlab.rstrip('/')}/{claims.project_path}")
