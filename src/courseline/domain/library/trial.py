"""Trial: an example's own tests accept its solution and do not accept what students begin with."""

from __future__ import annotations

from dataclasses import dataclass

from courseline.domain.library.meta import Meta
from courseline.domain.paths import printable
from courseline.errors import Problem

_NO_SUCH_PROGRAM, _NOT_EXECUTABLE = 127, 126
_KEY = ("properties", "testCommand")
_LINES_SHOWN = 12


@dataclass(frozen=True, slots=True)
class TrialRun:
    """One run of the tests.

    Attributes:
        exit_code: of the command; minus the signal that ended it; None when it was stopped after `seconds`.
        seconds: it was given.
        output: the end of what it printed.
    """

    exit_code: int | None
    seconds: float
    output: str

    @property
    def passed(self) -> bool:
        """The tests accept what they were run on."""
        return self.exit_code == 0

    @property
    def failed(self) -> bool:
        """The tests ran and do not accept it."""
        return self.exit_code is not None and 0 < self.exit_code < _NOT_EXECUTABLE

    @property
    def ending(self) -> str:
        """How it ended, in words."""
        if self.exit_code is None:
            return f"was stopped after {self.seconds:g} s"
        if self.exit_code < 0:
            return f"was ended by signal {-self.exit_code}"
        if self.exit_code == _NO_SUCH_PROGRAM:
            return "could not be started: there is no such program here (exit code 127)"
        return f"ended with exit code {self.exit_code}"


def judge_solution(meta: Meta, run: TrialRun) -> Problem | None:
    """The problem of an example whose tests do not accept its own solution; None when they do."""
    if run.passed:
        return None
    fix = "Mend the solution or the tests, or `testCommand`." if run.failed else "Mend `testCommand`."
    return _problem(meta, f"On the example's own solution, {_command(meta)} {run.ending}.", run, fix)


def judge_start(meta: Meta, run: TrialRun) -> Problem | None:
    """The problem of an example whose tests accept what students begin with; None when they do not."""
    if run.failed:
        return None
    if run.passed:
        message = (
            f"{_command(meta)} accepts what students begin with, so that it asks nothing of them or their files hold"
            " the solution."
        )
        return _problem(meta, message, run, "Mend the tests, or what students begin with.")
    return _problem(
        meta,
        f"On what students begin with, {_command(meta)} {run.ending}.",
        run,
        "Mend `testCommand`, or the tests.",
    )


def _command(meta: Meta) -> str:
    return f"`{printable(str(_written(meta)))}`"


def _written(meta: Meta) -> object:
    properties = meta.data.get("properties")
    return properties.get("testCommand") if isinstance(properties, dict) else None


def _problem(meta: Meta, message: str, run: TrialRun, fix: str) -> Problem:
    lines = [printable(line) for line in run.output.splitlines() if line.strip()][-_LINES_SHOWN:]
    said = f" It printed: {' | '.join(lines)}." if lines else " It printed nothing."
    return Problem(meta.path, meta.line(*_KEY), message + said, fix=fix)
