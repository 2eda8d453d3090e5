"""How soon something happens: help, and a job before its first call of git or the database."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from bench.measure import interleaved, run
from bench.place import ROOT
from bench.table import Row, against

HELP, JOB = 8.0, 50.0


def measure(rounds: int) -> Iterator[Row]:
    """Both, against an interpreter that does nothing."""
    script = ROOT / "scripts" / "sync_examples.py"
    settings = {"COURSELINE_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    bare, help_, job = interleaved(
        rounds,
        lambda _: run([sys.executable, "-c", "pass"]),
        lambda _: run([sys.executable, script, "--help"], settings=settings),
        # A tag that is no release ends the job just before it would ask anybody.
        lambda _: run(
            [sys.executable, script, "--json", "--source", Path("/"), "--ref", "draft"], settings=settings
        ),
    )
    note = "python3 -c pass"
    yield against("courseline-sync --help", help_.seconds, bare.seconds, HELP, note, help_.peak)
    yield against("courseline-sync until its first call", job.seconds, bare.seconds, JOB, note, job.peak)
