"""How every command ends: text for people or one JSON object, and the exit code.

Exit code = the first that applies of 2 usage, 3 a neighbour failed (try again), 4 conflict, 1 refused (the rest was
done), 0.
"""

from __future__ import annotations

import gc
import io
import json
import os
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

import click

from courseline.cli.report_case import failed_case
from courseline.errors import CourselineError, Problem, Severity

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from courseline.cli.report_case import ReportCase

SCHEMA = 1
USAGE = 2
_plain = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command has to say.

    Attributes:
        payload: the command's own part of the JSON object.
        show: prints the same for a person.
        exit_code: see the module.
        error: set when the whole request came to nothing without an exception.
        cases: what the report files list, one per example, place or file.
    """

    payload: Mapping[str, object]
    show: Callable[[Console], None]
    exit_code: int = 0
    error: CourselineError | None = None
    cases: tuple[ReportCase, ...] = ()


@dataclass(frozen=True, slots=True)
class Command:
    """The frame of a command's output.

    Attributes:
        name: as installed (`courseline-sync`, `courseline examples list`).
        empty: payload when there is nothing to say, so that every key is always there.
    """

    name: str
    empty: Mapping[str, object] = field(default_factory=dict)

    def finish(
        self,
        work: Callable[[], Outcome],
        *,
        as_json: bool,
        dry_run: bool = False,
        reports: Path | None = None,
    ) -> None:
        """Run `work`, print its outcome or its error, and exit the process with the right code.

        Args:
            work: the use case.
            as_json: print one JSON object instead of text.
            dry_run: told in that object.
            reports: directory for the files that GitLab shows; see `report_files`.
        """
        try:
            if reports is not None:
                _prepare(reports)
            outcome = work()
        except click.ClickException:
            raise
        except (Exception, KeyboardInterrupt) as fault:  # noqa: BLE001 - nobody ever sees a stack trace; it is told as a sentence
            outcome = _failed(self, fault)
        if reports is not None:
            _report(self, outcome, reports)
        self.end(outcome, as_json=as_json, dry_run=dry_run)

    def end(self, outcome: Outcome, *, as_json: bool, dry_run: bool) -> NoReturn:
        """Print an outcome and exit the process with its code."""
        if as_json:
            self._print_json(outcome, dry_run=dry_run)
        else:
            outcome.show(console_for(sys.stderr if outcome.error else sys.stdout))
        sys.exit(outcome.exit_code)

    def _print_json(self, outcome: Outcome, *, dry_run: bool) -> None:
        """The one object on standard output, UTF-8 whatever the locale says."""
        document: dict[str, object] = {
            "schema": SCHEMA,
            "command": self.name,
            "exit": outcome.exit_code,
            "dry_run": dry_run,
            "problems": [],
            **self.empty,
            **outcome.payload,
        }
        if outcome.error is not None:
            document["error"] = {
                "kind": outcome.error.kind,
                "message": "\n".join(map(shown, outcome.error.message.split("\n"))),
                "problems": [problem_json(problem) for problem in outcome.error.problems],
            }
        text = json_text(document)
        # A name that is not UTF-8 arrives with surrogates; written as an escape they are still JSON.
        click.echo(text.encode("utf-8", "backslashreplace"))


def json_text(document: Mapping[str, object]) -> str:
    """One JSON object with a line a member and a line an entry of a list: `indent=` takes four times as long."""
    members = (f"  {_plain(key)}: {_member(value)}" for key, value in document.items())
    return "{\n" + ",\n".join(members) + "\n}"


def _member(value: object) -> str:
    if not isinstance(value, list | tuple) or not value:
        return _plain(value)
    if all(isinstance(entry, dict) for entry in value):
        text = _plain(value)  # an encoder is made for each call, which costs more than most entries
        if text.count("}, {") == len(value) - 1:  # so that it stands nowhere but between the entries
            return "[\n    " + text[1:-1].replace("}, {", "},\n    {") + "\n  ]"
    return "[\n" + ",\n".join(f"    {_plain(entry)}" for entry in value) + "\n  ]"


class _Usage(CourselineError):  # noqa: N818 - named like the rest of the tree
    kind = "usage"
    exit_code = USAGE


class _Interrupted(CourselineError):  # noqa: N818 - as above
    kind = "interrupted"
    exit_code = 130  # 128 + SIGINT, as shells count


def _failed(command: Command, fault: BaseException) -> Outcome:
    if isinstance(fault, CourselineError):
        error = fault
    elif isinstance(fault, KeyboardInterrupt):
        error = _Interrupted(f"{command.name}: interrupted; the same command takes it up again.")
    else:
        error = CourselineError(_fault(command.name, fault))
    return Outcome(
        command.empty,
        lambda console: show_error(console, error),
        error.exit_code,
        error,
        (failed_case(command.name, error),),
    )


def _prepare(directory: Path) -> None:
    from courseline.cli.report_files import prepare_reports  # noqa: PLC0415 - only a pipeline's job needs it

    prepare_reports(directory)


def _report(command: Command, outcome: Outcome, directory: Path) -> None:
    """Write the report files; the outcome is told even when they cannot be written."""
    from courseline.cli.report_files import write_reports  # noqa: PLC0415 - as above

    payload = {**command.empty, **outcome.payload, "exit": outcome.exit_code}
    try:
        write_reports(directory, command.name, payload, outcome.cases)
    except OSError as problem:
        click.echo(f"Writing the reports in {directory}: {problem.strerror}.", err=True)


def run(command: click.Command, names: Mapping[str, Command], arguments: Sequence[str] | None = None) -> None:
    """Parse the command line and run; a usage mistake is told as text, or as JSON when `--json` was asked for.

    Args:
        command: the click command.
        names: frame by click command path, with "" as the default.
        arguments: of the process when None.
    """
    # A command makes few cycles and ends soon: looking for them often would take a fifth of its time.
    gc.set_threshold(100_000, 20, 20)
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    as_json, dry_run = "--json" in arguments, "--dry-run" in arguments
    for stream in (sys.stdout, sys.stderr):
        if isinstance(
            stream, io.TextIOWrapper
        ):  # a character that the terminal lacks must not end the command
            stream.reconfigure(errors="backslashreplace")
    try:
        command.main(args=arguments, prog_name=names[""].name, standalone_mode=False)
    except BrokenPipeError:  # whoever read our output (`| head`) has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except click.exceptions.NoArgsIsHelpError as usage:
        click.echo(usage.format_message(), err=True)
        sys.exit(USAGE)
    except click.ClickException as usage:
        path = usage.ctx.command_path if isinstance(usage, click.UsageError) and usage.ctx else ""
        is_group = path not in {"", names[""].name, *names}  # it has no frame of its own
        frame = Command(path) if is_group else names.get(path, names[""])
        error, show = _Usage(usage.format_message()), usage.show
        frame.end(Outcome(frame.empty, lambda _: show(), USAGE, error), as_json=as_json, dry_run=dry_run)
    except click.exceptions.Abort:  # what click makes of Ctrl-C outside of a command
        names[""].end(_failed(names[""], KeyboardInterrupt()), as_json=as_json, dry_run=dry_run)
    except Exception as fault:  # noqa: BLE001 - the settings before a command began, or a fault while printing
        names[""].end(_failed(names[""], fault), as_json=as_json, dry_run=dry_run)


def shown(text: str) -> str:
    """`text` without what would act on a terminal or begin a line of its own in a log: sentences quote foreign words."""
    from courseline.domain.paths import printable  # noqa: PLC0415 - --help must start fast

    return printable(text)


def console_for(stream: object) -> Console:
    """A rich console: colours and tables on a terminal, plain text of full width otherwise."""
    from rich.console import Console  # noqa: PLC0415 - rich costs start-up time that --help and --json need not pay

    console = Console(file=stream, highlight=False, soft_wrap=False)  # type: ignore[arg-type]
    return console if console.is_terminal else Console(file=stream, highlight=False, width=200, no_color=True)  # type: ignore[arg-type]


def show_error(console: Console, error: CourselineError) -> None:
    """A refused request: what was being done, then each finding with its place and what to do."""
    for line in error.message.split("\n"):  # the log of a server that did not start has several
        console.print(shown(line), markup=False, soft_wrap=True)
    show_problems(console, error.problems)


def show_problems(console: Console, problems: Sequence[Problem]) -> None:
    """One finding a line, file:line first."""
    for problem in problems:
        word = "warning: " if problem.severity is Severity.WARNING else ""
        console.print(shown(f"  {problem.where}: {word}{problem.sentence}"), markup=False, soft_wrap=True)


def problem_json(problem: Problem) -> dict[str, object]:
    """`{path, line, message, severity}`."""
    return {
        "path": shown(problem.path),
        "line": problem.line,
        "message": shown(problem.sentence),
        "severity": str(problem.severity),
    }


def _fault(name: str, fault: BaseException) -> str:
    frames = traceback.extract_tb(fault.__traceback__)
    where = f"{frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else "an unknown place"
    return (
        f"{name}: a fault in courseline itself, at {where}: {type(fault).__name__}: {fault}. Nothing more was done;"
        " please report it with this line."
    )
