"""P2: a pass over what is at rest costs one listing a repository and one call a group, however many courses there are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.builders.gitlab_course import GROUP, GitLabCourse
from tests.builders.rows import a_repository
from tests.gitlab_double.places import Project
from tests.gitlab_double.server import serve_gitlab

from courseline.domain import ids
from courseline.usecases.react.watch_rows import Outcome
from courseline.wiring import resolve_url

FULL, FEW = (200, 50, 260), (40, 10, 60)
"""Courses, repositories, and the requests that a pass over them may take."""


def test_200_courses_and_50_repositories_at_rest_take_at_most_260_requests(
    tmp_path: Path, database_url: str, pytestconfig: pytest.Config
) -> None:
    courses, repositories, most = FULL if pytestconfig.getoption("--full") else FEW
    with serve_gitlab(tmp_path / "gitlab") as double:
        uni = GitLabCourse(double, tmp_path / "uni", database_url)
        uni.converge()
        with uni.database.transaction() as rows:
            for number in range(1, courses):
                url = uni.url_of(twin(uni, uni.assignments, f"course-{number}"))
                course = replace(
                    uni.course,
                    id=ids.course_id("uni", "python", f"course-{number}"),
                    path=f"course-{number}",
                    assignments_url=url,
                    assignments_identity=resolve_url(url),
                    template_url=f"{url}-template",
                    template_identity=resolve_url(f"{url}-template"),
                )
                rows.courses.save(course, names={})
                rows.watch.save_deploy(course.id, uni.head, Outcome(), uni.clock())
                rows.watch.save_template(course.id, uni.head, Outcome(), uni.clock())
            for number in range(repositories):
                url = resolve_url(uni.url_of(twin(uni, uni.examples, f"examples-{number}")))
                rows.library.add_repository(a_repository(f"examples-{number}", identity=url, urls=[url]))
        uni.reconcile()  # a worker that has just started reads each course file once
        double.forge.asked.clear()
        found = uni.reconcile()
        assert (found.problems, found.queued, found.deploys, found.requests) == ((), (), (), ())
        listings = [asked for asked in double.forge.asked.find("GET", "/info/refs") if asked.status == 200]
        calls = [asked for asked in double.forge.asked.entries if asked.of_api]
        assert len(listings) == courses + repositories
        assert [asked.path for asked in calls] == [f"/api/v4/groups/{GROUP}/merge_requests"]
        assert len(listings) + len(calls) <= most
        uni.close()


def twin(uni: GitLabCourse, project: Project, path: str) -> Project:
    """Another project with the same repository."""
    forge = uni.double.forge
    made = replace(project, id=forge.number("project"), path=path, name=path, merge_requests=[], pipelines=[])
    with forge.lock:
        forge.projects.append(made)
    return made
