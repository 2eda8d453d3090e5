"""`python -m bench`: measure, and print one table."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bench import deploy, gate, publication, receiver, start, sync, template
from bench.table import Row, render

FAMILIES = ("start", "sync", "deploy", "template", "gate", "memory", "publication", "receiver")


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large each family is measured: examples, files, places, files, examples, deliveries."""

    sync: list[int]
    deploy: list[int]
    template: list[int]
    memory: int
    publication: int
    receiver: int


SMALL = Sizes([100], [200, 2_000], [50], 2_000, 100, 3_000)
FULL = Sizes([100, 1_000, 5_000], [200, 2_000, 20_000], [50, 500], 20_000, 1_000, 10_000)


def main() -> None:
    """Read the arguments, measure family by family, print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("family", nargs="*", help=f"of {', '.join(FAMILIES)}; all when none is named")
    parser.add_argument(
        "--full", action="store_true", help="the sizes that the figures are asked for; half an hour"
    )
    parser.add_argument("--rounds", type=int, default=3, help="runs of each, of which the median counts")
    asked = parser.parse_args()
    if unknown := set(asked.family) - set(FAMILIES):
        parser.error(f"there is no {', '.join(sorted(unknown))}; choose of {', '.join(FAMILIES)}")
    sizes = FULL if asked.full else SMALL
    families: dict[str, Callable[[], Iterable[Row]]] = {
        "start": lambda: start.measure(max(asked.rounds, 5)),
        "sync": lambda: sync.measure(sizes.sync, asked.rounds),
        "deploy": lambda: deploy.measure(sizes.deploy, [10, 500], asked.rounds),
        "template": lambda: template.measure(sizes.template, asked.rounds),
        "gate": lambda: gate.measure([500], asked.rounds),
        "memory": lambda: template.memory(sizes.memory),
        "publication": lambda: publication.measure(sizes.publication),
        "receiver": lambda: receiver.measure(sizes.receiver, asked.rounds),
    }
    before = os.getloadavg()[0]
    rows: list[Row] = []
    for name in asked.family or FAMILIES:
        for row in families[name]():
            rows.append(row)
            print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    print(render(rows))
    missed = [row for row in rows if row.holds is False]
    print(
        f"\n{len(rows)} rows, {len(missed)} missed. Load of the machine: {before:.1f} before, {os.getloadavg()[0]:.1f} after,"
        f" {os.cpu_count()} processors."
    )


if __name__ == "__main__":
    main()
