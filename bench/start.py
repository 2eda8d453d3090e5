"""How soon something happens: help, and a job before its first call of git or the database."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from bench.measure import interleaved, run, until_call
from bench.place import ROOT
from bench.table import Row, against

HELP, JOB = 8.0, 50.0
URL = "https://git.example.org/group/project.git"
JOBS = {
    "courseline-sync": ["sync_examples.py", "--source", URL, "--ref", "v1.0"],
    "courseline-deploy": ["deploy_examples.py", "--assignments", URL],
    "courseline-student-template": ["generate_student_template.py", "--assignments", URL],
}


def measure(rounds: int) -> Iterator[Row]:
    """Help of a job, and each job until a connection reaches its database, against an interpreter that does nothing."""
    scripts = ROOT / "scripts"
    bare, help_, *jobs = interleaved(
        rounds,
        lambda _: run([sys.executable, "-c", "pass"]),
        lambda _: run([sys.executable, scripts / "sync_examples.py", "--help"]),
        *(
            lambda _, script=script, words=words: until_call(
                [sys.executable, scripts / script, "--json", *words]
            )
            for script, *words in JOBS.values()
        ),
    )
    note = "python3 -c pass"
    yield against("courseline-sync --help", help_.seconds, bare.seconds, HELP, note, help_.peak)
    for name, job in zip(JOBS, jobs, strict=True):
        yield against(f"{name} until its first call", job.seconds, bare.seconds, JOB, note, job.peak)
