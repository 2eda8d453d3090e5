"""The steps in which the course is registered, planned, deployed and edited."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from contents import blob, changed, commits, files, head, text
from expect import Difference, expect
from narrator import Narrator
from record import place
from stage import HERE, Stage

STRUCTURE = "course-structure.yaml"
TASK = "week1/variables/content/index.md"
PLACES = {
    "week1.hello_world": "hello-world",
    "week1.variables": "variables-basics",
    "week2.functions": "functions-intro",
}
MOVED = "week3.functions_intro"
FUNCTIONS = "week2/functions"
# What a place holds besides its example's own files: copies of a dependency, and the meta.yaml that names them.
RENDERED = {"week2.functions": {"meta.yaml", "utils.py", "data/weather.csv"}}


def register_course(stage: Stage, tell: Narrator) -> str:
    """Two repositories and the file that names them."""
    for repository in (stage.assignments, stage.template):
        stage.git(stage.root, "init", "--quiet", "--bare", repository)
    stage.git(stage.root, "clone", "--quiet", stage.assignments, stage.lecturer)
    (stage.lecturer / STRUCTURE).write_bytes((HERE / "course" / STRUCTURE).read_bytes())
    stage.git(stage.lecturer, "add", STRUCTURE)
    stage.git(stage.lecturer, "commit", "--quiet", "-m", "Plan the course")
    stage.git(stage.lecturer, "push", "--quiet", "origin", "main")
    form = (HERE / "course" / "deployment.yaml").read_text(encoding="utf-8")
    deployment = stage.root / "deployment.yaml"
    deployment.write_text(
        form.replace("{assignments}", str(stage.assignments)).replace("{template}", str(stage.template)),
        encoding="utf-8",
    )
    answer = stage.courseline("courseline course apply", deployment)
    found = (answer["status"], answer["course"]["title"])
    expect("the registered course", found, ("created", "test-org/programming/python-101"))
    tell.detail("courseline course apply deployment.yaml; two repositories belong to it")
    return "python-101"


def plan(stage: Stage, tell: Narrator) -> str:
    """Look before anything is done."""
    before = head(stage, stage.assignments)
    answer = stage.courseline("courseline-plan", "--assignments", stage.assignments)
    steps = {step["path"]: (step["action"], step["to"]) for step in answer["steps"]}
    expect("the plan's steps", steps, dict.fromkeys(PLACES, ("add", "v1.0")))
    expect("the head of the assignments repository after planning", head(stage, stage.assignments), before)
    tell.detail("courseline-plan --assignments python-101-assignments.git")
    return "3 additions, nothing done"


def deploy_first(stage: Stage, tell: Narrator) -> str:
    """Three places in one commit; each is what the tag holds, with the dependency's files."""
    answer = _deploy(stage, dict.fromkeys(PLACES, ("deployed", "v1.0")), new_commits=1)
    for path, example in PLACES.items():
        directory = path.replace(".", "/")
        expect(f"status, label and commit of {path} in the database", place(stage.home, path)[1:], (
            "deployed", "v1.0", directory, answer["commit"],
        ))  # fmt: skip
        there = files(stage, stage.assignments, "main", directory)
        tracking = json.loads(text(stage, stage.assignments, "main", f"{directory}/.example-library"))
        expect(f"version and source in {directory}/.example-library", (
            tracking["example_version"], tracking["original_directory"],
        ), ("v1.0", example))  # fmt: skip
        there.pop(".example-library")
        tagged = files(stage, stage.examples, "v1.0", example)
        expect(f"files of {example} missing in {directory}", tagged.keys() - there.keys(), set())
        different = {name for name, blob in there.items() if tagged.get(name) != blob}
        expect(f"files in {directory} that {example} does not hold", different, RENDERED.get(path, set()))
    copy = blob(stage, stage.assignments, "main", "week2/functions/utils.py")
    original = blob(stage, stage.examples, "v1.0", "variables-basics/utils.py")
    expect("the blob of week2/functions/utils.py, copied from variables-basics", copy, original)
    _check_trailers(stage, answer["operation"])
    tell.detail("courseline-deploy; utils.py comes along, the commit names every version")
    return "3 places, 1 commit"


