"""`courseline examples`: what has been published."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from courseline.cli.example_facts import found_json, latest_marked, shown_json, versions
from courseline.cli.report import Command, Outcome
from courseline.cli.table import show_table

if TYPE_CHECKING:
    from rich.console import Console

    from courseline.usecases.library.browse import Found, ShownExample
    from courseline.wiring import Wiring

LIST = Command("courseline examples list", {"total": 0, "examples": []})
SEARCH = Command("courseline examples search", {"total": 0, "examples": []})
SHOW = Command("courseline examples show", {"example": None})
_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
_PUBLISH = "Publish some with: courseline-sync --source URL --ref v1.0"


@click.group()
def examples() -> None:
    """See which examples the library holds."""


@examples.command("list")
@_AS_JSON
@click.pass_obj
def list_examples(wiring: Wiring, *, as_json: bool) -> None:
    """List all examples."""

    def work() -> Outcome:
        from courseline.usecases.library.browse import search_examples  # noqa: PLC0415 - start-up time

        found = search_examples("", (), wiring.neighbours())
        return Outcome(found_json(found), lambda console: _show_found(console, found))

    LIST.finish(work, as_json=as_json)


@examples.command()
@click.argument("text", default="")
@click.option(
    "--tag", "tags", multiple=True, metavar="WORD", help="Only examples with this keyword; repeatable."
)
@_AS_JSON
@click.pass_obj
def search(wiring: Wiring, text: str, tags: tuple[str, ...], *, as_json: bool) -> None:
    """List examples with TEXT in identifier, title, description or language."""

    def work() -> Outcome:
        from courseline.usecases.library.browse import search_examples  # noqa: PLC0415 - start-up time

        if not text and not tags:
            raise click.UsageError("Say what to look for: TEXT, --tag WORD, or both.")
        found = search_examples(text, tags, wiring.neighbours())
        return Outcome(found_json(found), lambda console: _show_found(console, found))

    SEARCH.finish(work, as_json=as_json)


@examples.command()
@click.argument("reference", metavar="REF[@VERSION]")
@_AS_JSON
@click.pass_obj
def show(wiring: Wiring, reference: str, *, as_json: bool) -> None:
    """Show everything about one example.

    REF is an identifier, a directory, REPOSITORY:identifier or an id; VERSION a label or range, the newest release
    without one.
    """

    def work() -> Outcome:
        from courseline.usecases.library.browse import show_example  # noqa: PLC0415 - start-up time

        shown = show_example(reference, wiring.neighbours())
        return Outcome({"example": shown_json(shown)}, lambda console: _show_example(console, shown))

    SHOW.finish(work, as_json=as_json)


def _show_found(console: Console, found: Found) -> None:
    if not found.total:
        console.print(f"The library holds no examples yet. {_PUBLISH}", markup=False, soft_wrap=True)
        return
    if not found.cards:
        console.print(
            f"None of the {found.total} examples in the library matches; `courseline examples list` shows them all.",
            markup=False,
            soft_wrap=True,
        )
        return
    rows = [
        (
            card.example.name,
            card.example.title,
            latest_marked(card),
            str(versions(card)),
            card.subject or "-",
        )
        for card in found.cards
    ]
    show_table(
        console,
        ("name", "title", "latest", "versions", "language"),
        rows,
        wraps=("title",),
        right=("versions",),
    )


def _show_example(console: Console, shown: ShownExample) -> None:
    card, version = shown.card, shown.version
    console.print(f"{card.example.name}, {card.example.title}", markup=False, style="bold", soft_wrap=True)
    if card.description:
        console.print(card.description, markup=False)
    facts = [("language", card.subject), ("keywords", ", ".join(card.tags)), ("id", str(card.example.id))]
    for name, value in facts:
        if value:
            console.print(f"{name:<10}{value}", markup=False, soft_wrap=True)
    console.print()
    labels = [
        (
            one.label.shown,
            one.version_identifier,
            one.directory,
            f"withdrawn: {one.withdrawn_reason}" if one.withdrawn else "",
        )
        for one in card.labels
    ]
    show_table(console, ("version", "content", "directory", ""), labels, wraps=("",), indent=2)
    published = version.published_at.strftime("%Y-%m-%d %H:%M UTC")
    console.print(
        f"\nFiles of {shown.labelled.label.shown}, published {published}", style="bold", markup=False
    )
    files = [(file.path, str(file.role), f"{file.size:,}") for file in version.files]
    show_table(console, ("path", "role", "bytes"), files, right=("bytes",), indent=2)
    if shown.dependencies:
        console.print("\nTakes files of", style="bold")
        show_table(
            console,
            ("example", "version", "files", "written as"),
            [
                (
                    one.name or "(not in the library)",
                    one.range or "any",
                    "its additional files" if one.files is None else ", ".join(one.files) or "none",
                    one.as_written,
                )
                for one in shown.dependencies
            ],
            wraps=("files",),
            indent=2,
        )
    _show_uses(console, [(use.course, use.path, use.label, use.is_customized) for use in shown.uses])


def _show_uses(console: Console, uses: Sequence[tuple[str, str, str, bool]]) -> None:
    if not uses:
        console.print("\nDeployed nowhere.")
        return
    console.print("\nDeployed at", style="bold")
    rows = [(course, path, label, "customised" if changed else "") for course, path, label, changed in uses]
    show_table(console, ("course", "place", "version", ""), rows, indent=2)
