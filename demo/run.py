"""The whole way of an example through GitLab: from a pushed tag to the students, an update, a conflict, a mistake.

Everybody works by git and GitLab alone; webhooks, receiver, worker and pipelines do the rest. After every step the
demo looks for itself: in git, in the object store, in the database. What differs from what the step says ends it
with exit code 1.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from contextlib import suppress
from functools import partial
from importlib.metadata import version
from pathlib import Path

from demo import course_steps as course
from demo import gitlab_steps as gitlab
from demo import library_steps as library
from demo import student_steps as students
from demo.narrator import Narrator
from demo.stage import Stage

STORY = (
    ("Start what a university runs", gitlab.start),
    ("Push three examples, connect them", gitlab.connect_examples),
    ("Create a course", gitlab.create_course),
    ("Push the tag v1.0", library.push_first),
    ("GitLab sends that webhook once more", library.deliver_twice),
    ("Ask for v1.0 in a merge request", course.ask_first),
    ("Merge it", course.merge_first),
    ("What do students have?", students.look_at_template),
    ("Push the tag v1.1", library.push_update),
    ("Ask for v1.1, move functions; merge", course.update_and_move),
    ("Push the tag v1.2, with a mistake", library.push_mistake),
    ("Edit a task, ask for its v1.2; merge", course.conflict),
    ("What do students have now?", students.look_at_update),
    ("Make that mistake in the course", course.ask_for_mistake),
    ("Merge that, too?", students.stop_mistake),
    ("Verify the record", course.verify_history),
    ("Ask how the course stands", course.show_status),
)
FOREIGN = ("COURSELINE_", "CI_", "GITLAB_", "GIT_", "SOURCE_DATE_EPOCH")
KEPT = "COURSELINE_POSTGRES_BIN"  # which programs are at hand is a fact of the machine, not of the demo


def main() -> int:
    """Play the story.

    Returns:
        exit code: 0, or 1 when something differs from what the demo says.
    """
    parser = argparse.ArgumentParser(prog="demo/run.py", description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument(
        "--keep", action="store_true", help="keep the directory with repositories, store and logs"
    )
    keep = parser.parse_args().keep
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that everything is stopped then, too
    os.umask(0o022)
    for name in [name for name in os.environ if name.startswith(FOREIGN) and name != KEPT]:
        del os.environ[name]
    root = Path(tempfile.mkdtemp(prefix="courseline-demo-")).resolve()
    stage = Stage(root)
    code = 130
    try:
        code = _play(stage)
    except KeyboardInterrupt:
        print("\nInterrupted; stopping what runs.", flush=True)
    finally:
        # From here on nothing stops the stopping; what an interrupted request left is nobody's concern any more.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        try:
            with suppress(Exception):
                stage.stop()
        finally:
            if not keep:
                shutil.rmtree(root, ignore_errors=True)
    _where(root, kept=keep, failed=code == 1)
    return code


def _play(stage: Stage) -> int:
    tell = Narrator(stage.root)
    began = time.monotonic()
    tell.heading(f"courseline {version('courseline')}: from a pushed tag to the students, through GitLab")
    tell.say("")
    for title, step in STORY:
        if not tell.step(title, partial(step, stage, tell)):
            tell.say("")
            tell.heading("The demo ends here: what it found is not what it says.")
            return 1
    tell.say("")
    tell.heading(f"All {len(STORY)} steps went as told, in {time.monotonic() - began:.0f} seconds.")
    return 0


def _where(root: Path, *, kept: bool, failed: bool) -> None:
    if kept:
        print(f"Kept in {root}: gitlab/repositories (bare), author and lecturer (clones), objects, *.log")
    elif failed:
        print("Nothing is left of it. make demo ARGS=--keep keeps repositories and logs to look into.")
    else:
        print("Nothing is left of it, no process and no file; make demo ARGS=--keep keeps the files.")


if __name__ == "__main__":
    sys.exit(main())
