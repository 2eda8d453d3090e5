"""What to do about leaks, in the order in which it helps.

History rewriting: https://github.com/newren/git-filter-repo (`--strip-blobs-with-ids`). GitLab keeps commits of merge
requests and pipelines under refs that nobody can push to; its own page removes blobs there too:
https://docs.gitlab.com/user/project/repository/repository_size/#remove-blobs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from courseline.domain.library.version import Role
from courseline.domain.students.scan.leak import Kind, Leak, State

MOST_IDS = 20
_PUSHABLE = ("refs/heads/", "refs/tags/")


def recovery_steps(leaks: Sequence[Leak], repository: str) -> list[str]:
    """Steps in words and commands; none without a leak.

    Args:
        leaks: what was found.
        repository: as people name it.
    """
    certain = [leak for leak in leaks if leak.certain]
    return list(_steps(certain, repository)) if certain else list(_look(leaks))


def _look(leaks: Sequence[Leak]) -> Iterator[str]:
    if leaks:
        yield (
            "No hidden file was recognised. Look at each file above; what students may have needs no change, anything"
            " else is handled as a leak: run leak-scan again with --examples or --library to see which."
        )


def _steps(leaks: Sequence[Leak], repository: str) -> Iterator[str]:
    states = {leak.state for leak in leaks}
    yield (
        f"Close {repository} to students now (in GitLab: Settings > General > Visibility), or they fetch it while you"
        " work."
    )
    if State.TIP in states:
        yield (
            "Find out how the files got there before anything is deleted, or the next run brings them back:"
            " `courseline preview DIRECTORY --as student` shows what students should get of an example."
        )
    if states & {State.TIP, State.HISTORY}:
        yield (
            "Shortest: make a new, empty repository, publish the template to it, and give students that address. The"
            " old one is then deleted."
        )
        yield from _rewriting(leaks, repository)
    yield (
        "Unreachable objects stay readable by their id until they are pruned. On GitLab: Settings > Repository >"
        " Repository maintenance > Remove blobs, with the ids of all files above, then Prune unreachable objects. On a"
        " path: git reflog expire --expire=now --all && git gc --prune=now."
    )
    hidden = [ref for leak in leaks for ref in (*leak.tip_refs, *leak.history_refs)]
    if any(not ref.startswith(_PUSHABLE) for ref in hidden):
        yield (
            "Some refs above are kept by the server (merge requests, pipelines): no push removes them. Remove blobs on"
            " GitLab does; close those merge requests too."
        )
    yield (
        "Forks and clones keep what they have: list the forks (in GitLab: the fork count on the project page) and have"
        " each deleted or rewritten the same way. Delete artifacts, caches, packages, releases and Pages made from the"
        " repository."
    )
    yield from _rotate(leaks)


def _rewriting(leaks: Sequence[Leak], repository: str) -> Iterator[str]:
    ids = list(dict.fromkeys(leak.oid for leak in leaks if leak.kind is Kind.FILE))
    listed = (
        f"printf '%s\\n' {' '.join(ids)} > leaked"
        if len(ids) <= MOST_IDS
        else (f"save `blobs` of the --json output ({len(ids)} ids, one a line) as the file leaked")
    )
    if ids:
        yield (
            f"Or rewrite the history: git clone --mirror {repository} rewritten.git && cd rewritten.git; {listed}; git"
            " filter-repo --strip-blobs-with-ids leaked; git push --mirror --force. Every commit after the first leak"
            " gets another id: students clone anew, and courseline refuses the repository until it is adopted again."
        )
    if any(leak.kind is Kind.MESSAGE for leak in leaks):
        yield "Messages of commits and tags are rewritten with git filter-repo --message-callback."


def _rotate(leaks: Iterable[Leak]) -> Iterator[str]:
    known = {trace.known for leak in leaks for trace in leak.traces if trace.known is not None}
    tests = sorted({one.example for one in known if one.role is Role.TEST})
    solutions = sorted({one.example for one in known if one.role is Role.SUBMISSION})
    if solutions:
        yield f"Take the solutions as known: give out another variant of {_some(solutions)}."
    if tests:
        yield f"Take the tests as known: change inputs and expected results of {_some(tests)}."


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:8])
    return shown if len(names) <= 8 else f"{shown} and {len(names) - 8} more"
