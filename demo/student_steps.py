"""The steps in which students get, or do not get, something."""

from __future__ import annotations

import re

from demo.contents import blob, files, head, hidden, objects, text
from demo.expect import expect
from demo.merging import merge
from demo.narrator import Narrator
from demo.stage import Stage

TABLE = (
    "| [Hello World](week1/hello_world/) |",
    "| [Variables Basics](week1/variables/) |",
    "| [Function Basics](week2/functions/) |",
)


def look_at_template(stage: Stage, tell: Narrator) -> str:
    """Students get tasks and templates; no test and no solution is anywhere among the objects pushed."""
    found = files(stage, stage.template, "main")
    readme = text(stage, stage.template, "main", "README.md")
    expect("rows missing in the table of README.md", {row for row in TABLE if row not in readme}, set())
    template = blob(stage, stage.examples, "v1.0", "functions-intro/studentTemplates/functions.py")
    start = blob(stage, stage.template, "main", "week2/functions/functions.py")
    expect("the blob of week2/functions/functions.py", start, template)
    expect("test files", {path for path in found if "/tests/" in path}, set())
    cut = text(stage, stage.template, "main", "week1/variables/variables.py")
    signs = {sign for sign in ("SOLUTION", "best_rain") if sign in cut}
    expect("traces of the solution in week1/variables/variables.py", signs, set())
    number = _check_objects(stage)
    tell.detail("in the repository that they fork: templates in place of solutions, no tests")
    return f"{len(found)} files, {number} kept back"


def look_at_update(stage: Stage, tell: Narrator) -> str:
    """Students have the new version and the lecturer's words, on top of what they forked."""
    data = blob(stage, stage.template, "main", "week1/hello_world/data/greetings.csv")
    tagged = blob(stage, stage.examples, "v1.1", "hello-world/data/greetings.csv")
    expect("the blob of week1/hello_world/data/greetings.csv", data, tagged)
    task = text(stage, stage.template, "main", "week1/variables/README.md")
    expect("whether the lecturer's words reach students", "until Friday" in task, True)
    lines = stage.git(stage.template, "rev-list", "--parents", "main").splitlines()
    expect("how many commits have several parents", sum(line.count(" ") > 1 for line in lines), 0)
    _check_objects(stage)
    tell.detail('hello-world v1.1 and the lecturer\'s "until Friday", each on top of the last')
    return f"{len(lines)} commits, none rewritten"


def stop_mistake(stage: Stage, tell: Narrator) -> str:
    """It is merged all the same; the leak gate finds the solution under its other name."""
    before = (head(stage, stage.template), objects(stage, stage.template))
    done = merge(stage, stage.open)
    states = {"courseline:deploy": "success", "courseline:student-template": "failed"}
    expect("states of the jobs after the merge", {name: done.jobs[name] for name in states}, states)
    (line,) = re.findall(r"week2/functions/hints\.py: .+?@v1\.0\.", done.note)
    named = "is the solution functions.py of examples:functions-intro" in line
    expect(f"whether the note names the solution ({line})", named, True)
    after = (head(stage, stage.template), objects(stage, stage.template))
    expect("whether the template repository is as it was", after == before, True)
    task = text(stage, stage.assignments, "main", "week1/variables/content/index.md")
    expect("whether the lecturer's words are still there", "until Friday" in task, True)
    _check_objects(stage)
    tell.detail("merged all the same. The note: not in the students' template,")
    tell.detail(line)
    return "stopped, nothing pushed"


def _check_objects(stage: Stage) -> int:
    """Look at every object of the template repository; how many blobs students must not get."""
    secret = hidden(stage)
    expect("tests and solutions that the course lacks", secret - objects(stage, stage.assignments), set())
    expect(
        "hidden files among all objects of the template repository",
        secret & objects(stage, stage.template),
        set(),
    )
    return len(secret)
