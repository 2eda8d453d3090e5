"""Connecting a project or group, against a GitLab that is asked and changed by HTTP, with a receiver that answers it."""

from __future__ import annotations

import pytest
from tests.builders.connecting import EXAMPLES, PIPELINE, THEIRS, TOKEN, Site
from tests.gitlab_double.people import Level
from tests.gitlab_double.server import GitLabDouble

from courseline.adapters.yaml_edits import YamlEdits
from courseline.domain.connect.ci_include import is_included
from courseline.domain.connect.role import Role
from courseline.domain.connect.step import StepKind
from courseline.domain.library.example import Visibility
from courseline.errors import NotFound, Refused
from courseline.usecases.connect.apply_connection import undo_of
from courseline.usecases.connect.earlier_releases import LEFT
from courseline.usecases.react.reconcile import reconcile
from courseline.usecases.react.rows import DeliveryState


def kinds(site: Site, reference: str, **options: object) -> list[StepKind]:
    return [step.kind for step in site.draft(reference, **options).steps]


def test_a_repository_of_examples_gets_all_it_needs_and_a_second_run_finds_nothing_to_do(site: Site) -> None:
    connection, made = site.connect("uni/examples", organization="uni", **PIPELINE)
    assert made.stopped is None
    assert list(made.done) == list(connection.steps)
    remote = site.remote("uni/examples")
    (hook,) = remote.hooks.list()
    assert hook.url == f"{site.receiver}/hooks/gitlab"
    assert (hook.signing_token_present, hook.enable_ssl_verification) == (True, True)
    assert {rule.name for rule in remote.protectedtags.list()} == {"v*", "*/v*"}
    again = site.draft("uni/examples", organization="uni", **PIPELINE)
    assert (again.steps, again.unheard) == ((), ())


def test_the_test_event_is_in_the_inbox(site: Site) -> None:
    _, made = site.connect("uni/examples")
    (tested,) = made.tested
    (event,) = [one for one in site.events() if one.number == tested.event]
    assert (event.event, event.facts["branch"]) == ("push", "main")


def test_their_pipeline_file_is_changed_in_a_merge_request_that_adds_lines_only(site: Site) -> None:
    _, made = site.connect("uni/examples", **PIPELINE)
    remote = site.remote("uni/examples")
    (request,) = remote.mergerequests.list(state="opened")
    assert made.requests == (request.web_url,)
    edited = remote.files.get(".gitlab-ci.yml", request.source_branch).decode().decode()
    assert [line for line in edited.splitlines() if line in THEIRS.splitlines()] == THEIRS.splitlines()
    (entry,) = YamlEdits().includes(edited.encode())
    assert entry == {
        "project": "tools/courseline",
        "ref": "v1.0.0",
        "file": "ci-templates/examples.yml",
        "inputs": {"image": "i:1"},
    }
    assert remote.files.get(".gitlab-ci.yml", "main").decode().decode() == THEIRS


def test_an_open_merge_request_is_told_of_and_not_opened_twice(site: Site) -> None:
    site.connect("uni/examples", **PIPELINE)
    for options in (PIPELINE, {}):
        (note,) = site.draft("uni/examples", **options).notes
        assert "once !1 is merged" in note.message


def test_once_the_merge_request_is_merged_nothing_is_left_to_add(site: Site) -> None:
    site.connect("uni/examples", **PIPELINE)
    site.remote("uni/examples").mergerequests.list()[0].merge()
    again = site.draft("uni/examples", **PIPELINE)
    assert (again.steps, again.notes) == ((), ())


def test_a_pipeline_file_that_cannot_be_edited_is_left_with_the_lines_to_add(site: Site) -> None:
    site.double.forge.project("uni/listed", {**EXAMPLES, ".gitlab-ci.yml": "- a\n- list\n"})
    connection, _ = site.connect("uni/listed", **PIPELINE)
    (note,) = connection.notes
    assert "left as it is: it is no mapping" in note.message
    (entry,) = YamlEdits().includes(note.fix.removeprefix("Add there: ").encode())
    assert is_included([entry], Role.EXAMPLES)
    assert site.remote("uni/listed").mergerequests.list() == []


