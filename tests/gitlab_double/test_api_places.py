from __future__ import annotations

from collections.abc import Callable

import gitlab as python_gitlab
import pytest
from gitlab import Gitlab
from tests.gitlab_double.conftest import Lecturer
from tests.gitlab_double.people import Level
from tests.gitlab_double.server import GitLabDouble


def test_a_project_is_found_by_number_and_by_path(ada: Lecturer) -> None:
    by_path = ada.client.projects.get("uni/examples")
    assert ada.client.projects.get(by_path.id).path_with_namespace == "uni/examples"
    assert by_path.http_url_to_repo == f"{ada.double.url}/uni/examples.git"
    assert (by_path.visibility, by_path.default_branch) == ("private", "main")


def test_what_one_may_not_see_is_not_there(ada: Lecturer, somebody: Callable[..., Gitlab]) -> None:
    with pytest.raises(python_gitlab.GitlabGetError) as caught:
        somebody().projects.get("uni/examples")
    assert (caught.value.response_code, caught.value.error_message) == (404, "404 Project Not Found")
    with pytest.raises(python_gitlab.GitlabGetError, match="404 Group Not Found"):
        somebody().groups.get("uni")


def test_what_one_may_see_but_not_do_is_403(ada: Lecturer, somebody: Callable[..., Gitlab]) -> None:
    project = somebody(Level.DEVELOPER).projects.get("uni/examples")
    with pytest.raises(python_gitlab.GitlabCreateError) as caught:
        project.hooks.create({"url": "http://example.org"})
    assert (caught.value.response_code, caught.value.error_message) == (403, "403 Forbidden")


def test_groups_and_projects_are_made_and_changed(gitlab: GitLabDouble) -> None:
    client = gitlab.client()
    top = client.groups.create({"name": "Uni", "path": "uni"})
    below = client.groups.create({"name": "Course", "path": "course", "parent_id": top.id})
    assert below.full_path == "uni/course"
    project = client.projects.create({"name": "assignments", "namespace_id": below.id})
    assert (project.visibility, project.empty_repo) == ("private", True)
    project.description = "For students"
    project.save()
    assert [found.description for found in below.projects.list(get_all=True)] == ["For students"]
    assert [found.id for found in top.projects.list(get_all=True)] == []
    assert [found.id for found in top.projects.list(get_all=True, include_subgroups=True)] == [project.id]
    with pytest.raises(python_gitlab.GitlabCreateError, match="already been taken"):
        client.projects.create({"name": "assignments", "namespace_id": below.id})


def test_a_project_is_not_more_open_than_its_group(ada: Lecturer) -> None:
    project = ada.remote
    project.visibility = "public"
    with pytest.raises(python_gitlab.GitlabUpdateError, match="parent group has a private visibility"):
        project.save()


def test_a_list_has_20_entries_a_page_and_leads_to_the_next(gitlab: GitLabDouble) -> None:
    for number in range(45):
        gitlab.forge.project(f"uni/p{number}")
    client = gitlab.client()
    gitlab.forge.asked.clear()
    first = client.http_list("/groups/uni/projects", iterator=True)
    assert (first.per_page, first.total, first.total_pages, first.next_page) == (20, 45, 3, 2)
    assert len(list(first)) == 45
    assert gitlab.forge.asked.count() == 3
    assert len(client.http_list("/groups/uni/projects", get_all=True, per_page=100)) == 45
    assert gitlab.forge.asked.count() == 4


def test_an_archived_project_is_read_and_not_written(ada: Lecturer) -> None:
    ada.project.archived = True
    assert ada.remote.archived
    with pytest.raises(python_gitlab.GitlabCreateError) as caught:
        ada.remote.branches.create({"branch": "x", "ref": "main"})
    assert caught.value.response_code == 403


def test_a_path_that_the_api_has_not_is_404(ada: Lecturer) -> None:
    with pytest.raises(python_gitlab.GitlabHttpError, match="404 Not Found"):
        ada.client.http_get("/nothing")
