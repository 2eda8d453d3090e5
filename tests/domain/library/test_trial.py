from __future__ import annotations

import pytest
from tests.builders.metas import meta

from courseline.domain.library.trial import TrialRun, judge_solution, judge_start

META = "title: A\nproperties:\n  maxTestRuns: 3\n  testCommand: python -m pytest\n"


def run(exit_code: int | None, output: str = "") -> TrialRun:
    return TrialRun(exit_code, 5, output)


def test_a_solution_that_passes_and_a_start_that_fails_are_right() -> None:
    assert judge_solution(meta(META), run(0)) is None
    assert judge_start(meta(META), run(1)) is None


@pytest.mark.parametrize(
    ("exit_code", "said"),
    [
        (1, "ended with exit code 1"),
        (None, "was stopped after 5 s"),
        (-9, "was ended by signal 9"),
        (126, "ended with exit code 126"),
        (127, "there is no such program here"),
    ],
)
def test_a_solution_that_does_not_pass_is_refused_at_the_line_of_its_command(
    exit_code: int | None, said: str
) -> None:
    problem = judge_solution(meta(META), run(exit_code))
    assert problem is not None
    assert (problem.where, said in problem.message) == ("meta.yaml:4", True)


def test_a_start_that_passes_is_refused() -> None:
    problem = judge_start(meta(META), run(0))
    assert problem is not None
    assert "accepts what students begin with" in problem.message


@pytest.mark.parametrize("exit_code", [None, -11, 126, 127])
def test_tests_that_could_not_run_do_not_count_as_failed_by_the_start(exit_code: int | None) -> None:
    assert judge_start(meta(META), run(exit_code)) is not None


def test_the_end_of_the_output_is_shown_in_one_line_and_cannot_act_on_a_terminal() -> None:
    output = "".join(f"line {number}\n" for number in range(30)) + "\x1b[31mred\n"
    problem = judge_solution(meta(META), run(1, output))
    assert problem is not None
    assert "line 29" in problem.message
    assert "line 3 " not in problem.message
    assert not {"\x1b", "\n"} & set(problem.message)
