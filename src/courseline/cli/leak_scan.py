"""`courseline leak-scan`: whether hidden files of examples are in a repository that exists, whoever made it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from courseline.cli.leak_report import leak_payload, show_scan
from courseline.cli.report import Command, Outcome

if TYPE_CHECKING:
    from courseline.domain.students.scan.sought import KnownExample
    from courseline.errors import Problem
    from courseline.wiring import Wiring

LEAK_SCAN = Command(
    "courseline leak-scan",
    {
        "repository": None, "clean": None, "leaks": [], "signs": [], "blobs": [], "recovery": [],
        "refs": 0, "commits": 0, "files": 0, "examples": 0, "unreachable": None,
    },
)  # fmt: skip


@click.command("leak-scan", short_help="Look for hidden files of examples in any repository.")
@click.argument("repository", metavar="REPOSITORY")
@click.option(
    "--examples",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Compare with the examples in DIR: one, a directory of them, or an assignments repository.",
)
@click.option("--library", is_flag=True, help="Compare with every version of the library.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def leak_scan(
    wiring: Wiring, repository: str, examples: Path | None, *, library: bool, as_json: bool
) -> None:
    """Look for hidden files of examples in REPOSITORY (URL or PATH).

    All branches, tags and other refs are looked at with their whole history, and of a PATH also what no ref reaches
    any more. Tests, solutions and unlisted files are recognised by their bytes, by their text, by their lines inside
    other files, in notebooks and archives, and by their canaries. Without --examples and --library only signs are
    looked for: solution markers, leftovers, canaries. Nothing is changed. Exit code 1 when something was found.
    """

    def work() -> Outcome:
        from courseline.domain.students.scan.sought import seek  # noqa: PLC0415 - start-up time
        from courseline.usecases.neighbours import no_progress  # noqa: PLC0415 - as above
        from courseline.usecases.students.scan_repository import scan_repository  # noqa: PLC0415 - as above

        if examples is not None and library:
            raise click.UsageError(
                "--examples and --library both say what to compare with; give one of them."
            )
        warnings: list[Problem] = []
        sought = seek(_known(wiring, examples, warnings, library=library))
        with wiring.git.whole(repository, wiring.credential(repository, None, "scan")) as whole:
            scanned = scan_repository(whole, sought, wiring.progress or no_progress)
        return Outcome(
            leak_payload(scanned, warnings),
            lambda console: show_scan(console, scanned, warnings),
            1 if scanned.leaks else 0,
        )

    LEAK_SCAN.finish(work, as_json=as_json)


def _known(
    wiring: Wiring, examples: Path | None, warnings: list[Problem], *, library: bool
) -> Iterable[KnownExample]:
    from courseline.usecases.students import known_examples  # noqa: PLC0415 - start-up time
    from courseline.wiring import offline  # noqa: PLC0415 - as above

    if examples is not None:
        return known_examples.examples_of_directory(offline(examples, wiring.progress), warnings)
    if library:
        return known_examples.examples_of_library(wiring.neighbours())
    return ()
