"""A lecturer's merge request: proposed, answered by courseline, merged, deployed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from demo.expect import Difference, expect
from demo.stage import COURSE, Stage

PLAN = "courseline/plan"
DEPLOYED = "**courseline:** merged and deployed"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A merge request that courseline has looked at.

    Attributes:
        iid: its number.
        note: what courseline wrote under it, without its mark.
        check: state of the job that checks the files.
    """

    iid: int
    note: str
    check: str


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of it.

    Attributes:
        note: what courseline's note says now.
        jobs: states of the last pipelines' jobs on `main`, by name.
        commit: the merge.
        made: the commits after it, which deploy pushed.
    """

    note: str
    jobs: dict[str, str]
    commit: str
    made: list[str]


def rewrite(stage: Stage, name: str, old: str, new: str) -> None:
    """Edit a file in the lecturer's clone.

    Raises:
        Difference: `old` does not stand there once.
    """
    path: Path = stage.lecturer / name
    before = path.read_text(encoding="utf-8")
    if before.count(old) != 1:
        raise Difference(f"the lecturer's clone, file {name}", f"`{old}` once", before)
    path.write_text(before.replace(old, new), encoding="utf-8")


def wish(stage: Stage, structure: str, example: str, label: str) -> None:
    """Ask for a version of an example in the course file.

    Raises:
        Difference: the example does not stand there once.
    """
    path = stage.lecturer / structure
    pattern = rf'(example_id: "{{{{{example}-uuid}}}}"\s+example_version: )"[^"]*"'
    edited, count = re.subn(pattern, rf'\g<1>"{label}"', path.read_text(encoding="utf-8"))
    expect(f"wishes for {example} in {structure}", count, 1)
    path.write_text(edited, encoding="utf-8")


def propose(stage: Stage, branch: str, title: str, *, plan: str = "success") -> Proposal:
    """Push what was edited and open a merge request; back when courseline has answered.

    Args:
        stage: where.
        branch: to push.
        title: of commit and merge request.
        plan: the status that the commit is to get.

    Raises:
        Difference: it gets another one, or no note.
    """
    site = stage.site
    stage.git(stage.lecturer, "add", "--all")
    stage.git(stage.lecturer, "commit", "--quiet", "-m", title)
    stage.git(stage.lecturer, "push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")
    head = stage.git(stage.lecturer, "rev-parse", "HEAD")
    wanted = {"source_branch": branch, "target_branch": "main", "title": title}
    iid = int(site.lecturer.projects.get(COURSE).mergerequests.create(wanted).iid)
    stage.seen(
        lambda: site.statuses(head) and site.notes(iid), f"courseline answers the merge request {title}"
    )
    expect("statuses of the merge request's commit", site.statuses(head), [(PLAN, plan)])
    states = {name: state for _, name, state in site.jobs(COURSE)}
    return Proposal(iid, note(stage, iid), states["courseline:check"])


def merge(stage: Stage, proposal: Proposal) -> Merged:
    """Merge it; back when the pipeline of `main` has ended and the note tells of it."""
    site = stage.site
    course = site.lecturer.projects.get(COURSE)
    course.mergerequests.get(proposal.iid).merge()
    stage.seen(
        lambda: stage.ended(COURSE) and note(stage, proposal.iid).startswith(DEPLOYED),
        "the note under the merge request tells what became of it",
    )
    stage.git(stage.lecturer, "fetch", "--quiet", "origin")
    stage.git(stage.lecturer, "checkout", "--quiet", "-B", "main", "origin/main")
    jobs = {name: state for ref, name, state in site.jobs(COURSE) if ref == "main"}
    commit = str(course.mergerequests.get(proposal.iid).merge_commit_sha)
    made = stage.git(stage.assignments, "rev-list", f"{commit}..main").split()
    return Merged(note(stage, proposal.iid), jobs, commit, made)


def note(stage: Stage, iid: int) -> str:
    """The one note of courseline's under a merge request, without its mark.

    Raises:
        Difference: there are several, or none.
    """
    notes = stage.site.notes(iid)
    expect(f"notes of courseline's under merge request {iid}", len(notes), 1)
    return notes[0].partition("-->\n")[2].strip()
