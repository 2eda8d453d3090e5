"""`--reports`: what GitLab shows of a job, beside its log."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from tests.builders.library import example_files
from tests.builders.outputs import SCRIPTS, job_environment, run_job, run_text
from tests.builders.repositories import build_repository
from tests.builders.s3 import closed_port

BROKEN_META = "identifier: broken\ntitle: Broken\nproperties:\n  testFiles:\n    - tests.py\n"


def states(reports: Path) -> dict[str, str]:
    """Name of each test case, with `failure`, `skipped` or `passed`."""
    found = {}
    for case in ET.parse(reports / "junit.xml").iter("testcase"):  # noqa: S314 - our own file
        kinds = {child.tag for child in case} & {"failure", "skipped"}
        found[case.get("name", "")] = next(iter(kinds), "passed")
    return found


def test_a_sync_reports_each_example_and_the_line_that_is_wrong(tmp_path: Path, database_url: str) -> None:
    files = {**example_files(), "broken/meta.yaml": BROKEN_META}
    build_repository(tmp_path / "examples.git", [files], tags={"v1.0": 0})
    reports = tmp_path / "reports"
    args = ["--source", str(tmp_path / "examples.git"), "--ref", "v1.0", "--reports", str(reports)]
    code, output, _ = run_job("courseline-sync", args, job_environment(tmp_path, database_url))
    assert code == 1
    expected = {
        one["directory"]: "failure" if one["status"] == "refused" else "passed" for one in output["examples"]
    }
    assert states(reports) == {"v1.0": "passed", **expected}
    assert expected["broken"] == "failure"
    places = [entry["location"] for entry in json.loads((reports / "codequality.json").read_text())]
    assert {"path": "broken/meta.yaml", "lines": {"begin": 5}} in places
    assert f"COURSELINE_SYNC_PUBLISHED={output['published']}" in (
        (reports / "courseline.env").read_text().splitlines()
    )


def test_a_tag_that_is_no_release_is_skipped(tmp_path: Path, database_url: str) -> None:
    build_repository(tmp_path / "examples.git", [example_files()], tags={"draft": 0})
    reports = tmp_path / "reports"
    args = ["--source", str(tmp_path / "examples.git"), "--ref", "draft", "--reports", str(reports)]
    code, _, _ = run_job("courseline-sync", args, job_environment(tmp_path, database_url))
    assert (code, states(reports)) == (0, {"draft": "skipped"})


@pytest.mark.parametrize("name", list(SCRIPTS))
def test_a_database_that_is_away_is_a_failed_case(name: str, tmp_path: Path) -> None:
    build_repository(tmp_path / "examples.git", [example_files()], tags={"v1.0": 0})
    option = "--source" if name == "courseline-sync" else "--assignments"
    args = [option, str(tmp_path / "examples.git"), "--reports", str(tmp_path / "reports")]
    args += ["--ref", "v1.0"] if name == "courseline-sync" else []
    with closed_port() as port:
        url = f"postgresql://ada:sesame@127.0.0.1:{port}/courseline"
        code, _, _ = run_job(name, args, job_environment(tmp_path, url))
    assert (code, states(tmp_path / "reports")) == (3, {name: "failure"})
    assert all("sesame" not in file.read_text() for file in (tmp_path / "reports").iterdir())


@pytest.mark.parametrize("name", list(SCRIPTS))
def test_reports_that_cannot_be_written_are_told_before_anything_is_done(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    args = ["--reports", str(tmp_path / "file" / "reports")]
    code, _, stderr = run_text(name, args, {"COURSELINE_HOME": str(tmp_path / "home")})
    assert (code, "Name a directory that can be written" in stderr) == (1, True)
    assert not (tmp_path / "home").exists()