def deploy_update(stage: Stage, tell: Narrator) -> str:
    """The lecturer raises one version in the course file."""
    _wish(stage, "hello-world", "v1.1")
    before = _push(stage, "Use hello-world v1.1")
    _deploy(stage, _statuses(hello=("deployed", "v1.1")), new_commits=1)
    touched = {path for path in changed(stage, stage.assignments, before) if not path.startswith(".course-")}
    expect(
        "directories that the update touched", {path.rpartition("/")[0][:17] for path in touched}, {"week1/hello_world"}
    )  # fmt: skip
    there = blob(stage, stage.assignments, "main", "week1/hello_world/data/greetings.csv")
    tagged = blob(stage, stage.examples, "v1.1", "hello-world/data/greetings.csv")
    expect("the blob of week1/hello_world/data/greetings.csv", there, tagged)
    tell.detail(f"after an edit of one line in {STRUCTURE}; nothing else is touched")
    return "1 update, 1 commit"


def deploy_move(stage: Stage, tell: Narrator) -> str:
    """A place goes to another week; its files stay where students know them."""
    content = place(stage.home, "week2.functions").content
    blobs = files(stage, stage.assignments, "main", "week2/functions")
    _rewrite(stage, STRUCTURE, 'path: "week2"', 'path: "week3"')
    _rewrite(stage, STRUCTURE, "Week 2: Functions", "Week 3: Functions")
    _rewrite(
        stage, STRUCTURE, '- path: "week2.functions"',
        f'- path: "{MOVED}"\n        movedFrom: "week2.functions"',
    )  # fmt: skip
    _push(stage, "Move the functions to week 3")
    _deploy(stage, _statuses(hello=("unchanged", "v1.1"), functions=("moved", "v1.0")), new_commits=1)
    moved = place(stage.home, MOVED)
    expect("id, status, label and directory of the moved place", moved[:4], (
        content, "deployed", "v1.0", "week2/functions",
    ))  # fmt: skip
    expect("the files of the moved place", files(stage, stage.assignments, "main", "week2/functions"), blobs)
    tell.detail(f"week2.functions is now {MOVED}, with the same history")
    return "moved, no file renamed"


def deploy_conflict(stage: Stage, tell: Narrator) -> str:
    """The lecturer has changed the sentence that the wished version changes too."""
    _rewrite(stage, TASK, "Fill in the four functions", "Fill in, until Friday, the four functions")
    _wish(stage, "variables-basics", "v1.2")
    _push(stage, "Due on Friday; variables-basics v1.2")
    answer = _deploy(
        stage, _statuses(hello=("unchanged", "v1.1"), variables=("conflict", "v1.2"), functions=("unchanged", "v1.0")),
        new_commits=0, exits=4,
    )  # fmt: skip
    expect("the commit of a deploy that meets a conflict alone", answer["commit"], None)
    found = text(stage, stage.assignments, "main", TASK)
    expect("whether the lecturer's words are there", "until Friday" in found, True)
    expect("the label in the database", place(stage.home, "week1.variables").label, "v1.0")
    tell.detail('"until Friday" stands where v1.2 changes the task: exit code 4, you decide')
    return "1 conflict, edit kept"


def make_mistake(stage: Stage, tell: Narrator) -> str:
    """The lecturer stays with the own sentence, and makes by hand the mistake that the library refused."""
    _wish(stage, "variables-basics", "v1.0")
    listed = "    - data/marks.csv\n"
    _rewrite(stage, f"{FUNCTIONS}/meta.yaml", listed, f"{listed}    - hints.py\n")
    solution = (stage.lecturer / FUNCTIONS / "functions.py").read_bytes()
    (stage.lecturer / FUNCTIONS / "hints.py").write_bytes(solution)
    stage.git(stage.lecturer, "add", f"{FUNCTIONS}/hints.py")
    _push(stage, "A hint; variables-basics stays as it is")
    _deploy(stage, _statuses(hello=("unchanged", "v1.1"), functions=("unchanged", "v1.0")), new_commits=0)
    found = text(stage, stage.assignments, "main", TASK)
    expect("whether the lecturer's words are there", "until Friday" in found, True)
    tell.detail("lecturers may see solutions, so the assignments repository takes it")
    return "1 edit, kept as it is"


