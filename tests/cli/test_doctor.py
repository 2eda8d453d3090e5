"""`courseline doctor` as people and scripts start it."""

from __future__ import annotations

from tests.builders.command_line import answer, courseline
from tests.builders.connecting import Site
from tests.builders.postgres import temporary_home


def test_all_well_or_warned_of_is_exit_code_0(site: Site) -> None:
    site.connect("uni/examples")
    done = courseline("doctor", settings=site.settings)
    assert done.returncode == 0, done.stdout
    assert "ok    webhook of uni/examples" in done.stdout
    assert done.stdout.rstrip().endswith("with a warning.")


def test_scripts_get_every_check_with_status_finding_and_remedy(site: Site) -> None:
    site.connect("uni/examples")
    for hook in site.remote("uni/examples").hooks.list():
        hook.delete()
    told = answer("doctor", settings=site.settings)
    assert (told["exit"], told["fail"], told["away"]) == (1, 1, 0)
    (failed,) = [check for check in told["checks"] if check["status"] == "fail"]
    assert failed["check"] == "webhook of uni/examples"
    assert failed["remedy"].startswith("Run: courseline gitlab connect")
    assert told["ok"] + told["warn"] + told["fail"] == len(told["checks"])


def test_a_neighbour_that_is_away_is_exit_code_3(site: Site) -> None:
    settings = {**site.settings, "COURSELINE_GITLAB_URL": "http://127.0.0.1:9"}
    told = answer("doctor", settings=settings)
    assert (told["exit"], told["away"]) == (3, 1)


def test_without_any_setting_it_works_on_the_embedded_defaults() -> None:
    with temporary_home() as home:
        settings = {"COURSELINE_HOME": str(home)}
        told = answer("doctor", settings=settings)
        stopped = courseline("db", "stop", settings=settings)
    assert stopped.returncode == 0
    assert (told["exit"], told["fail"], told["away"]) == (0, 0, 0)
