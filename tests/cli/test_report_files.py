"""What a job writes for GitLab to show."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from courseline.cli.report_case import CaseState, ReportCase
from courseline.cli.report_files import code_quality, dotenv, junit, prepare_reports, write_reports
from courseline.errors import InvalidInput, Problem, Severity

BROKEN = Problem("hello/meta.yaml", 7, "`testFiles` names tests.py, which is missing.", fix="Add it.")
MILD = Problem("hello/meta.yaml", None, "No title.", Severity.WARNING)
CASES = (
    ReportCase("examples", "hello", CaseState.FAILED, problems=(BROKEN, MILD)),
    ReportCase("examples", "fine", message="published as v1.0"),
    ReportCase("release", "draft", CaseState.SKIPPED, "draft is no release tag"),
)


def cases_of(data: bytes) -> list[ET.Element]:
    return list(ET.fromstring(data).iter("testcase"))  # noqa: S314 - our own text


class TestJunit:
    def test_counts_what_failed_and_what_was_skipped(self) -> None:
        root = ET.fromstring(junit("courseline-sync", CASES))  # noqa: S314 - our own text
        assert (root.get("tests"), root.get("failures"), root.get("skipped")) == ("3", "1", "1")
        assert [suite.get("name") for suite in root] == ["courseline-sync"]

    def test_a_failure_says_where_and_what_to_do(self) -> None:
        failed = cases_of(junit("courseline-sync", CASES))[0]
        assert (failed.get("classname"), failed.get("name"), failed.get("file")) == (
            "examples",
            "hello",
            "hello/meta.yaml",
        )
        failure = failed.find("failure")
        assert failure is not None
        assert failure.text is not None
        assert failure.text.splitlines() == [
            "hello/meta.yaml:7: `testFiles` names tests.py, which is missing. Add it.",
            "hello/meta.yaml: warning: No title.",
        ]

    def test_what_passed_says_how(self) -> None:
        output = cases_of(junit("courseline-sync", CASES))[1].find("system-out")
        assert output is not None
        assert output.text == "published as v1.0"

    def test_a_failure_without_problems_says_its_message(self) -> None:
        case = ReportCase("places", "week1", CaseState.FAILED, "conflict: changed by hand")
        failure = cases_of(junit("courseline-deploy", [case]))[0].find("failure")
        assert failure is not None
        assert failure.get("message") == "conflict: changed by hand"

    @pytest.mark.parametrize("name", ["a\x00b", "a\x1b[31m", "<&\"'>", "\udcff", "\u202ex", "a\nb"])
    def test_stays_xml_whatever_a_name_holds(self, name: str) -> None:
        problem = Problem(name, 1, name)
        (case,) = cases_of(
            junit("courseline-sync", [ReportCase(name, name, CaseState.FAILED, name, (problem,))])
        )
        assert case.get("name")


class TestCodeQuality:
    def test_each_problem_is_on_its_line(self) -> None:
        first, second = json.loads(code_quality("courseline-sync", [BROKEN, MILD]))
        assert first["location"] == {"path": "hello/meta.yaml", "lines": {"begin": 7}}
        assert (first["severity"], second["severity"]) == ("major", "minor")
        assert (first["check_name"], second["location"]["lines"]) == ("courseline-sync", {"begin": 1})
        assert first["description"].endswith("Add it.")

    def test_a_problem_that_only_moved_keeps_its_fingerprint(self) -> None:
        moved = Problem(BROKEN.path, 30, BROKEN.message, fix=BROKEN.fix)
        one, other = (json.loads(code_quality("c", [problem]))[0] for problem in (BROKEN, moved))
        assert one["fingerprint"] == other["fingerprint"]

    def test_two_equal_problems_have_two_fingerprints(self) -> None:
        prints = {entry["fingerprint"] for entry in json.loads(code_quality("c", [BROKEN, BROKEN]))}
        assert len(prints) == 2

    def test_nothing_found_is_an_empty_list(self) -> None:
        assert json.loads(code_quality("c", [])) == []


class TestDotenv:
    def test_names_carry_the_command(self) -> None:
        payload = {"published": 3, "ignored": False, "commit": None, "examples": [1], "exit": 1}
        assert dotenv("courseline-sync", payload).decode().splitlines() == [
            "COURSELINE_SYNC_PUBLISHED=3",
            "COURSELINE_SYNC_IGNORED=false",
            "COURSELINE_SYNC_COMMIT=",
            "COURSELINE_SYNC_EXIT=1",
        ]

    @pytest.mark.parametrize("value", ["a\nPATH=/evil", "$(id)", "`id`", "a'b", 'a"b', "a\rb", "a\x00b"])
    def test_a_foreign_word_begins_no_variable_and_no_command(self, value: str) -> None:
        (line,) = dotenv("courseline check", {"digest": value}).decode().splitlines()
        assert re.fullmatch(r"COURSELINE_CHECK_DIGEST=[\w.,:@/+ -]*", line)


class TestFiles:
    def test_all_three_are_there_and_nothing_else(self, tmp_path: Path) -> None:
        reports = tmp_path / "deep" / "reports"
        prepare_reports(reports)
        write_reports(reports, "courseline-sync", {"published": 1}, CASES)
        assert sorted(file.name for file in reports.iterdir()) == [
            "codequality.json",
            "courseline.env",
            "junit.xml",
        ]

    def test_an_earlier_report_is_gone_before_the_work_begins(self, tmp_path: Path) -> None:
        write_reports(tmp_path, "courseline-sync", {}, CASES)
        prepare_reports(tmp_path)
        assert list(tmp_path.iterdir()) == []

    def test_a_directory_that_cannot_be_made_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(InvalidInput, match="Name a directory that can be written"):
            prepare_reports(tmp_path / "file" / "reports")
