"""What setting up asks of a GitLab and changes there, by HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.builders.gitlab_found import SIGNING
from tests.gitlab_double.people import Level
from tests.gitlab_double.server import GitLabDouble

from courseline.adapters.gitlab.client import GitLabClient
from courseline.adapters.gitlab.forge_setup import GitLabSetup
from courseline.domain.connect.found import FoundProject
from courseline.domain.connect.webhook import wanted_hook
from courseline.errors import NeighbourFailed, Refused
from courseline.usecases.connect.forge_setup import Place, PlaceKind

WANTED = wanted_hook("http://127.0.0.1:9", [SIGNING], (19, 0))


@pytest.fixture
def setup(gitlab: GitLabDouble) -> GitLabSetup:
    gitlab.forge.version = "19.2.1-ee"
    ada = gitlab.forge.user("ada")
    gitlab.forge.group("uni", {ada: Level.MAINTAINER})
    gitlab.forge.project("uni/examples", {"a/b/meta.yaml": "x", "README.md": "x"})
    return GitLabSetup(GitLabClient(gitlab.url, gitlab.forge.token(ada).value))


@pytest.fixture
def examples(setup: GitLabSetup) -> FoundProject:
    found = setup.project("uni/examples")
    assert found is not None
    return found


def place(project: FoundProject) -> Place:
    return Place(PlaceKind.PROJECT, project.id, project.path)


def test_version_and_clock_are_those_of_the_server(setup: GitLabSetup) -> None:
    server = setup.server()
    assert (server.version, server.number) == ("19.2.1-ee", (19, 2))
    assert server.time is not None
    assert abs(server.time - datetime.now(UTC)) < timedelta(minutes=5)


def test_the_token_is_told_with_scopes_and_end(setup: GitLabSetup) -> None:
    token = setup.token()
    assert (token.scopes, token.active, token.is_admin) == (("api",), True, False)
    assert token.expires_on is not None


def test_what_is_not_shown_is_none(setup: GitLabSetup) -> None:
    assert (setup.project("uni/none"), setup.group("none")) == (None, None)


def test_an_empty_project_has_no_branch_to_count_on(setup: GitLabSetup, gitlab: GitLabDouble) -> None:
    gitlab.forge.project("uni/new")
    found = setup.project("uni/new")
    assert found is not None
    assert found.is_empty
    assert not setup.holds(found, "meta.yaml")
    assert setup.tags(found) == []


def test_archived_projects_are_left_out_of_a_group(setup: GitLabSetup, gitlab: GitLabDouble) -> None:
    gitlab.forge.project("uni/x/old", {"a": "x"}).archived = True
    gitlab.forge.project("uni/x/new", {"a": "x"})
    group = setup.group("uni")
    assert group is not None
    assert [project.path for project in setup.projects_of(group)] == ["uni/examples", "uni/x/new"]


def test_a_file_is_found_in_any_directory(setup: GitLabSetup, examples: FoundProject) -> None:
    assert setup.holds(examples, "meta.yaml")
    assert not setup.holds(examples, "course-structure.yaml")


def test_the_target_of_an_annotated_tag_is_the_tags_own_id(
    setup: GitLabSetup, examples: FoundProject, gitlab: GitLabDouble
) -> None:
    remote = gitlab.client().projects.get("uni/examples")
    remote.tags.create({"tag_name": "v1", "ref": "main", "message": "one"})
    remote.tags.create({"tag_name": "v2", "ref": "main"})
    head = remote.commits.list()[0].id
    targets = {tag.name: tag.target for tag in setup.tags(examples)}
    assert targets["v2"] == head
    assert targets["v1"] not in {head, ""}


def test_what_is_there_already_or_gone_already_is_no_error(
    setup: GitLabSetup, examples: FoundProject
) -> None:
    for _ in range(2):
        setup.protect_tags(examples, "v*")
        setup.protect_branch(examples, "main")
    assert setup.protected_tags(examples) == {"v*"}
    for _ in range(2):
        setup.unprotect_tags(examples, "v*")
        setup.unprotect_branch(examples, "main")
        setup.delete_hook(place(examples), 4711)
        setup.delete_schedule(examples, 4711)
        setup.delete_branch(examples, "none")
    assert not setup.is_branch_protected(examples, "main")


def test_a_hook_is_made_once_and_changed_under_its_number(setup: GitLabSetup, examples: FoundProject) -> None:
    number = setup.save_hook(place(examples), None, WANTED)
    assert setup.save_hook(place(examples), number, WANTED) == number
    (hook,) = setup.hooks(place(examples))
    assert (hook.id, hook.url, hook.has_signing, hook.every_branch) == (number, WANTED.url, True, True)
    assert set(hook.events.values()) == {True}


def test_a_test_event_that_is_not_taken_is_refused_with_gitlabs_words(
    setup: GitLabSetup, examples: FoundProject
) -> None:
    number = setup.save_hook(place(examples), None, WANTED)
    with pytest.raises(Refused, match="test event"):
        setup.test_hook(place(examples), number)


def test_a_commit_over_a_file_that_is_there_is_refused(setup: GitLabSetup, examples: FoundProject) -> None:
    with pytest.raises(Refused, match=r"Committing README\.md"):
        setup.commit(examples, "main", "x\n", {"README.md": b"mine"})
    assert setup.file(examples, "README.md", "main") == b"x"


def test_a_wrong_token_is_told_as_such_and_never_shown(gitlab: GitLabDouble) -> None:
    with pytest.raises(NeighbourFailed, match="does not accept our token") as told:
        GitLabSetup(GitLabClient(gitlab.url, "glpat-made-up")).server()
    assert "glpat-made-up" not in told.value.message
