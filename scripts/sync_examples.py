#!/usr/bin/env python3
"""courseline-sync: publish the examples of a repository at a release tag."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from courseline.cli.report import Command, Outcome, problem_json, run, show_problems
from courseline.cli.report_case import REPORTS, CaseState, ReportCase
from courseline.cli.session import session

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from courseline.settings import Settings
    from courseline.usecases.library.sync import Synced

SYNC = Command(
    "courseline-sync", {"published": 0, "unchanged": 0, "refused": 0, "examples": [], "ignored": False}
)


@click.command("courseline-sync", help=__doc__)
@click.option(
    "--source",
    metavar="URL|PATH",
    help="Example repository, or s3://BUCKET/PREFIX?endpoint=URL; in a CI job, the job's own.",
)
@click.option(
    "--ref", "tag", metavar="TAG", help="Release tag (v1.2, or hello-world/v1.2); in a CI job, the job's tag."
)
@click.option("--repository", metavar="NAME", help="Short name to register the repository under.")
@click.option("--organization", metavar="PATH", help="Organization that owns the repository.")
@click.option(
    "--visibility", type=click.Choice(["public", "restricted", "private"]), help="Who may use its examples."
)
@click.option(
    "--wait", default=60.0, show_default=True, help="Seconds to wait for another sync of this repository."
)
@click.option("--dry-run", is_flag=True, help="Show what would be published; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
@REPORTS
def main(
    source: str | None,
    tag: str | None,
    repository: str | None,
    organization: str | None,
    visibility: str | None,
    wait: float,
    dry_run: bool,
    as_json: bool,
    reports: Path | None,
) -> None:
    """Settings to one use case."""

    def work() -> Outcome:
        from courseline.domain.library.example import Visibility  # noqa: PLC0415 - --help must start fast
        from courseline.domain.library.source_type import source_type  # noqa: PLC0415 - same
        from courseline.usecases.library.register_repository import Registration  # noqa: PLC0415 - same
        from courseline.usecases.library.sync import SyncRelease, sync  # noqa: PLC0415 - same
        from courseline.wiring import resolve_url  # noqa: PLC0415 - same

        with session("courseline-sync") as wiring:
            url, name = _asked(source, tag, wiring.settings)
            job = wiring.settings.job
            identity = resolve_url(url)
            own = job.repository_url is not None and resolve_url(job.repository_url) == identity
            project = job.project if own else None
            registration = Registration(
                url=identity,
                project=project,
                name=repository,
                organization=organization,
                visibility=Visibility(visibility) if visibility else None,
                source_type=source_type(url, project),
            )
            given = {
                "tag": name,
                "source": url,
                "repository": repository,
                "organization": organization,
                "visibility": visibility,
                "dry_run": dry_run,
            }
            with wiring.work("sync", given, wait) as neighbours:
                synced = sync(SyncRelease(url, name, registration, wait, dry_run), neighbours)
        return Outcome(
            _payload(synced),
            lambda console: _show(console, synced, dry_run=dry_run),
            _exit(synced),
            cases=_cases(synced),
        )

    SYNC.finish(work, as_json=as_json, dry_run=dry_run, reports=reports)


def _asked(source: str | None, tag: str | None, settings: Settings) -> tuple[str, str]:
    url, name = source or settings.job.repository_url, tag or settings.job.tag
    missing = [
        text
        for text, value in (
            ("--source (or CI_PROJECT_URL)", url),
            ("--ref (or CI_COMMIT_TAG, which only tag pipelines have)", name),
        )
        if not value
    ]
    if missing or url is None or name is None:
        raise click.UsageError(f"Missing {' and '.join(missing)}.")
    return url, name.removeprefix("refs/tags/")


def _payload(synced: Synced) -> dict[str, object]:
    from courseline.domain.library.publication import PublicationStatus as Status  # noqa: PLC0415 - loaded already
    from courseline.domain.paths import printable  # noqa: PLC0415 - same

    return {
        "published": synced.count(Status.PUBLISHED),
        "unchanged": synced.count(Status.UNCHANGED, Status.LABELLED),
        "refused": synced.count(Status.REFUSED),
        "examples": [
            {
                "directory": printable(example.directory),
                "identifier": example.identifier,
                "status": str(example.status),
                "version_tag": synced.label,
                "version_identifier": example.version_identifier,
                "problems": [problem_json(problem) for problem in example.problems],
            }
            for example in synced.examples
        ],
        "ignored": synced.ignored,
        "problems": [problem_json(problem) for problem in synced.problems],
    }


def _cases(synced: Synced) -> tuple[ReportCase, ...]:
    from courseline.domain.library.publication import PublicationStatus as Status  # noqa: PLC0415 - loaded already

    examples = (
        ReportCase(
            "examples",
            example.directory,
            CaseState.FAILED if example.status is Status.REFUSED else CaseState.PASSED,
            f"{example.status} as {synced.label}",
            example.problems,
        )
        for example in synced.examples
    )
    ignored = (
        (CaseState.SKIPPED, f"{synced.tag} is no release tag") if synced.ignored else (CaseState.PASSED, "")
    )
    return (ReportCase("release", synced.tag, *ignored, synced.problems), *examples)


def _exit(synced: Synced) -> int:
    from courseline.domain.library.publication import PublicationStatus as Status  # noqa: PLC0415 - loaded already

    return 1 if synced.count(Status.REFUSED) else 0


def _show(console: Console, synced: Synced, *, dry_run: bool) -> None:
    from rich.table import Table  # noqa: PLC0415 - only for people

    from courseline.domain.library.publication import PublicationStatus as Status  # noqa: PLC0415 - loaded already
    from courseline.domain.paths import printable  # noqa: PLC0415 - same

    if synced.ignored:
        console.print(
            f"{printable(synced.tag)} is no release tag (v1, v1.2, v1.2.3, v1.2-rc1, EXAMPLE/v1.2), so nothing was published.",
            markup=False,
        )
        return
    table = Table("example", "directory", "status", "version", box=None, pad_edge=False)
    for example in synced.examples:
        name = example.identifier or "?"
        table.add_row(name, printable(example.directory), str(example.status), str(synced.label))
    console.print(table, markup=False)
    for example in synced.examples:
        show_problems(console, example.problems)
    show_problems(console, synced.problems)
    would = "would be " if dry_run else ""
    console.print(
        f"{synced.repository} {printable(synced.tag)}: {synced.count(Status.PUBLISHED)} {would}published,"
        f" {synced.count(Status.LABELLED)} {would}labelled without new content,"
        f" {synced.count(Status.UNCHANGED)} unchanged, {synced.count(Status.REFUSED)} refused.",
        markup=False,
    )


if __name__ == "__main__":
    run(main, {"": SYNC})
