"""Ein kleiner Vokabeltrainer."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

LISTE = Path(__file__).parent / "Wörterliste Österreich.csv"


def lies(pfad: Path) -> dict[str, str]:
    """Liest die Wörterliste und gibt ein Wörterbuch zurück."""
    # BEGIN SOLUTION
    with pfad.open(encoding="utf-8", newline="") as datei:
        zeilen = csv.reader(datei, delimiter=";")
        next(zeilen)
        return {wort.strip(): bedeutung.strip() for wort, bedeutung in zeilen}
    # END SOLUTION


def prüfe(wörter: dict[str, str], antworten: Iterable[tuple[str, str]]) -> tuple[int, list[str]]:
    """Zählt die richtigen Antworten und sammelt die falsch beantworteten Wörter."""
    # SOLUTION BEGIN
    richtig = 0
    falsch = []
    for wort, antwort in antworten:
        if wörter.get(wort, "").casefold() == antwort.strip().casefold():
            richtig += 1
        else:
            falsch.append(wort)
    return richtig, falsch
    # SOLUTION END
