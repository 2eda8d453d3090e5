"""The whole way of an example, on real repositories: from a tag to the students, an update, a conflict, a mistake.

Every step runs the installed commands and then looks for itself: in git, in the object store, in the database. What
differs from what the step says ends the demo with exit code 1.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import signal
import sys
import time
from functools import partial
from importlib.metadata import version

import course_steps as course
import library_steps as library
import student_steps as students
from narrator import Narrator
from stage import Stage

STORY = (
    ("Write three examples, tag v1.0", library.write_examples),
    ("Publish the tag", library.publish_first),
    ("Publish it once more", library.publish_unchanged),
    ("Register a course", course.register_course),
    ("Plan: what would change?", course.plan),
    ("Deploy v1.0 to three places", course.deploy_first),
    ("Give students their template", students.build_template),
    ("Tag v1.1 and publish it", library.publish_update),
    ("Ask for hello-world v1.1, deploy", course.deploy_update),
    ("Move the functions to week 3, deploy", course.deploy_move),
    ("Tag v1.2 and publish it", library.publish_mistake),
    ("Edit a task, ask for its v1.2, deploy", course.deploy_conflict),
    ("Give students the new state", students.build_update),
    ("Make that mistake in the course", course.make_mistake),
    ("Give students that, too?", students.stop_mistake),
    ("Verify the record", course.verify_history),
    ("Ask how the course stands", course.show_status),
)


def main() -> int:
    """Play the story.

    Returns:
        exit code: 0, or 1 when something differs from what the demo says.
    """
    parser = argparse.ArgumentParser(prog="demo/run.py", description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--clean", action="store_true", help="remove the directory at the end")
    clean = parser.parse_args().clean
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the database is stopped then, too
    os.umask(0o022)
    stage = Stage.new()
    try:
        return _play(stage, clean=clean)
    except KeyboardInterrupt:
        print(f"\nInterrupted. {'' if clean else f'What there is lies in {stage.root}'}", flush=True)
        return 130
    finally:
        stage.stop()
        if clean:
            shutil.rmtree(stage.root)


def _play(stage: Stage, *, clean: bool) -> int:
    tell = Narrator(stage.root)
    began = time.monotonic()
    tell.heading(f"courseline {version('courseline')}, from a release tag to the students, in {stage.root}")
    tell.say("")
    for title, step in STORY:
        if not tell.step(title, partial(step, stage, tell)):
            tell.say("")
            tell.heading("The demo ends here: what it found is not what it says.")
            if not clean:
                _where(stage, tell)
            return 1
    tell.say("")
    tell.heading(f"All {len(STORY)} steps went as told, in {time.monotonic() - began:.0f} seconds.")
    if not clean:
        _where(stage, tell)
    return 0


def _where(stage: Stage, tell: Narrator) -> None:
    shell = stage.root / "environment"
    shell.write_text(
        "".join(f"export {name}={shlex.quote(value)}\n" for name, value in stage.settings.items())
    )
    tell.say("")
    tell.heading("Where to look")
    tell.say(f"  cd {stage.root} && . ./environment")
    for command, what in (
        ("git -C python-101-student-template.git ls-tree -r --name-only main", "what students fork"),
        ("git -C python-101-assignments.git log --stat main", "the course, commit by commit"),
        ("less lecturer/course-structure.yaml", "what the lecturer wishes"),
        ("courseline course status --assignments python-101-assignments.git", "what is where"),
        ("courseline-student-template --assignments python-101-assignments.git", "the leak gate's words"),
        ("courseline db stop", "when you have done: the commands above start the database again"),
    ):
        tell.say(f"  {command}")
        tell.say(f"      {what}")
    tell.say(f"  rm -rf {stage.root}")


if __name__ == "__main__":
    sys.exit(main())
