"""The steps in which a lecturer asks by merge request, and courseline answers and deploys."""

from __future__ import annotations

import json
import re
import shutil

from demo.contents import blob, changed, files, head, text
from demo.expect import expect
from demo.merging import Merged, Proposal, merge, propose, rewrite, wish
from demo.narrator import Narrator
from demo.record import place
from demo.stage import COURSE, HERE, Stage

STRUCTURE = "course-structure.yaml"
TASK = "week1/variables/content/index.md"
PLACES = {
    "week1.hello_world": "hello-world",
    "week1.variables": "variables-basics",
    "week2.functions": "functions-intro",
}
MOVED = "week3.functions_intro"
FUNCTIONS = "week2/functions"
GREEN = {"courseline:deploy": "success", "courseline:student-template": "success"}
# What a place holds besides its example's own files: copies of a dependency, and the meta.yaml that names them.
RENDERED = {"week2.functions": {"meta.yaml", "columns.py", "data/weather.csv"}}


def ask_first(stage: Stage, tell: Narrator) -> str:
    """A merge request is answered with what it would do; nothing is done."""
    shutil.copyfile(HERE / "course" / STRUCTURE, stage.lecturer / STRUCTURE)
    before = head(stage, stage.assignments)
    proposal = propose(stage, "plan", "Plan the course")
    for path, example in PLACES.items():
        line = f"- **add** `{path}`: `examples:{example}` `v1.0`"
        expect(f"whether the note says {line}", line in proposal.note, True)
    expect("main while the merge request is open", head(stage, stage.assignments), before)
    stage.open = proposal
    tell.detail("status courseline/plan: success, and under the merge request:")
    tell.quote(proposal.note)
    return "3 additions, nothing done"


