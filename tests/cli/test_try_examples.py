"""`courseline try`, by real runs of small tests."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

from tests.builders.command_line import answer, courseline, example, write

RUNS_TESTS = "  testCommand: python3 tests/run.py\n"
TESTS = (
    "import sys\n"
    "sys.path.insert(0, '.')\n"
    "from main import answer\n"
    "sys.exit(0 if answer() == 42 else 'not 42 yet')\n"
)


def tried(name: str = "hello", tests: str = TESTS, **more: str) -> dict[str, str]:
    """An example whose tests can be run."""
    files = example(name) | {"tests/run.py": tests} | more
    files["meta.yaml"] = (
        files["meta.yaml"].replace("tests/test_main.py", "tests/test_main.py, tests/run.py") + RUNS_TESTS
    )
    return files


def test_tests_that_accept_the_solution_and_not_the_start_are_fine(tmp_path: Path) -> None:
    document = answer("try", write(tmp_path, tried()))
    assert (document["exit"], document["tried"], document["refused"]) == (0, 1, 0)


def test_a_solution_that_its_own_tests_refuse_is_refused_with_what_they_printed(tmp_path: Path) -> None:
    document = answer("try", write(tmp_path, tried(**{"main.py": "def answer():\n    return 41\n"})))
    (problem,) = document["examples"][0]["problems"]
    assert (document["exit"], problem["path"], problem["line"]) == (1, "meta.yaml", 8)
    assert "On the example's own solution" in problem["message"]
    assert "not 42 yet" in problem["message"]


def test_tests_that_accept_what_students_begin_with_are_refused(tmp_path: Path) -> None:
    document = answer("try", write(tmp_path, tried(tests="print('all fine')\n")))
    (problem,) = document["examples"][0]["problems"]
    assert "accepts what students begin with" in problem["message"]


def test_a_solution_cut_at_its_markers_is_what_students_begin_with(tmp_path: Path) -> None:
    marked = "def answer():\n    # BEGIN SOLUTION\n    return 42\n    # END SOLUTION\n"
    files = tried(**{"main.py": marked})
    files["meta.yaml"] = files["meta.yaml"].replace("  studentTemplates: [studentTemplates/main.py]\n", "")
    del files["studentTemplates/main.py"]
    document = answer("try", write(tmp_path, files))
    assert (document["exit"], document["tried"]) == (0, 1)


def test_files_of_a_neighbour_are_there_as_after_a_deploy(tmp_path: Path) -> None:
    needy = tried("needy", **{"main.py": "from words import answer\n"})
    needy["meta.yaml"] += "  testDependencies: [giver]\n"
    giver = example("giver") | {"words.py": "def answer():\n    return 42\n"}
    giver["meta.yaml"] = giver["meta.yaml"].replace("data/words.txt", "data/words.txt, words.py")
    write(tmp_path / "needy", needy)
    write(tmp_path / "giver", giver)
    document = answer("try", tmp_path)
    assert (document["exit"], document["tried"], document["untried"]) == (0, 1, 1)


def test_a_neighbour_that_is_not_here_is_named_and_nothing_is_run(tmp_path: Path) -> None:
    needy = tried("needy")
    needy["meta.yaml"] += "  testDependencies: [elsewhere]\n"
    document = answer("try", write(tmp_path, needy))
    (problem,) = document["examples"][0]["problems"]
    assert (document["exit"], document["tried"], "`elsewhere`" in problem["message"]) == (1, 0, True)


def test_an_example_without_a_command_is_not_tried_and_said_so(tmp_path: Path) -> None:
    done = courseline("try", write(tmp_path, example()))
    assert (done.returncode, "Nothing was tried" in done.stdout) == (0, True)


def test_a_program_that_is_missing_is_told_once(tmp_path: Path) -> None:
    files = tried()
    files["meta.yaml"] = files["meta.yaml"].replace("python3 tests/run.py", "no-such-program")
    document = answer("try", write(tmp_path, files))
    (problem,) = document["examples"][0]["problems"]
    assert "no such program" in problem["message"]


def test_tests_that_never_end_are_stopped(tmp_path: Path) -> None:
    files = tried(tests="import time\ntime.sleep(600)\n")
    document = answer("try", write(tmp_path, files), "--timeout", "1")
    (problem,) = document["examples"][0]["problems"]
    assert "was stopped after 1 s" in problem["message"]


def test_no_example_at_all_is_an_error(tmp_path: Path) -> None:
    document = answer("try", tmp_path)
    assert (document["exit"], document["error"]["kind"]) == (1, "invalid_input")


def test_each_example_is_a_case_of_the_report(tmp_path: Path) -> None:
    write(tmp_path / "fine", tried("fine"))
    write(tmp_path / "lazy", tried("lazy", tests="print()\n"))
    write(tmp_path / "plain", example("plain"))
    courseline("try", tmp_path, "--reports", tmp_path / "reports")
    cases = ET.parse(tmp_path / "reports/junit.xml").iter("testcase")  # noqa: S314 - our own file
    assert {case.get("name"): [child.tag for child in case] for case in cases} == {
        "fine": ["system-out"],
        "lazy": ["failure"],
        "plain": ["skipped"],
    }