def verify_history(stage: Stage, tell: Narrator) -> str:
    """The chain of the record, and the commits that repeat its heads."""
    answer = stage.courseline("courseline history verify", "--repository", stage.assignments)
    broken = [chain["break"] for chain in answer["chains"] if chain["break"]]
    expect("breaks in the history", (answer["sound"], broken, answer["witness"]["problems"]), (True, [], []))
    rows = sum(chain["rows"] for chain in answer["chains"])
    expect("commits that tell of operations", answer["witness"]["commits"], 3)
    tell.detail("hash by hash, and against what the commits in the assignments say")
    return f"{rows} entries hold"


def show_status(stage: Stage, tell: Narrator) -> str:
    """What a lecturer sees who asks how the course stands."""
    answer = stage.courseline("courseline course status", "--assignments", stage.assignments)
    names = ("status", "version_tag", "customized", "update")
    found = {entry["path"]: tuple(entry[name] for name in names) for entry in answer["deployments"]}
    expect(f"{', '.join(names)} of each place", found, {
        "week1.hello_world": ("deployed", "v1.1", False, None),
        "week1.variables": ("deployed", "v1.0", True, "v1.2"),
        MOVED: ("deployed", "v1.0", True, None),
    })  # fmt: skip
    tell.detail("courseline course status: two are customised, and v1.2 of one is out")
    return "3 deployed, 1 update waits"


def _statuses(
    hello: tuple[str, str], variables: tuple[str, str] = ("unchanged", "v1.0"),
    functions: tuple[str, str] | None = None,
) -> dict[str, tuple[str, str]]:  # fmt: skip
    last = {"week2.functions": ("unchanged", "v1.0")} if functions is None else {MOVED: functions}
    return {"week1.hello_world": hello, "week1.variables": variables, **last}


def _deploy(
    stage: Stage, statuses: dict[str, tuple[str, str]], *, new_commits: int, exits: int = 0
) -> dict[str, Any]:
    before = commits(stage, stage.assignments)
    answer = stage.courseline("courseline-deploy", "--assignments", stage.assignments, exits=exits)
    found = {result["path"]: (result["status"], result["version_tag"]) for result in answer["results"]}
    expect("what became of each place", found, statuses)
    expect("new commits", commits(stage, stage.assignments) - before, new_commits)
    if new_commits:
        expect("the commit at the head", head(stage, stage.assignments), answer["commit"])
    return answer


def _check_trailers(stage: Stage, operation: str) -> None:
    def trailer(name: str) -> list[str]:
        form = f"--format=%(trailers:key={name},valueonly)"
        return stage.git(stage.assignments, "log", "-1", form, "main").split("\n")

    expect("Courseline-Operation of the commit", trailer("Courseline-Operation")[0], operation)
    versions = [line.rpartition(" ")[0] for line in trailer("Example-Version") if line]
    expected = [f"{path} examples:{example}@v1.0" for path, example in PLACES.items()]
    expect("Example-Version trailers of the commit", versions, expected)
    form = re.fullmatch(r"\d+:[0-9a-f]{64}", trailer("Courseline-History")[0])
    expect("whether Courseline-History is a number and a checksum", form is not None, True)


# --- the lecturer at work in a clone ------------------------------------------------------------------------


def _wish(stage: Stage, example: str, label: str) -> None:
    _pull(stage)
    path = stage.lecturer / STRUCTURE
    pattern = rf'(example_id: "{{{{{example}-uuid}}}}"\s+example_version: )"[^"]*"'
    edited, count = re.subn(pattern, rf'\g<1>"{label}"', path.read_text(encoding="utf-8"))
    expect(f"wishes for {example} in {STRUCTURE}", count, 1)
    path.write_text(edited, encoding="utf-8")


def _rewrite(stage: Stage, name: str, old: str, new: str) -> None:
    _pull(stage)
    path: Path = stage.lecturer / name
    before = path.read_text(encoding="utf-8")
    if before.count(old) != 1:
        raise Difference(f"the lecturer's clone, file {name}", f"`{old}` once", before)
    path.write_text(before.replace(old, new), encoding="utf-8")


def _pull(stage: Stage) -> None:
    if not stage.git(stage.lecturer, "status", "--porcelain"):
        stage.git(stage.lecturer, "pull", "--quiet", "--ff-only")


def _push(stage: Stage, message: str) -> str:
    stage.git(stage.lecturer, "commit", "--quiet", "--all", "-m", message)
    stage.git(stage.lecturer, "push", "--quiet", "origin", "main")
    return head(stage, stage.assignments)
