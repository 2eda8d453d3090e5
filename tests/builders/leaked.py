"""Repositories that hold what they should not, and the scan of one of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.builders.command_line import example, write

from courseline.adapters.git import GitAdapter
from courseline.domain.students.scan.leak import Leak
from courseline.domain.students.scan.sought import seek
from courseline.errors import Problem
from courseline.usecases.neighbours import no_progress
from courseline.usecases.students.known_examples import examples_of_directory
from courseline.usecases.students.scan_repository import Scanned, scan_repository
from courseline.wiring import offline

AUTHOR = "courseline <courseline@example.org>"
SOLUTION = '''\
"""Mean of the measured values."""


def average(values):
    total = 0.0
    for measured_value in values:
        total = total + measured_value
    if not values:
        raise ValueError("there is nothing to take the mean of")
    how_many_values = len(values)
    mean_of_all = total / how_many_values
    return round(mean_of_all, 6)
'''
TEMPLATE = '''\
"""Mean of the measured values."""


def average(values):
    raise NotImplementedError
'''
TEST = """\
from main import average


def test_average_of_three_measured_values():
    assert average([1.5, 2.5, 3.5]) == 2.5


def test_nothing_measured_is_an_error():
    with raises(ValueError, match="mean of"):
        average([])
"""
NOTES = "For the lecturer: the third question is what most of the students get wrong, wait for it.\n"


def mean_example() -> dict[str, str]:
    """Files of an example with a solution, a test and a note, all of them hidden."""
    return {
        **example("mean", "Mean"),
        "main.py": SOLUTION,
        "studentTemplates/main.py": TEMPLATE,
        "tests/test_main.py": TEST,
        "notes.md": NOTES,
    }


def student_files(place: str = "week1/mean") -> dict[str, str]:
    """What students should have of it."""
    files = mean_example()
    return {
        "README.md": "# Course\n",
        f"{place}/README.md": files["README.md"],
        f"{place}/main.py": TEMPLATE,
        f"{place}/data/words.txt": files["data/words.txt"],
        f"{place}/meta.yaml": "identifier: mean\ntitle: Mean\nproperties:\n  studentSubmissionFiles: [main.py]\n",
    }


def scan(repository: Path | str, root: Path, examples: Mapping[str, str | bytes] | None = None) -> Scanned:
    """Scan a repository against examples (`mean_example` below `mean/` unless told), with real git.

    Args:
        repository: path or URL.
        root: a directory for temporary files.
        examples: files by path; {} for none.
    """
    files = {f"mean/{path}": text for path, text in mean_example().items()} if examples is None else examples
    warnings: list[Problem] = []
    known = (
        examples_of_directory(offline(write(root / "examples", files), None), warnings) if files else iter(())
    )
    sought = seek(known)
    adapter = GitAdapter(("file", "http"), AUTHOR, root / "tmp")
    with adapter.whole(str(repository)) as whole:
        return scan_repository(whole, sought, no_progress)


def only(scanned: Scanned) -> Leak:
    """The one leak there is."""
    assert len(scanned.leaks) == 1, scanned.leaks
    return scanned.leaks[0]


def found_as(leak: Leak) -> tuple[str, str]:
    """How the surest trace was recognised, and which file of the example it is."""
    trace = leak.traces[0]
    assert trace.known is not None
    return str(trace.likeness), trace.known.path
