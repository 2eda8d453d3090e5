"""`courseline gitlab` as people and scripts start it."""

from __future__ import annotations

from pathlib import Path

from tests.builders.command_line import answer, courseline
from tests.builders.connecting import Site
from tests.builders.terminal import at_terminal

from courseline.adapters.yaml_edits import YamlEdits

TEMPLATES = ("--templates", "tools/courseline@v1.0.0", "--image", "i:1")


def test_nobody_to_ask_is_a_refusal_and_nothing_is_changed(site: Site) -> None:
    done = courseline("gitlab", "connect", "uni/examples", settings=site.settings)
    assert (done.returncode, done.stdout) == (1, "")
    assert "--dry-run shows what would be done, --yes does it" in done.stderr
    assert site.remote("uni/examples").hooks.list() == []


def test_a_dry_run_shows_a_table_and_changes_nothing(site: Site) -> None:
    done = courseline("gitlab", "connect", "uni/examples", "--dry-run", settings=site.settings)
    assert done.returncode == 0
    head, *rows = done.stdout.splitlines()
    assert head.split() == ["where", "what", "now", "after"]
    assert rows[0].startswith("uni/examples  registration")
    assert site.remote("uni/examples").hooks.list() == []
    assert site.events() == []


def test_scripts_get_one_object_with_steps_test_and_undo_and_then_unchanged(site: Site) -> None:
    made = answer(
        "gitlab", "connect", "uni/examples", "--yes", "--backfill", "1", *TEMPLATES, settings=site.settings
    )
    assert (made["status"], made["exit"], made["queued"]) == ("connected", 0, 1)
    assert {step["what"] for step in made["steps"]} >= {
        "webhook",
        "protected tag",
        "registration",
        "pipeline",
    }
    assert [one["where"] for one in made["tested"]] == ["uni/examples"]
    assert made["undo"].startswith("courseline gitlab disconnect uni/examples")
    again = answer("gitlab", "connect", "uni/examples", "--yes", *TEMPLATES, settings=site.settings)
    assert (again["status"], again["steps"], again["exit"]) == ("unchanged", [], 0)


def test_json_without_yes_is_refused_like_every_script(site: Site) -> None:
    refused = answer("gitlab", "connect", "uni/examples", settings=site.settings)
    assert (refused["exit"], refused["error"]["kind"]) == (1, "refused")


def test_what_is_not_set_is_named_at_once(tmp_path: Path) -> None:
    done = courseline("gitlab", "connect", "uni", settings={"COURSELINE_HOME": str(tmp_path)})
    assert done.returncode == 1
    assert "COURSELINE_GITLAB_URL is not set" in done.stderr
    assert "COURSELINE_GITLAB_TOKEN is not set" in done.stderr


def test_templates_need_an_image(site: Site) -> None:
    done = courseline("gitlab", "connect", "uni", *TEMPLATES[:2], settings=site.settings)
    assert done.returncode == 2
    assert "go together" in done.stderr


def test_a_person_is_asked_how_many_releases_and_whether_and_may_decline(site: Site) -> None:
    questions = {"each repository? [0]:": "1", "changes? [y/N]:": "n"}
    code, shown = at_terminal(["gitlab", "connect", "uni/examples"], site.settings, questions)
    assert code == 1
    assert "publish v1.2; leave v1.0, v1.1" in shown
    assert shown.rstrip().endswith("Nothing was changed.")
    assert site.events() == []


def test_a_person_who_agrees_sees_what_was_made_and_how_to_undo_it(site: Site) -> None:
    questions = {"each repository? [0]:": "", "changes? [y/N]:": "y"}
    code, shown = at_terminal(["gitlab", "connect", "uni/examples"], site.settings, questions)
    assert code == 0, shown
    assert "GitLab's test event has arrived" in shown
    assert "To undo: courseline gitlab disconnect uni/examples" in shown
    assert len(site.remote("uni/examples").hooks.list()) == 1


def test_disconnecting_shows_removes_and_then_finds_nothing(site: Site) -> None:
    site.connect("uni/examples")
    shown = courseline("gitlab", "disconnect", "uni/examples", "--dry-run", settings=site.settings)
    assert "webhook" in shown.stdout
    done = answer("gitlab", "disconnect", "uni/examples", "--yes", settings=site.settings)
    assert (done["status"], [step["what"] for step in done["steps"]]) == ("disconnected", ["webhook"])
    again = answer("gitlab", "disconnect", "uni/examples", "--yes", settings=site.settings)
    assert again["status"] == "unchanged"


def test_a_course_is_built_from_its_file_which_then_has_its_addresses(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "deployment.yaml"
    file.write_text(
        "organization: {path: uni}\ncourseFamily: {path: prog}\ncourse:\n  path: py   # short\n  settings: {timezone: UTC}\n"
    )
    file.chmod(0o640)
    made = answer("gitlab", "create-course", file, "--yes", *TEMPLATES, settings=site.settings)
    assert (made["status"], made["exit"]) == ("created", 0)
    assert made["assignments"] == f"{site.double.url}/uni/prog/py/py-assignments.git"
    written = file.read_text()
    assert made["assignments"] in written
    assert "# short" in written
    assert file.stat().st_mode & 0o777 == 0o640
    again = answer("gitlab", "create-course", file, "--yes", *TEMPLATES, settings=site.settings)
    assert (again["status"], again["steps"]) == ("unchanged", [])


def test_jobs_are_told_where_the_receiver_is(site: Site) -> None:
    answer("gitlab", "connect", "uni/x/py-assignments", "--yes", *TEMPLATES, settings=site.settings)
    raw = site.remote("uni/x/py-assignments").files.get(".gitlab-ci.yml", "main").decode()
    (entry,) = YamlEdits().includes(raw)
    assert isinstance(entry, dict)
    assert entry["inputs"] == {"image": "i:1", "server": site.receiver, "audience": site.receiver}


def test_no_secret_is_in_what_is_printed(site: Site) -> None:
    done = courseline("gitlab", "connect", "uni/examples", "--yes", settings=site.settings)
    for secret in (site.token, *site.secrets.split(",")):
        assert secret not in done.stdout + done.stderr