def test_assignments_get_a_pipeline_file_and_a_schedule_and_are_told_to_be_applied(site: Site) -> None:
    connection, made = site.connect("uni/x/py-assignments", **PIPELINE)
    assert [step.kind for step in made.done] == [StepKind.WEBHOOK, StepKind.CI_INCLUDE, StepKind.SCHEDULE]
    remote = site.remote("uni/x/py-assignments")
    assert "assignments.yml" in remote.files.get(".gitlab-ci.yml", "main").decode().decode()
    (schedule,) = remote.pipelineschedules.list()
    assert (schedule.description, schedule.ref, schedule.active) == (
        "courseline:reconcile",
        "refs/heads/main",
        True,
    )
    assert any("courseline course apply" in note.fix for note in connection.notes)


def test_a_schedule_of_somebody_else_that_is_off_is_taken_over(site: Site) -> None:
    site.connect("uni/x/py-assignments")
    (schedule,) = site.remote("uni/x/py-assignments").pipelineschedules.list()
    schedule.take_ownership()
    schedule.active = False
    schedule.save()
    _, made = site.connect("uni/x/py-assignments")
    assert [step.now for step in made.done] == ["switched off"]
    assert site.remote("uni/x/py-assignments").pipelineschedules.get(schedule.id).active


def test_a_default_branch_that_is_open_is_protected(site: Site) -> None:
    remote = site.remote("uni/x/py-assignments")
    remote.protectedbranches.delete("main")
    _, made = site.connect("uni/x/py-assignments")
    assert StepKind.PROTECTED_BRANCH in [step.kind for step in made.done]
    assert remote.branches.get("main").protected


def test_a_group_gets_one_webhook_and_its_projects_what_they_need(site: Site) -> None:
    connection, made = site.connect("uni", **PIPELINE)
    assert made.stopped is None
    (hook,) = site.double.client().groups.get("uni").hooks.list()
    assert hook.url == f"{site.receiver}/hooks/gitlab"
    assert site.remote("uni/examples").hooks.list() == []
    assert made.tested[0].event is not None
    assert dict(connection.left_alone).keys() == {"uni/notes", "uni/x/py-student-template"}
    assert site.draft("uni", **PIPELINE).steps == ()


def test_without_premium_each_project_gets_its_own_webhook_and_that_is_said(site: Site) -> None:
    site.double.forge.premium = False
    connection, made = site.connect("uni")
    assert made.stopped is None
    assert any("Premium" in note.message for note in connection.notes)
    for path in ("uni/examples", "uni/x/py-assignments"):
        assert len(site.remote(path).hooks.list()) == 1
    assert len(made.tested) == 2
    assert site.draft("uni").steps == ()


def test_a_maintainer_who_is_no_owner_of_the_group_gets_webhooks_of_projects(site: Site) -> None:
    site.becomes(Level.MAINTAINER)
    _, made = site.connect("uni")
    assert made.stopped is None
    assert len(site.remote("uni/examples").hooks.list()) == 1


def test_students_forks_and_templates_are_never_taken_for_examples(site: Site) -> None:
    template = site.remote("uni/x/py-student-template")
    template.forks.create({"namespace_path": "uni"})
    with pytest.raises(Refused, match="fork"):
        site.draft("uni/py-student-template")
    with pytest.raises(Refused, match="student template"):
        site.draft("uni/x/py-student-template")


def test_a_project_without_anything_of_ours_is_asked_what_it_is(site: Site) -> None:
    with pytest.raises(Refused, match="--as examples"):
        site.draft("uni/notes")


def test_who_may_not_is_told_which_role_is_needed_and_nothing_is_changed(site: Site) -> None:
    site.becomes(Level.DEVELOPER)
    with pytest.raises(Refused, match=r"403.*role") as refused:
        site.draft("uni/examples")
    assert site.token not in refused.value.message
    assert site.remote("uni/examples").hooks.list() == []


@pytest.mark.parametrize("reference", ["uni/none", "none", "99999"])
def test_what_gitlab_does_not_show_is_named(site: Site, reference: str) -> None:
    with pytest.raises(NotFound, match="neither a project nor a group"):
        site.draft(reference)


def test_a_project_can_be_named_by_its_address(site: Site) -> None:
    assert site.draft(f"{site.double.url}/uni/examples.git").place.path == "uni/examples"


def test_an_older_gitlab_gets_the_secret_token(site: Site) -> None:
    site.double.forge.version = "18.5.0"
    _, made = site.connect("uni/examples")
    assert made.tested[0].event is not None
    (hook,) = site.double.forge.find_project("uni/examples").hooks
    assert TOKEN in repr(vars(hook))


