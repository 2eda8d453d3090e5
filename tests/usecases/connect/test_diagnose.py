"""The doctor, on a GitLab by HTTP, a real database and a folder store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.builders.connecting import Site
from tests.gitlab_double.people import Level

from courseline.domain.connect.finding import Finding
from courseline.domain.connect.finding import Level as How
from courseline.usecases.connect.diagnose import diagnose
from courseline.usecases.react.rows import DeliveryState, NewDelivery


def looked(site: Site, *, fix: bool = False) -> dict[str, Finding]:
    found = diagnose(site.wiring.instruments(site.receiver, fix=fix))
    assert len({one.check for one in found}) == len(found)
    return {one.check: one for one in found}


def test_all_is_well_after_connecting(site: Site) -> None:
    site.connect("uni/examples")
    found = looked(site)
    assert {one.level for one in found.values()} <= {How.OK, How.WARN}
    well = {"git", "database", "object store", "GitLab", "GitLab token: scopes", "webhook of uni/examples"}
    assert {check for check, one in found.items() if one.level is How.OK} >= well


def test_nothing_is_left_in_the_store(site: Site) -> None:
    looked(site)
    left = [path for path in (site.directory / "objects").rglob("*") if path.is_file()]
    assert left == []


def test_a_registered_repository_without_a_webhook_is_named_with_the_remedy(site: Site) -> None:
    site.connect("uni/examples")
    remote = site.remote("uni/examples")
    for hook in remote.hooks.list():
        hook.delete()
    remote.protectedtags.delete("v*")
    found = looked(site)
    assert found["webhook of uni/examples"].level is How.FAIL
    assert "courseline gitlab connect uni/examples" in found["webhook of uni/examples"].remedy
    assert found["protected tags of uni/examples"].found == "not protected: v*"


def test_the_webhook_of_a_group_above_counts(site: Site) -> None:
    site.connect("uni")
    assert looked(site)["webhook of uni"].level is How.OK


def test_a_webhook_that_gitlab_switched_off_is_switched_on_by_fix(site: Site) -> None:
    site.connect("uni/examples")
    (hook,) = site.double.forge.find_project("uni/examples").hooks
    hook.failures, hook.disabled_until = 4, datetime.now(UTC) + timedelta(hours=1)
    assert "temporarily_disabled" in looked(site)["webhook of uni/examples"].found
    assert looked(site, fix=True)["webhook of uni/examples"].level is How.OK
    assert looked(site)["webhook of uni/examples"].found == "there, on"


def test_a_webhook_that_cannot_be_switched_on_says_why(site: Site) -> None:
    site.connect("uni/examples")
    (hook,) = site.double.forge.find_project("uni/examples").hooks
    hook.failures, hook.disabled_until = 4, datetime.now(UTC) + timedelta(hours=1)
    hook.signing_token = ""
    found = looked(site, fix=True)["webhook of uni/examples"]
    assert found.level is How.FAIL
    assert "still off" in found.found


def test_a_project_that_is_gone_is_told(site: Site) -> None:
    site.connect("uni/examples")
    site.becomes(Level.NONE)
    found = [one for check, one in looked(site).items() if check.startswith("project ")]
    assert [one.level for one in found] == [How.FAIL]


def test_a_gitlab_that_is_away_and_a_token_that_is_refused_are_told_apart(site: Site) -> None:
    site.token = "no-token"
    refused = looked(site)
    assert refused["GitLab"].level is How.AWAY
    assert "does not accept our token" in refused["GitLab"].found
    site.double.faults.status(502, part="/version", times=20)
    site.token = site.double.forge.admin
    assert looked(site)["GitLab"].level is How.AWAY


def test_a_token_that_ends_soon_and_one_that_only_reads_are_told(site: Site) -> None:
    token = next(one for one in site.double.forge.tokens if one.value == site.token)
    token.expires_at = datetime.now(UTC).date() + timedelta(days=10)
    token.scopes = ("read_api",)
    found = looked(site)
    assert found["GitLab token: end"].level is How.WARN
    assert found["GitLab token: scopes"].level is How.FAIL


def test_an_administrators_token_is_too_wide(site: Site) -> None:
    site.token = site.double.forge.admin
    assert looked(site)["GitLab token: scopes"].level is How.WARN


def test_tokens_that_gitlab_told_of_are_warned_of(site: Site) -> None:
    ends = datetime.now(UTC).date() + timedelta(days=6)
    facts = {"project": {"path": "uni/py"}, "name": "bot", "expires_on": ends.isoformat()}
    with site.around.neighbours.database.transaction() as rows:
        rows.inbox.add(NewDelivery("a", None, "access_token", "g#1", facts), DeliveryState.DONE, "")
    assert looked(site)["token of uni/py, bot"].level is How.WARN


def test_no_database_is_one_neighbour_away_and_the_rest_is_looked_at(site: Site) -> None:
    site.database_url = "postgresql://nobody@127.0.0.1:9/none"
    found = looked(site)
    assert found["database"].level is How.AWAY
    assert found["GitLab"].level is How.OK
    assert "worker" not in found


def test_a_store_that_cannot_be_written_is_told(site: Site) -> None:
    (site.directory / "objects").parent.mkdir(parents=True, exist_ok=True)
    (site.directory / "objects").write_text("a file is in the way")
    assert looked(site)["object store"].level is not How.OK


def test_without_a_gitlab_or_a_receiver_it_says_what_to_set(site: Site) -> None:
    assert looked(site)["webhooks"].level is How.OK
    without = diagnose(site.wiring.instruments(None, fix=False))
    assert next(one for one in without if one.check == "webhooks").level is How.WARN
    site.token = ""
    assert looked(site)["GitLab"].level is How.WARN


def test_dead_work_is_counted(site: Site) -> None:
    with site.around.neighbours.database.transaction() as rows:
        rows.inbox.add(NewDelivery("a", None, "tag_push", "g#1", {}), DeliveryState.FAILED, "Given up.")
    assert looked(site)["dead jobs"].found == "1; last event 1: Given up."


def test_git_is_asked_itself(site: Site) -> None:
    assert looked(site)["git"].found.startswith("git version 2.")
