"""`courseline repositories`: registering example repositories."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from courseline.cli.report import Command, Outcome, problem_json, show_problems
from courseline.cli.table import show_table

if TYPE_CHECKING:
    from rich.console import Console

    from courseline.domain.library.example import ExampleRepository
    from courseline.usecases.library.add_repository import AddedRepository
    from courseline.usecases.rows import RepositoryCard
    from courseline.wiring import Wiring

ADD = Command("courseline repositories add", {"status": None, "repository": None})
REMOVE_SECRET = Command("courseline repositories remove-secret", {"removed": False, "repository": None})
LIST = Command("courseline repositories list", {"repositories": []})
_TYPES = ("git", "gitlab", "github", "minio", "s3")


@click.group()
def repositories() -> None:
    """Register example repositories and the secrets that reading them needs."""


@repositories.command()
@click.option("--source", metavar="URL|PATH", required=True, help="Where it is; s3://BUCKET/PREFIX?endpoint=URL&region=R for a bucket.")  # fmt: skip
@click.option(
    "--type", "kind", type=click.Choice(_TYPES), help="What is there; told by the address without it."
)
@click.option("--repository", metavar="NAME", help="Its short name.")
@click.option("--organization", metavar="PATH", help="Organization that owns it.")
@click.option(
    "--visibility", type=click.Choice(["public", "restricted", "private"]), help="Who may use its examples."
)
@click.option(
    "--credentials-env",
    metavar="NAME",
    help='Variable with its secret: a token, or for a bucket {"access_key": "...", "secret_key": "..."}.',
)
@click.option("--dry-run", is_flag=True, help="Show what would be done; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def add(
    wiring: Wiring,
    *,
    source: str,
    kind: str | None,
    repository: str | None,
    organization: str | None,
    visibility: str | None,
    credentials_env: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Register an example repository, or keep another secret for a registered one.

    The secret is encrypted, shown to the server of this address only, and never printed.
    """

    def work() -> Outcome:
        from courseline.domain.library.example import Visibility  # noqa: PLC0415 - --help must start fast
        from courseline.domain.library.source_type import SourceType, is_bucket, source_type  # noqa: PLC0415 - same
        from courseline.settings import environment_value  # noqa: PLC0415 - same
        from courseline.usecases.library.add_repository import AddRepository, add_repository  # noqa: PLC0415 - same
        from courseline.usecases.library.register_repository import Registration  # noqa: PLC0415 - same
        from courseline.wiring import resolve_url  # noqa: PLC0415 - same

        url = resolve_url(source)
        wanted = SourceType(kind) if kind else source_type(source)
        if (wanted in {SourceType.MINIO, SourceType.S3}) != is_bucket(source):
            raise click.UsageError(
                f"--type {wanted} does not go with --source {url}: buckets are written s3://BUCKET/PREFIX?endpoint=URL."
            )
        registration = Registration(
            url=url,
            name=repository,
            organization=organization,
            visibility=Visibility(visibility) if visibility else None,
            source_type=wanted if kind or wanted is SourceType.MINIO else None,
        )
        secrets = wiring.secrets
        command = AddRepository(
            source, registration, credentials_env, environment_value, secrets.seal, secrets.open, dry_run
        )
        added = add_repository(command, wiring.neighbours())
        payload = {
            "status": str(added.status),
            "repository": _json(added.repository, has_credential=added.has_credential),
            "problems": [problem_json(problem) for problem in added.problems],
        }
        return Outcome(payload, lambda console: _show_added(console, added, dry_run=dry_run))

    ADD.finish(work, as_json=as_json, dry_run=dry_run)


@repositories.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def list_all(wiring: Wiring, *, as_json: bool) -> None:
    """List the registered example repositories."""

    def work() -> Outcome:
        from courseline.usecases.library.add_repository import list_repositories  # noqa: PLC0415 - start-up time

        found = list_repositories(wiring.neighbours())
        payload = {
            "repositories": [
                {**_json(card.repository, has_credential=card.has_credential), "examples": card.examples}
                for card in found
            ]
        }
        return Outcome(payload, lambda console: _show_list(console, found))

    LIST.finish(work, as_json=as_json)


@repositories.command("remove-secret")
@click.option("--source", metavar="URL|PATH", required=True, help="The address it was registered under.")
@click.option("--dry-run", is_flag=True, help="Show what would be done; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def remove_secret(wiring: Wiring, *, source: str, dry_run: bool, as_json: bool) -> None:
    """Forget the secret that is kept for an example repository.

    What the repository has published stays. A secret that leaked has to be revoked where it was issued, too.
    """

    def work() -> Outcome:
        from courseline.usecases.library import remove_secret as removing  # noqa: PLC0415 - --help must start fast
        from courseline.wiring import resolve_url  # noqa: PLC0415 - same

        done = removing.remove_secret(source, resolve_url(source), wiring.neighbours(), dry_run=dry_run)
        kept = done.removed and dry_run
        payload = {
            "removed": done.removed and not dry_run,
            "repository": _json(done.repository, has_credential=kept),
        }
        said = "its secret would be removed (dry run)" if kept else "its secret was removed"
        text = f"{done.repository.name}: {said if done.removed else 'no secret is kept for it'}"
        return Outcome(payload, lambda console: console.print(text, markup=False, soft_wrap=True))

    REMOVE_SECRET.finish(work, as_json=as_json, dry_run=dry_run)


def _json(repository: ExampleRepository, *, has_credential: bool) -> dict[str, object]:
    return {
        "id": str(repository.id),
        "name": repository.name,
        "organization": repository.organization,
        "visibility": str(repository.visibility),
        "source_type": str(repository.source_type),
        "identity": repository.identity,
        "urls": list(repository.urls),
        "credential": has_credential,
    }


def _show_added(console: Console, added: AddedRepository, *, dry_run: bool) -> None:
    repository = added.repository
    would = "would be " if dry_run else ""
    owner = f" of {repository.organization}" if repository.organization else ""
    kept = ", with a secret of its own" if added.has_credential else ""
    console.print(
        f"{repository.name}: {would}{added.status}; {repository.visibility}{owner}, {repository.source_type},"
        f" {repository.identity}{kept}",
        markup=False,
        soft_wrap=True,
    )
    show_problems(console, added.problems)


def _show_list(console: Console, found: Sequence[RepositoryCard]) -> None:
    if not found:
        console.print("No example repository is registered yet; the first courseline-sync registers one.")
        return
    rows = [
        (
            card.repository.name,
            card.repository.organization or "-",
            str(card.repository.visibility),
            str(card.repository.source_type),
            str(card.examples),
            "kept" if card.has_credential else "-",
            card.repository.urls[0] if card.repository.urls else card.repository.identity,
        )
        for card in found
    ]
    columns = ("name", "organization", "visibility", "type", "examples", "secret", "address")
    show_table(console, columns, rows, right=("examples",), optional=("secret", "type"))