def test_a_secret_that_was_changed_is_given_again_when_asked(site: Site) -> None:
    site.connect("uni/examples")
    assert kinds(site, "uni/examples") == []
    assert kinds(site, "uni/examples", renew=True) == [StepKind.WEBHOOK]


def test_a_webhook_without_an_event_is_changed_and_not_made_twice(site: Site) -> None:
    site.connect("uni/examples")
    (hook,) = site.remote("uni/examples").hooks.list()
    hook.pipeline_events = False
    hook.save()
    _, made = site.connect("uni/examples")
    assert [step.now for step in made.done] == ["without pipeline"]
    (after,) = site.remote("uni/examples").hooks.list()
    assert (after.id, after.pipeline_events) == (hook.id, True)


def test_a_receiver_that_does_not_answer_is_told_and_the_next_run_tests_again(site: Site) -> None:
    _, made = site.connect("uni/examples", receiver="http://127.0.0.1:9")
    (tested,) = made.tested
    assert tested.event is None
    assert "address" in tested.message
    assert site.draft("uni/examples", receiver="http://127.0.0.1:9").unheard != ()


def test_a_secret_that_the_receiver_does_not_know_is_found_by_the_test_event(site: Site) -> None:
    site.secrets = f"another-{TOKEN}"
    _, made = site.connect("uni/examples")
    assert made.tested[0].event is None
    assert "401" in made.tested[0].message


def test_examples_are_registered_with_organization_and_visibility(site: Site) -> None:
    site.connect("uni/examples", organization="uni", visibility=Visibility.RESTRICTED)
    with site.around.neighbours.database.transaction() as rows:
        (card,) = rows.library.repositories()
    number = site.double.forge.find_project("uni/examples").id
    host = site.double.url.partition("//")[2]
    assert card.repository.identity == f"{host}#{number}"
    assert (card.repository.organization, str(card.repository.visibility)) == ("uni", "restricted")


def test_the_newest_releases_are_queued_oldest_first_and_the_others_left_for_good(site: Site) -> None:
    _, made = site.connect("uni/examples", back_fill=2)
    assert made.queued == 2
    told = [(one.facts["tag"], one.state) for one in site.events() if one.event == "tag_push"]
    waits, done = DeliveryState.RECEIVED, DeliveryState.DONE
    assert told == [("v1.0", done), ("v1.1", waits), ("v1.2", waits)]
    neighbours = site.wiring.worker_neighbours()
    assert reconcile(neighbours).queued == ()


def test_what_was_left_can_be_back_filled_later(site: Site) -> None:
    site.connect("uni/examples")
    assert {one.message for one in site.events() if one.event == "tag_push"} == {LEFT}
    _, made = site.connect("uni/examples", back_fill=1)
    assert made.queued == 1
    assert kinds(site, "uni/examples", back_fill=1) == []


def test_a_run_that_was_cut_off_is_completed_by_the_next(site: Site, gitlab: GitLabDouble) -> None:
    gitlab.faults.bad_gateway(part="/protected_tags", method="POST")
    connection, made = site.connect("uni/examples", **PIPELINE)
    assert made.stopped is not None
    assert [step.kind for step in made.done] == [StepKind.REGISTRATION, StepKind.BACK_FILL]
    assert made.tested == ()
    left, rest = site.connect("uni/examples", **PIPELINE)
    assert list(left.steps) == list(connection.steps)[2:]
    assert (rest.stopped, site.draft("uni/examples", **PIPELINE).steps) == (None, ())


def test_a_branch_left_by_a_run_without_its_merge_request_is_no_obstacle(
    site: Site, gitlab: GitLabDouble
) -> None:
    gitlab.faults.bad_gateway(part="/merge_requests", method="POST")
    assert site.connect("uni/examples", **PIPELINE)[1].stopped is not None
    _, made = site.connect("uni/examples", **PIPELINE)
    assert made.stopped is None
    assert len(site.remote("uni/examples").mergerequests.list(state="opened")) == 1


def test_the_undo_names_what_was_opened_up_before(site: Site) -> None:
    connection, made = site.connect("uni/examples")
    assert undo_of(connection, made.done) == (
        f"courseline gitlab disconnect uni/examples --receiver {site.receiver}"
        " --protected-tag 'v*' --protected-tag '*/v*'"
    )
