"""Taking a connection back."""

from __future__ import annotations

from tests.builders.connecting import PIPELINE, THEIRS, Site

from courseline.domain.connect.step import StepKind
from courseline.usecases.connect.disconnect import (
    Disconnect,
    Disconnection,
    apply_disconnection,
    draft_disconnection,
)


def drafted(site: Site, reference: str, **options: tuple[str, ...]) -> Disconnection:
    return draft_disconnection(Disconnect(reference, site.receiver, **options), site.around)


def removed(site: Site, reference: str, **options: tuple[str, ...]) -> list[StepKind]:
    found = drafted(site, reference, **options)
    return [step.kind for step in apply_disconnection(found, site.around)]


def test_what_connecting_made_is_gone_and_a_second_run_finds_nothing(site: Site) -> None:
    site.connect("uni/examples", **PIPELINE)
    tags = ("v*", "*/v*")
    kinds = removed(site, "uni/examples", protected_tags=tags)
    assert kinds == [StepKind.WEBHOOK, StepKind.CI_INCLUDE, StepKind.PROTECTED_TAG, StepKind.PROTECTED_TAG]
    remote = site.remote("uni/examples")
    assert remote.hooks.list() == []
    assert remote.protectedtags.list() == []
    assert remote.mergerequests.list(state="opened") == []
    assert [branch.name for branch in remote.branches.list()] == ["main"]
    assert remote.files.get(".gitlab-ci.yml", "main").decode().decode() == THEIRS
    assert removed(site, "uni/examples", protected_tags=tags) == []


def test_what_was_protected_stays_so_unless_it_is_named(site: Site) -> None:
    site.connect("uni/examples")
    removed(site, "uni/examples")
    assert {rule.name for rule in site.remote("uni/examples").protectedtags.list()} == {"v*", "*/v*"}


def test_hooks_to_others_and_schedules_of_others_stay(site: Site) -> None:
    remote = site.remote("uni/x/py-assignments")
    remote.hooks.create({"url": "http://127.0.0.1:9/chat", "push_events": False})
    remote.pipelineschedules.create({"description": "nightly", "ref": "main", "cron": "0 1 * * *"})
    site.connect("uni/x/py-assignments")
    assert removed(site, "uni/x/py-assignments") == [StepKind.WEBHOOK, StepKind.SCHEDULE]
    assert [hook.url for hook in remote.hooks.list()] == ["http://127.0.0.1:9/chat"]
    assert [one.description for one in remote.pipelineschedules.list()] == ["nightly"]


def test_a_group_loses_its_webhook_and_its_projects_what_was_made_for_them(site: Site) -> None:
    site.connect("uni")
    assert removed(site, "uni") == [StepKind.WEBHOOK, StepKind.SCHEDULE]
    assert site.double.client().groups.get("uni").hooks.list() == []


def test_a_merged_include_and_the_registration_stay_and_that_is_said(site: Site) -> None:
    site.connect("uni/examples", **PIPELINE)
    site.remote("uni/examples").mergerequests.list()[0].merge()
    stays = " ".join(problem.sentence for problem in drafted(site, "uni/examples").stays)
    assert "Remove these lines" in stays
    assert "stays registered" in stays


def test_a_branch_that_connecting_protected_is_opened_when_named(site: Site) -> None:
    remote = site.remote("uni/x/py-assignments")
    remote.protectedbranches.delete("main")
    site.connect("uni/x/py-assignments")
    removed(site, "uni/x/py-assignments", protected_branches=("main",))
    assert not remote.branches.get("main").protected
