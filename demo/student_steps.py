"""The steps in which students get, or do not get, something."""

from __future__ import annotations

from typing import Any

from contents import blob, commits, files, head, hidden, objects, text
from expect import expect
from narrator import Narrator
from stage import Stage

TABLE = (
    "| [Hello World](week1/hello_world/) |",
    "| [Variables Basics](week1/variables/) |",
    "| [Function Basics](week2/functions/) |",
)


def build_template(stage: Stage, tell: Narrator) -> str:
    """Students get tasks and templates; no test and no solution is anywhere among the objects pushed."""
    answer = _template(stage)
    found = files(stage, stage.template, "main")
    expect("files that were reported and pushed", {file["path"] for file in answer["files"]}, set(found))
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
    tell.detail("courseline-student-template: templates in place of solutions, and no tests")
    return f"{len(found)} files, {number} kept back"


def build_update(stage: Stage, tell: Narrator) -> str:
    """Students get the new version and the lecturer's words, on top of what they forked."""
    before = head(stage, stage.template)
    answer = _template(stage)
    expect("the commit below the new one", stage.git(stage.template, "rev-parse", "main^"), before)
    expect("the commit at the head", head(stage, stage.template), answer["commit"])
    data = blob(stage, stage.template, "main", "week1/hello_world/data/greetings.csv")
    tagged = blob(stage, stage.examples, "v1.1", "hello-world/data/greetings.csv")
    expect("the blob of week1/hello_world/data/greetings.csv", data, tagged)
    task = text(stage, stage.template, "main", "week1/variables/README.md")
    expect("whether the lecturer's words reach students", "until Friday" in task, True)
    _check_objects(stage)
    tell.detail('hello-world v1.1, and the lecturer\'s "until Friday"')
    return "1 commit on top"


def stop_mistake(stage: Stage, tell: Narrator) -> str:
    """The leak gate finds the solution under its other name."""
    before = (head(stage, stage.template), commits(stage, stage.template), objects(stage, stage.template))
    answer = stage.courseline("courseline-student-template", "--assignments", stage.assignments, exits=1)
    expect("files refused", [refusal["path"] for refusal in answer["refusals"]], ["week2/functions/hints.py"])
    reason = answer["refusals"][0]["reason"]
    named = "is the solution functions.py of examples:functions-intro" in reason
    expect(f"whether the reason names the solution ({reason})", named, True)
    expect("the commit of a template that was stopped", answer["commit"], None)
    after = (head(stage, stage.template), commits(stage, stage.template), objects(stage, stage.template))
    expect("whether the template repository is as it was", after == before, True)
    _check_objects(stage)
    tell.detail(f"week2/functions/hints.py: {reason.partition('. ')[0]}.")
    return "stopped, nothing pushed"


def _template(stage: Stage) -> dict[str, Any]:
    answer = stage.courseline("courseline-student-template", "--assignments", stage.assignments)
    expect("places built, and refusals", (answer["processed"], answer["refusals"]), (3, []))
    return answer


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
