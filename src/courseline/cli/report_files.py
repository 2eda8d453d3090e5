"""The files in which a pipeline's job reports to GitLab: JUnit, code quality and dotenv.

Formats: https://docs.gitlab.com/ci/yaml/artifacts_reports/ and https://docs.gitlab.com/ci/testing/code_quality/
"""

from __future__ import annotations

import hashlib
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from courseline.cli.report_case import CaseState, ReportCase
from courseline.domain.paths import printable
from courseline.errors import InvalidInput, Problem, Severity

JUNIT, CODE_QUALITY, DOTENV = "junit.xml", "codequality.json", "courseline.env"
_WEIGHT = {Severity.ERROR: "major", Severity.WARNING: "minor"}


def prepare_reports(directory: Path) -> None:
    """Make `directory` before any work is done, and take away the reports of an earlier run.

    Raises:
        InvalidInput: it cannot be written.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name in (JUNIT, CODE_QUALITY, DOTENV):
            (directory / name).unlink(missing_ok=True)
        probe = directory / f".{DOTENV}"
        probe.touch()
        probe.unlink()
    except OSError as problem:
        msg = (
            f"Preparing the reports in {directory}: {problem.strerror}. Name a directory that can be written."
        )
        raise InvalidInput(msg) from None


def write_reports(
    directory: Path, command: str, payload: Mapping[str, object], cases: Sequence[ReportCase]
) -> None:
    """Write the three files; each appears whole.

    Args:
        directory: made by `prepare_reports`.
        command: as installed, `courseline-sync`.
        payload: the command's JSON object; its single values become variables.
        cases: one per example, place or file.
    """
    problems = [problem for case in cases for problem in case.problems]
    for name, data in (
        (JUNIT, junit(command, cases)),
        (CODE_QUALITY, code_quality(command, problems)),
        (DOTENV, dotenv(command, payload)),
    ):
        draft = directory / f".{name}.new"
        draft.write_bytes(data)
        draft.replace(directory / name)


def junit(command: str, cases: Sequence[ReportCase]) -> bytes:
    """One test case each, with what was found as its failure; warnings are its output."""
    states = [case.state for case in cases]
    counts = {
        "tests": str(len(cases)),
        "failures": str(states.count(CaseState.FAILED)),
        "errors": "0",
        "skipped": str(states.count(CaseState.SKIPPED)),
    }
    root = ET.Element("testsuites", counts)
    suite = ET.SubElement(root, "testsuite", {"name": command, **counts})
    for case in cases:
        place = {"classname": printable(case.group), "name": printable(case.name)}
        if case.problems:
            place["file"] = printable(case.problems[0].path)
        element = ET.SubElement(suite, "testcase", place)
        lines = [_line(problem) for problem in case.problems]
        if case.state is CaseState.FAILED:
            failure = ET.SubElement(
                element, "failure", {"message": lines[0] if lines else printable(case.message)}
            )
            failure.text = "\n".join(lines or [printable(case.message)])
        elif case.state is CaseState.SKIPPED:
            ET.SubElement(element, "skipped", {"message": printable(case.message)})
        elif lines or case.message:
            ET.SubElement(element, "system-out").text = "\n".join(lines or [printable(case.message)])
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode("utf-8", "backslashreplace")


def code_quality(command: str, problems: Iterable[Problem]) -> bytes:
    """One entry per problem, on its line; the fingerprint says when a later run finds the same."""
    entries, seen = [], dict[str, int]()
    for problem in problems:
        what = f"{command}\n{problem.path}\n{problem.message}"
        seen[what] = seen.get(what, 0) + 1
        entries.append(
            {
                "description": printable(problem.sentence),
                "check_name": command,
                "fingerprint": hashlib.sha256(
                    f"{what}\n{seen[what]}".encode("utf-8", "backslashreplace")
                ).hexdigest(),
                "severity": _WEIGHT[problem.severity],
                "location": {"path": printable(problem.path), "lines": {"begin": problem.line or 1}},
            }
        )
    return (json.dumps(entries, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "backslashreplace")


def dotenv(command: str, payload: Mapping[str, object]) -> bytes:
    """`COURSELINE_SYNC_PUBLISHED=3` for each number, switch and word of the payload; a later job reads them."""
    prefix = (
        "COURSELINE_" + re.sub(r"^courseline[- ]", "", command).replace("-", "_").replace(" ", "_").upper()
    )
    lines = [
        f"{prefix}_{key.upper()}={_value(value)}"
        for key, value in payload.items()
        if value is None or isinstance(value, bool | int | str)
    ]
    return ("\n".join(lines) + "\n").encode("utf-8", "backslashreplace")


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    # GitLab takes no line breaks and no quotes here, and a foreign word must not begin a variable of its own.
    return "" if value is None else re.sub(r"[^\w.,:@/+ -]", "_", str(value))


def _line(problem: Problem) -> str:
    word = "warning: " if problem.severity is Severity.WARNING else ""
    return printable(f"{problem.where}: {word}{problem.sentence}")
