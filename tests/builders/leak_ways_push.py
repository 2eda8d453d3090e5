"""Ways by which a push itself lets hidden files out: old trees, commits, refs, targets, links, other versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tests.builders.leak_draft import Dice, Draft, Hostile, with_library
from tests.builders.student_places import MadeUpCourse, raw_of

from courseline.domain.library.version import Role
from courseline.domain.students.gate.history import HistoryCase, TemplateCommit
from courseline.domain.tree import GITLINK, SYMLINK

OURS = "courseline <courseline@example.org>"
TEMPLATE = "https://gitlab.example.org/python/student-template"
ASSIGNMENTS = "https://gitlab.example.org/python/assignments"


def old_files(dice: Dice) -> Hostile:
    """Students have a file that the new version drops, or hides."""
    draft = Draft.of(dice)
    path = f"data/{dice.name()}"
    draft.files[path] = dice.hidden()
    draft.list("additionalFiles", path)
    before = MadeUpCourse([draft.place()])
    draft.lists["additionalFiles"].remove(path)
    way = dice.randrange(4)
    if way == 0:
        draft.list("testFiles", path)
    elif way == 1:
        draft.list("studentSubmissionFiles", path)
    elif way == 2:
        draft.files[f"solutions/{path}"] = draft.files[path]
        draft.list("testFiles", "solutions/")
        del draft.files[path]
    hidden = raw_of(before.places[0].files[path])
    role = dice.choice([Role.TEST, Role.SUBMISSION])
    hostile = draft.hostile({path: hidden})
    return with_library(replace(hostile, course=before.after(draft.place())), (path, role, hidden))


def honest_history(dice: Dice, length: int) -> HistoryCase:
    """A push that is as it should be."""
    operations = [f"{dice.getrandbits(32):08x}-0000-4000-8000-{number:012d}" for number in range(length + 1)]
    commits: list[TemplateCommit] = []
    for operation in operations:
        parents = (commits[0].sha,) if commits else ()
        message = f"Update student template for Python 101\n\nCourseline-Operation: {operation}\n"
        commits.insert(
            0,
            TemplateCommit(
                f"{dice.getrandbits(160):040x}", parents, f"{dice.getrandbits(160):040x}", OURS, message
            ),
        )
    head = commits[1].sha if length else None
    return HistoryCase(commits, commits[0].tree, head, ["refs/heads/main"], "main", TEMPLATE, TEMPLATE, ASSIGNMENTS, operations)  # fmt: skip


def _with(dice: Dice, history: HistoryCase) -> Hostile:
    return replace(Draft.of(dice).hostile(), history=history)


def foreign_history(dice: Dice) -> Hostile:
    """Commits below or between ours that courseline did not make."""
    case = honest_history(dice, dice.randint(1, 5))
    commits = list(case.commits)
    index = dice.randrange(1, len(commits))
    below = commits[index]
    way = dice.randrange(5)
    if way == 0:
        commits[index] = replace(below, message=f"Add the solution\n\n{dice.secret()}\n")
    elif way == 1:
        commits[index] = replace(below, parents=(*below.parents, f"{dice.getrandbits(160):040x}"))
    elif way == 2:
        commits[-1] = replace(commits[-1], parents=(f"{dice.getrandbits(160):040x}",))
    elif way == 3:
        stolen = below.message.rpartition(" ")[2]
        commits[index] = replace(
            below,
            message=f"Solve it\n\n{dice.secret()}\n\nCourseline-Operation: {stolen}\nmore text\n\nend\n",
        )
    else:
        commits.insert(
            index,
            TemplateCommit(
                f"{dice.getrandbits(160):040x}",
                (below.sha,),
                below.tree,
                "Eve <eve@example.org>",
                f"Solve it\n\n{dice.secret()}\n",
            ),
        )
    return _with(dice, replace(case, commits=commits))


def other_refs(dice: Dice) -> Hostile:
    """A push that writes more than the template branch."""
    case = honest_history(dice, dice.randint(0, 3))
    more = dice.choice(
        ["refs/heads/solution", "refs/heads/main2", "refs/tags/v1.0", "refs/notes/commits", "refs/heads/main/x",
         "refs/merge-requests/1/head", "refs/heads/MAIN", "refs/pipelines/3", "HEAD", "main", "refs/heads/solution-week-7"]
    )  # fmt: skip
    refs: Sequence[str] = [more] if dice.random() < 0.3 else [*case.refs, more]
    return _with(dice, replace(case, refs=refs))


def wrong_target(dice: Dice) -> Hostile:
    """Settings that are swapped or old: another project, the assignments repository, another branch."""
    case = honest_history(dice, dice.randint(0, 3))
    other = f"https://gitlab.example.org/{dice.choice(['r', 'python', 'java'])}-{dice.randrange(99)}/student-template"
    changed = dice.choice(
        [
            replace(case, target_identity=other),
            replace(case, target_identity=ASSIGNMENTS),
            replace(case, target_identity=ASSIGNMENTS, template_identity=ASSIGNMENTS),
            replace(case, target_identity=f"{TEMPLATE}s"),
            replace(case, branch=dice.choice(["solution", "master", "dev"])),
            replace(case, refs=[f"refs/heads/{dice.choice(['solution', 'master'])}"]),
            replace(case, candidate_tree=f"{dice.getrandbits(160):040x}"),
            replace(case, head=f"{dice.getrandbits(160):040x}"),
        ]
    )
    return _with(dice, changed)


def submodule(dice: Dice) -> Hostile:
    """A submodule or an LFS pointer leads to a project that students can read."""
    draft = Draft.of(dice)
    oid = f"{dice.getrandbits(256):064x}"
    pointer = (
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {dice.randrange(100, 99999)}\n"
    )
    path = f"data/{dice.choice(['solutions', 'reference', 'lib'])}"
    way = dice.randrange(4)
    if way == 0:
        draft.files[path] = (GITLINK, dice.secret())
        draft.list("additionalFiles", dice.choice([path, "data/"]))
    elif way == 1:
        path = f"data/{dice.name()}"
        draft.files[path] = pointer
        dice.secrets.append(oid)
        draft.list("additionalFiles", dice.choice([path, "data/"]))
    elif way == 2:
        path = draft.main
        draft.files[f"studentTemplates/{draft.main}"] = pointer
        dice.secrets.append(oid)
    else:
        path = dice.choice(["data/.gitmodules", ".gitmodules"])
        draft.files[path] = (
            f'[submodule "s"]\n\tpath = s\n\turl = https://gitlab.example.org/{dice.secret()}.git\n'
        )
        draft.list("additionalFiles", dice.choice([path, "data/"]))
    source = f"studentTemplates/{draft.main}" if way == 2 else path
    return draft.hostile({path: draft.files[source]})


def symlink(dice: Dice) -> Hostile:
    """A link leads to what is hidden."""
    draft = Draft.of(dice)
    target = f"../{dice.choice(['tests', 'solutions', '../../etc'])}/{dice.secret()}"
    path = dice.choice(
        ["data/link", f"studentTemplates/{draft.main}", draft.main, "README.md", "content/mediaFiles/a.png"]
    )
    if path == draft.main:
        draft.without_template()
    draft.files[path] = (SYMLINK, target)
    if path == "data/link":
        draft.list("additionalFiles", dice.choice([path, "data/"]))
    if path.startswith("content/"):
        draft.files["README.md"] = "![a](mediaFiles/a.png)\n"
    shown = {"content/mediaFiles/a.png": "mediaFiles/a.png", f"studentTemplates/{draft.main}": draft.main}
    return draft.hostile({shown.get(path, path): (SYMLINK, target)})


def looser_rules(dice: Dice) -> Hostile:
    """Back to a version that still gave away what later versions hide."""
    draft = Draft.of(dice)
    path = f"data/{dice.name()}"
    draft.files[path] = dice.hidden()
    draft.list("additionalFiles", dice.choice([path, "data/"]))
    hidden = raw_of(draft.files[path])
    role = dice.choice([Role.TEST, Role.SUBMISSION])
    return with_library(draft.hostile({path: hidden}), (f"later/{path}", role, hidden))


def dependency(dice: Dice) -> Hostile:
    """A dependency is copied with its solution or tests, and the place lists them."""
    draft = Draft.of(dice)
    path = dice.choice([f"variables_{dice.name()}", f"data/{dice.name()}", f"lib/{dice.name()}"])
    draft.files[path] = dice.hidden()
    role = dice.choice([Role.TEST, Role.SUBMISSION, Role.SUBMISSION])
    draft.roles[path] = role
    way = dice.randrange(5)
    if way == 0:
        draft.list("additionalFiles", path)
    elif way == 1 and "/" in path:
        draft.list("additionalFiles", f"{path.partition('/')[0]}/")
    elif way == 2:
        draft.list("studentTemplates", {"from": path, "to": "begin.txt"})
    elif way == 3:
        draft.lists["studentTemplates"] = [{"from": path, "to": draft.main}]
    hidden = raw_of(draft.files[path])
    return with_library(draft.hostile({path: hidden}), (path, role, hidden))


def two_places(dice: Dice) -> Hostile:
    """What one place hides, another lists as its own: a whole course by plain copying."""
    first, second = Draft.of(dice), Draft.of(dice)
    second.directory = f"{first.directory}_2"
    hidden = first.files[dice.choice([first.main, first.test])]
    second.files["data/borrowed.txt"] = hidden
    second.list("additionalFiles", "data/borrowed.txt")
    raw = raw_of(hidden)
    hostile = with_library(first.hostile(), (first.test, Role.TEST, raw))
    leaked = {f"{second.directory}/data/borrowed.txt": hidden}
    course = MadeUpCourse([first.place(), second.place()])
    return replace(hostile, course=course, leaked=leaked, secrets=frozenset(dice.secrets))
