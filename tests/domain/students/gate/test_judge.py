"""One honest template, one fault of each kind planted in it, exactly that finding."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest
from tests.builders.student_places import STUB, Files, MadeUpCourse, Place, meta_text, raw_of, tree_of

from courseline.domain.course.wish import GateException
from courseline.domain.library.version import Role
from courseline.domain.students.gate.case import GateCase, Hidden
from courseline.domain.students.gate.hidden_set import library_hidden
from courseline.domain.students.gate.judge import CHECKS, judge
from courseline.domain.students.gate.justification import justify
from courseline.domain.tree import EXECUTABLE, GITLINK, SYMLINK, Tree, blob_oid

SOLUTION = "def mean(values):\n    return sum(values) / len(values)  # what students are to find\n"
CUT_SOLUTION = SOLUTION.replace("mean", "middle").replace("sum", "fsum")
CUT_SOURCE = f"import math\nimport statistics\nimport itertools\n# BEGIN SOLUTION\n{CUT_SOLUTION}# END SOLUTION\n\n\nprint(math.pi)\n"
CUT = "import math\nimport statistics\nimport itertools\npass\n\n\nprint(math.pi)\n"
TEST = "from mean import mean\n\n\ndef test_mean():\n    assert mean([1, 2, 3]) == 2\n"
HELPER = "def read(path):\n    return [float(line) for line in open(path)]\n"
DATA = "name;points\nAda;12\nGrace;11\nAlan;10\nEdsger;9\nBarbara;12\n"
NOTES = "Notes for lecturers: the third task is the one that most students find hard.\n"
IMAGE = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
P = "week1/mean"

# Too short for the hidden set, so that nothing but the rules keeps them from students.
SHORT = {
    "data/handed_in.py": "return 42",
    "data/checks/check.py": "assert 42",
    "data/.answers": "41, 42",
    "README_solution.md": "It is 42.",
    "content/index_solution.md": "It is 43.",
    "content/mediaFiles/code.png": "44",
    "content/mediaFiles/later.png": "45",
    "content/mediaFiles/prose.png": "46",
    "notes_short.txt": "47",
}
REACHED = {
    "the source of a file that is handed in": ("data/handed_in.py", "data/handed_in.py"),
    "a test below a public directory": ("data/checks/check.py", "data/checks/check.py"),
    "a dot file below a public directory": ("data/.answers", "data/.answers"),
    "a text whose name ends with no language": ("README_solution.md", "README_solution.md"),
    "an index whose name ends with no language": ("content/index_solution.md", "README_solution.md"),
    "media linked in code only": ("content/mediaFiles/code.png", "mediaFiles/code.png"),
    "media linked in a comment only": ("content/mediaFiles/later.png", "mediaFiles/later.png"),
    "media named in prose only": ("content/mediaFiles/prose.png", "mediaFiles/prose.png"),
    "an unlisted file under a listed name": ("notes_short.txt", "data/notes.txt"),
    "an unlisted file as a template": ("notes_short.txt", "mean.py"),
}

MEAN = Place(
    {
        "meta.yaml": meta_text(
            studentSubmissionFiles=["mean.py", "cut.py", "empty.py", "data/handed_in.py"],
            additionalFiles=["data/", "run.sh"],
            studentTemplates=["studentTemplates/mean.py"],
            testFiles=["tests/", "data/checks"],
            maxSubmissions=3,
        ),
        "content/index.md": (
            "# Mean\n\n![picture](mediaFiles/task.png)\n\n`![code](mediaFiles/code.png)`\n\n"
            "<!-- ![later](mediaFiles/later.png) -->\n\nThere is also mediaFiles/prose.png.\n"
        ),
        **SHORT,
        "content/mediaFiles/task.png": IMAGE,
        "content/mediaFiles/solution.png": IMAGE + b"solution",
        "studentTemplates/mean.py": STUB,
        "mean.py": SOLUTION,
        "cut.py": CUT_SOURCE,
        "empty.py": SOLUTION + "# another\n",
        "data/points.csv": DATA,
        "run.sh": (EXECUTABLE, "#!/bin/sh\nexec python3 mean.py data/points.csv\n"),
        "tests/test_mean.py": TEST,
        "tests/points.csv": DATA,
        "notes.txt": NOTES,
        "helper.py": HELPER,
        "other_solution.py": SOLUTION + "# of the dependency\n",
    },
    P,
    {"helper.py": Role.PUBLIC, "other_solution.py": Role.SUBMISSION},
    {"maxSubmissions": 5},
)
HONEST = MadeUpCourse(
    [MEAN, Place({"meta.yaml": meta_text(), "README.md": "Read chapter two.\n"}, "week2/reading")]
)
# Put together here, so that this file holds none.
PRIVATE_KEY = "key:\n-----BEGIN RSA " + f"PRIVATE KEY-----\n{'Aa0+' * 16}\n-----END RSA PRIVATE KEY-----\n"
CANARY = "COURSELINE-" + "CANARY-7f3a"
PLAN = "".join(f"Part {number} takes {number * 5} minutes\n" for number in range(1, 15))
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'7f' * 32}\nsize 4711\n"
SECRET = "Courseline shows this sentence to nobody but the lecturers of the course.\n"
ELSEWHERE = library_hidden(blob_oid(SECRET.encode()), Role.TEST, "test_x.py", "other:example", "v1.0")


@dataclass(frozen=True)
class Fault:
    """Something wrong with the candidate, and the check that must find it, at which path.

    `planted` replaces or adds files of the candidate alone; `listed` also the files at the same paths of the first
    place, as if the builder had let them through.
    """

    rule: str
    path: str
    planted: Files = field(default_factory=dict)
    listed: Files = field(default_factory=dict)
    course: MadeUpCourse = HONEST
    line: int | None = None
    library: Mapping[str, Hidden] = field(default_factory=dict)

    @property
    def case(self) -> GateCase:
        case = self.course.case({**self.planted, **self.listed}, library=self.library)
        first, *others = case.places
        inside = tree_of({path[len(P) + 1 :]: content for path, content in self.listed.items()})
        files = [file for file in first.tree if file.path not in inside.paths]
        return replace(case, places=[replace(first, tree=Tree([*files, *inside])), *others])


def with_files(files: Files, **changes: object) -> MadeUpCourse:
    """The honest course with other files at its first place."""
    return replace(HONEST, places=[replace(MEAN, files={**MEAN.files, **files}), HONEST.places[1]], **changes)


REDUCED = HONEST.blobs[HONEST.template.tree.get(f"{P}/meta.yaml").oid].decode()
README = HONEST.blobs[HONEST.template.tree.get("README.md").oid].decode()
FAULTS = {
    **{
        name: Fault("justification", f"{P}/{target}", {f"{P}/{target}": SHORT[source]})
        for name, (source, target) in REACHED.items()
    },
    "an unlisted file of the place": Fault("justification", f"{P}/notes.txt", {f"{P}/notes.txt": "short"}),
    "a file in no place": Fault("justification", "week9/x.txt", {"week9/x.txt": "short"}),
    "a file at the root": Fault("justification", ".gitlab-ci.yml", {".gitlab-ci.yml": "short"}),
    "a changed public file": Fault(
        "justification", f"{P}/data/points.csv", {f"{P}/data/points.csv": "short"}
    ),
    "a changed template": Fault("justification", f"{P}/mean.py", {f"{P}/mean.py": "short"}),
    "another mode": Fault("justification", f"{P}/helper.py", {f"{P}/helper.py": (EXECUTABLE, HELPER)}),
    "an empty file where there is a template": Fault("justification", f"{P}/mean.py", {f"{P}/mean.py": ""}),
    "text in a file that must be empty": Fault("justification", f"{P}/empty.py", {f"{P}/empty.py": "short"}),
    "a line of the solution left by the cut": Fault(
        "justification", f"{P}/cut.py", {f"{P}/cut.py": "import math\n    return sum(values)\n"}
    ),
    "lines of the source in another order": Fault(
        "justification", f"{P}/cut.py", {f"{P}/cut.py": "print(math.pi)\nimport math\n"}
    ),
    "a solution line that was cut": Fault(
        "justification", f"{P}/cut.py", {f"{P}/cut.py": f"import math\n{CUT_SOLUTION}\n\nprint(math.pi)\n"}
    ),
    "media that no text links to": Fault(
        "justification", f"{P}/mediaFiles/solution.png", {f"{P}/mediaFiles/solution.png": "short"}
    ),
    "media at its own path": Fault(
        "justification", f"{P}/content/mediaFiles/task.png", {f"{P}/content/mediaFiles/task.png": "short"}
    ),
    "a file whose name begins with a dot": Fault("justification", f"{P}/data/.key", {f"{P}/data/.key": "{}"}),
    "a hidden copy of a dependency": Fault(
        "justification", f"{P}/other_solution.py", {f"{P}/other_solution.py": "short"}
    ),
    "a file in a place without meta.yaml": Fault(
        "justification",
        f"{P}/x.txt",
        {f"{P}/x.txt": "short"},
        course=MadeUpCourse([Place({"x.txt": "short"}, P)]),
    ),
    "an old file of the head": Fault(
        "justification",
        f"{P}/old.txt",
        {f"{P}/old.txt": "short"},
        course=replace(HONEST, head_files={f"{P}/old.txt": "short"}),
    ),
    "the whole meta.yaml": Fault(
        "student-meta", f"{P}/meta.yaml", {f"{P}/meta.yaml": MEAN.files["meta.yaml"]}
    ),
    "a field too many": Fault(
        "student-meta", f"{P}/meta.yaml", {f"{P}/meta.yaml": REDUCED + "authors: [Ada]\n"}
    ),
    "a property too many": Fault(
        "student-meta", f"{P}/meta.yaml", {f"{P}/meta.yaml": REDUCED + "  points: 3\n"}
    ),
    "another title": Fault(
        "student-meta", f"{P}/meta.yaml", {f"{P}/meta.yaml": REDUCED.replace("Hello World", "Answer 42")}
    ),
    "another limit": Fault(
        "student-meta",
        f"{P}/meta.yaml",
        {f"{P}/meta.yaml": REDUCED.replace("maxSubmissions: 5", "maxSubmissions: 6")},
    ),
    "a test among the additional files": Fault(
        "student-meta", f"{P}/meta.yaml", {f"{P}/meta.yaml": REDUCED.replace("- run.sh", "- tests/")}
    ),
    "a comment in the reduced meta.yaml": Fault(
        "student-meta", f"{P}/meta.yaml", {f"{P}/meta.yaml": REDUCED + "# the answer is fortytwo\n"}
    ),
    "a foreign word in the README of the course": Fault(
        "course-readme", "README.md", {"README.md": README + "\nThe answer is fortytwo.\n"}, line=10
    ),
    "a test of another example": Fault(
        "hidden", f"{P}/run.sh", listed={f"{P}/run.sh": SECRET}, library=ELSEWHERE
    ),
    "a template that lies unlisted beside it": Fault(
        "hidden", f"{P}/mean.py", course=with_files({"studentTemplates/mean.py": NOTES})
    ),
    "a cut file that lies elsewhere in the assignments repository": Fault(
        "hidden", f"{P}/cut.py", course=with_files({}, other_files={"drafts/cut.py": CUT})
    ),
    "a marker": Fault("markers", f"{P}/run.sh", listed={f"{P}/run.sh": "a\n# End_Solution\n"}, line=2),
    "a marker in a notebook": Fault(
        "markers", f"{P}/run.sh", listed={f"{P}/run.sh": '{"a": ["x\\n",\n"# BEGIN SOLUTION\\n"]}'}, line=2
    ),
    "a conflict marker": Fault(
        "conflict-markers", f"{P}/run.sh", listed={f"{P}/run.sh": "a\n<<<<<<< ours\nb\n=======\n"}, line=2
    ),
    "an archive": Fault("leftovers", f"{P}/data/all.zip", listed={f"{P}/data/all.zip": "short"}),
    "compiled code under another name": Fault(
        "leftovers", f"{P}/run.sh", listed={f"{P}/run.sh": b"\x7fELF" + bytes(40)}
    ),
    "a private key": Fault("secrets", f"{P}/run.sh", listed={f"{P}/run.sh": PRIVATE_KEY}, line=2),
    "a canary": Fault("canary", f"{P}/run.sh", listed={f"{P}/run.sh": f"a\n{CANARY}\n"}, line=2),
    "a canary as a name": Fault("canary", f"{P}/data/{CANARY}", listed={f"{P}/data/{CANARY}": "short"}),
    "a text in the metadata of a notebook": Fault(
        "notebooks",
        f"{P}/data/x.ipynb",
        listed={
            f"{P}/data/x.ipynb": '{"cells": [{"metadata": {"note": "' + "42 " * 99 + '"}}], "metadata": {}}'
        },
    ),
    "most of a hidden file": Fault(
        "similarity",
        f"{P}/run.sh",
        course=with_files({"plan.txt": PLAN, "run.sh": (EXECUTABLE, PLAN.replace("Part 1 ", "Today "))}),
        line=2,
    ),
    "a test among other lines": Fault(
        "containment",
        f"{P}/run.sh",
        course=with_files(
            {"run.sh": "#!/bin/sh\n" + "\n".join(f"# {line}\necho" for line in TEST.split("\n"))}
        ),
        line=2,
    ),
    "a template that has all of the solution": Fault(
        "containment",
        f"{P}/mean.py",
        course=with_files({"studentTemplates/mean.py": STUB + SOLUTION}),
        line=2,
    ),
    "a pointer to a file that is kept elsewhere": Fault(
        "pointers", f"{P}/run.sh", listed={f"{P}/run.sh": POINTER}
    ),
    "a course file below a public directory": Fault(
        "pointers",
        f"{P}/data/course-structure.yaml",
        listed={f"{P}/data/course-structure.yaml": "structure: []\n"},
    ),
    "a symbolic link": Fault("mode", f"{P}/run.sh", listed={f"{P}/run.sh": (SYMLINK, "/etc/passwd")}),
    "a submodule": Fault("mode", f"{P}/run.sh", listed={f"{P}/run.sh": (GITLINK, "x")}),
}


def found(case: GateCase, checks: list[str] | None = None) -> set[tuple[str, str]]:
    return {(finding.rule, finding.path) for finding in judge(case, checks)}


def test_an_honest_template_passes():
    assert judge(HONEST.case()) == []
    assert {str(file.rule) for file in HONEST.template.files} == {
        "1",
        "2",
        "3-template",
        "3-cut",
        "3-empty",
        "4",
        "5",
    }


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_gives_exactly_that_finding(name):
    fault = FAULTS[name]
    findings = judge(fault.case)

    assert {(finding.rule, finding.path) for finding in findings} == {(fault.rule, fault.path)}
    assert all(finding.blocking and finding.message and finding.why and finding.fix for finding in findings)
    assert fault.line in {None, findings[0].line}
    assert findings[0].place in {None, "week1.mean"}


@pytest.mark.parametrize("check", CHECKS)
def test_without_any_one_check_a_fault_gets_through(check):
    faults = [fault for fault in FAULTS.values() if fault.rule == check]
    others = [name for name in CHECKS if name != check]

    assert faults
    for fault in faults:
        assert found(fault.case, others) == set()
        assert found(fault.case, [check]) == {(check, fault.path)}


def test_an_old_file_is_told_from_a_new_one():
    (old,) = judge(FAULTS["an old file of the head"].case)
    (new,) = judge(FAULTS["an unlisted file of the place"].case)

    assert "from an earlier version" in old.message
    assert "from an earlier version" not in new.message


def test_each_file_is_justified_with_its_reason():
    reasons = {one.file.path: (one.rule, one.why) for one in justify(HONEST.case())}

    assert reasons[f"{P}/README.md"] == ("1", "text content/index.md")
    assert reasons[f"{P}/mediaFiles/task.png"] == ("1", "linked from content/index.md")
    assert reasons[f"{P}/data/points.csv"] == ("2", "below data/ of additionalFiles")
    assert reasons[f"{P}/helper.py"] == ("2", "public file of a dependency")
    assert reasons[f"{P}/mean.py"] == ("3-template", "template studentTemplates/mean.py")
    assert reasons[f"{P}/cut.py"][0] == "3-cut"
    assert reasons[f"{P}/empty.py"][0] == "3-empty"
    assert {file.path: str(file.rule) for file in HONEST.template.files} == {
        path: rule for path, (rule, _) in reasons.items()
    }


BROKEN = replace(MEAN, files={**MEAN.files, "meta.yaml": meta_text(additionalFiles=["gone"])}, deployed=MEAN)


def test_what_is_kept_passes_as_long_as_it_is_what_students_have():
    course = HONEST.after(BROKEN, HONEST.places[1])

    assert course.template.kept == {P}
    assert judge(course.case()) == []
    assert found(course.case({f"{P}/new.txt": "short"})) == {("justification", f"{P}/new.txt")}
    assert found(course.case({f"{P}/run.sh": "short"})) == {("justification", f"{P}/run.sh")}


def test_a_hidden_blob_in_a_kept_file_is_a_past_leak_that_blocks_nothing():
    course = HONEST.after(BROKEN, HONEST.places[1])
    leak = course.template.tree.get(f"{P}/run.sh").oid
    (finding,) = judge(course.case(library=library_hidden(leak, Role.TEST, "run.sh", "a:b", "v1")))

    assert (finding.rule, finding.path, finding.blocking) == ("hidden", f"{P}/run.sh", False)
    assert "already" in finding.message


def test_a_hidden_blob_students_have_already_blocks_unless_it_is_kept():
    course = HONEST.after(*HONEST.places)
    leak = course.template.tree.get(f"{P}/run.sh").oid
    (finding,) = judge(course.case(library=library_hidden(leak, Role.TEST, "run.sh", "a:b", "v1")))

    assert finding.blocking


def exception(path: str, content: str) -> GateException:
    return GateException(path, hashlib.sha256(raw_of(content)).hexdigest(), "reviewed", "Ada", 7)


EXCEPTABLE = [
    "a marker",
    "a conflict marker",
    "an archive",
    "a private key",
    "a text in the metadata of a notebook",
]


@pytest.mark.parametrize("name", EXCEPTABLE)
def test_a_reviewed_exception_is_good_for_its_path_and_content_only(name):
    fault = FAULTS[name]
    content = fault.listed[fault.path]

    def rules(*exceptions: GateException) -> set[tuple[str, str]]:
        return found(replace(fault.case, exceptions=exceptions))

    assert rules(exception(fault.path, content)) == set()
    assert rules(exception(fault.path, content + " ")) == {(fault.rule, fault.path)}
    assert rules(exception(f"{P}/other.sh", content)) == {(fault.rule, fault.path)}


@pytest.mark.parametrize(
    "name", ["an unlisted file of the place", "a test of another example", "a canary", "the whole meta.yaml"]
)
def test_no_exception_clears_what_nobody_can_judge_by_the_file_alone(name):
    fault = FAULTS[name]
    content = {**fault.planted, **fault.listed}[fault.path]

    assert found(replace(fault.case, exceptions=[exception(fault.path, content)])) == {
        (fault.rule, fault.path)
    }


def test_a_hidden_file_that_is_no_solution_and_no_test_can_be_excepted():
    fault = FAULTS["a template that lies unlisted beside it"]

    assert found(replace(fault.case, exceptions=[exception(fault.path, NOTES)])) == set()