def merge_first(stage: Stage, tell: Narrator) -> str:
    """Three places in one commit; each is what the tag holds, with the dependency's files."""
    done = _merge(stage, stage.open, new_commits=1)
    for path, example in PLACES.items():
        directory = path.replace(".", "/")
        expect(f"status, label and commit of {path} in the database", place(stage, path)[1:], (
            "deployed", "v1.0", directory, done.made[0],
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
    copy = blob(stage, stage.assignments, "main", "week2/functions/columns.py")
    original = blob(stage, stage.examples, "v1.0", "variables-basics/columns.py")
    expect("the blob of week2/functions/columns.py, copied from variables-basics", copy, original)
    _check_trailers(stage)
    tell.detail("courseline:deploy, then courseline:student-template; the note says so now:")
    tell.quote(done.note)
    return "3 places, 1 commit"


def update_and_move(stage: Stage, tell: Narrator) -> str:
    """The lecturer raises one version, and moves a place whose files stay where students know them."""
    content, blobs = (
        place(stage, "week2.functions").content,
        files(stage, stage.assignments, "main", FUNCTIONS),
    )
    wish(stage, STRUCTURE, "hello-world", "v1.1")
    rewrite(stage, STRUCTURE, 'path: "week2"', 'path: "week3"')
    rewrite(stage, STRUCTURE, "Week 2: Functions", "Week 3: Functions")
    rewrite(
        stage, STRUCTURE, '- path: "week2.functions"',
        f'- path: "{MOVED}"\n        movedFrom: "week2.functions"',
    )  # fmt: skip
    proposal = propose(stage, "week-3", "hello-world v1.1; functions in week 3")
    line = "- **update** `week1.hello_world`: `examples:hello-world` `v1.0` → `v1.1`"
    expect(f"whether the note says {line}", line in proposal.note, True)
    done = _merge(stage, proposal, new_commits=1)
    touched = {
        path for path in changed(stage, stage.assignments, done.commit) if not path.startswith(".course-")
    }
    outside = {path for path in touched if not path.startswith(("week1/hello_world/", f"{FUNCTIONS}/."))}
    expect("files that the deploy touched outside of hello_world", outside, set())
    there = blob(stage, stage.assignments, "main", "week1/hello_world/data/greetings.csv")
    tagged = blob(stage, stage.examples, "v1.1", "hello-world/data/greetings.csv")
    expect("the blob of week1/hello_world/data/greetings.csv", there, tagged)
    moved = place(stage, MOVED)
    expect("id, status, label and directory of the moved place", moved[:4], (
        content, "deployed", "v1.0", FUNCTIONS,
    ))  # fmt: skip
    after = files(stage, stage.assignments, "main", FUNCTIONS)
    changed_files = {name for name, blob in after.items() if blobs.get(name) != blob} - {".example-library"}
    expect(
        "files of the moved place that changed, or went",
        (changed_files, blobs.keys() - after.keys()),
        (set(), set()),
    )
    tell.detail(f"{MOVED} was week2.functions; students' paths stay")
    return "1 update, 1 move, 1 commit"


def conflict(stage: Stage, tell: Narrator) -> str:
    """The lecturer has changed the sentence that the wished version changes too."""
    rewrite(stage, TASK, "Fill in the four functions", "Fill in, until Friday, the four functions")
    wish(stage, STRUCTURE, "variables-basics", "v1.2")
    proposal = propose(stage, "friday", "Due on Friday; variables-basics v1.2", plan="failed")
    named = "- **conflict** `week1.variables`" in proposal.note
    expect("whether the note names the conflict before the merge", named, True)
    states = {**GREEN, "courseline:deploy": "failed"}  # exit code 4, which the job is allowed
    done = _merge(stage, proposal, new_commits=0, states=states)
    found = text(stage, stage.assignments, "main", TASK)
    expect("whether the lecturer's words are there", "until Friday" in found, True)
    expect("the label in the database", place(stage, "week1.variables").label, "v1.0")
    told = re.search(r"- \*\*conflict\*\* .*?\.", done.note)
    expect("whether the note names the conflict after the merge", told is not None, True)
    tell.detail('"until Friday" stands where v1.2 changes the task. Named before and after:')
    tell.quote(proposal.note.partition("\n\n2 places")[0].partition(" Keep ")[0])
    return "1 conflict, edit kept"


def ask_for_mistake(stage: Stage, tell: Narrator) -> str:
    """The lecturer stays with the own sentence, and makes by hand the mistake that the library refused."""
    wish(stage, STRUCTURE, "variables-basics", "v1.0")
    listed = "    - data/marks.csv\n"
    rewrite(stage, f"{FUNCTIONS}/meta.yaml", listed, f"{listed}    - hints.py\n")
    shutil.copyfile(stage.lecturer / FUNCTIONS / "functions.py", stage.lecturer / FUNCTIONS / "hints.py")
    proposal = propose(stage, "hint", "A hint; variables-basics stays as it is")
    expect("the state of courseline:check", proposal.check, "failed")
    stage.open = proposal
    said = stage.trace(COURSE, "courseline:check")
    (line,) = re.findall(r"^(week2/functions/hints\.py: error: .+?\.) ", said, re.MULTILINE)
    tell.detail("courseline:check is red in the merge request:")
    tell.detail(line)
    return "1 error, on its file"


def verify_history(stage: Stage, tell: Narrator) -> str:
    """The chain of the record, and the commits that repeat its heads."""
    repository = stage.site.double.git_url(COURSE)
    answer = stage.courseline("history", "verify", "--repository", repository)
    broken = [chain["break"] for chain in answer["chains"] if chain["break"]]
    expect("breaks in the history", (answer["sound"], broken, answer["witness"]["problems"]), (True, [], []))
    rows = sum(chain["rows"] for chain in answer["chains"])
    expect("commits that tell of operations", answer["witness"]["commits"], 2)
    tell.detail("courseline history verify: hash by hash, and against what the commits say")
    return f"{rows} entries hold"


def show_status(stage: Stage, tell: Narrator) -> str:
    """What a lecturer sees who asks how the course stands."""
    answer = stage.courseline("course", "status")
    names = ("status", "version_tag", "customized", "update")
    found = {entry["path"]: tuple(entry[name] for name in names) for entry in answer["deployments"]}
    expect(f"{', '.join(names)} of each place", found, {
        "week1.hello_world": ("deployed", "v1.1", False, None),
        "week1.variables": ("deployed", "v1.0", True, "v1.2"),
        MOVED: ("deployed", "v1.0", True, None),
    })  # fmt: skip
    tell.detail("courseline course status: two are customised, and v1.2 of one is out")
    return "3 deployed, 1 update waits"


def _merge(stage: Stage, proposal: Proposal, *, new_commits: int, states: dict[str, str] = GREEN) -> Merged:
    done = merge(stage, proposal)
    expect("states of the jobs after the merge", {name: done.jobs[name] for name in states}, states)
    expect("commits that deploy made", len(done.made), new_commits)
    return done


def _check_trailers(stage: Stage) -> None:
    def trailer(name: str) -> list[str]:
        form = f"--format=%(trailers:key={name},valueonly)"
        return stage.git(stage.assignments, "log", "-1", form, "main").split("\n")

    recorded = stage.site.live.query("SELECT id::text FROM operation")
    expect(
        "whether the commit's operation is recorded", (trailer("Courseline-Operation")[0],) in recorded, True
    )
    versions = [line.rpartition(" ")[0] for line in trailer("Example-Version") if line]
    expected = [f"{path} examples:{example}@v1.0" for path, example in PLACES.items()]
    expect("Example-Version trailers of the commit", versions, expected)
    form = re.fullmatch(r"\d+:[0-9a-f]{64}", trailer("Courseline-History")[0])
    expect("whether Courseline-History is a number and a checksum", form is not None, True)
