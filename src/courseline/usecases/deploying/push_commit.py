"""Push the commit of a deploy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from courseline.domain.deploying.applied import Applied
from courseline.domain.deploying.commit_message import deploy_message, parse_history_head
from courseline.domain.deploying.step import Step
from courseline.domain.ledger.history import ChainHead
from courseline.domain.ledger.operation import Operation
from courseline.errors import NeighbourFailed, PushRejected
from courseline.usecases.deploying.build_commit import CommitPlan, changes_of, titles_of
from courseline.usecases.deploying.draft_plan import Draft
from courseline.usecases.deploying.read_assignments import Head
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.ports import Remote, Workspace


def push_commit(
    draft: Draft,
    steps: Sequence[Step],
    blobs: Mapping[str, bytes],
    operation: Operation,
    behind: ChainHead,
    workspace: Workspace,
    remote: Remote,
    neighbours: Neighbours,
) -> tuple[str, list[Applied]]:
    """Make one commit of the steps on the head that was planned on, and push it; answers its id and what it did.

    What its record needs is kept with the operation before the push, so that a crash behind it loses nothing.

    Args:
        draft: the plan and all behind it.
        steps: those applied.
        blobs: bytes by blob id for all that is written anew.
        operation: that is open for it.
        behind: the last row of the course's history, which the commit repeats; a resumed operation keeps its own.
        workspace: to write in.
        remote: the assignments repository.
        neighbours: the outside.

    Raises:
        PushRejected: somebody else pushed meanwhile; plan again.
        NeighbourFailed: the remote refuses the commit itself.
    """
    head = draft.assignments.head
    chain = parse_history_head(str(operation.checkpoint.get("history"))) or behind
    plan = CommitPlan(draft, steps, blobs, draft.assignments.metadata, operation.started_at, operation.id)
    message = deploy_message(steps, titles_of(draft), operation.id, chain)
    commit = workspace.write_commit(
        parent=head.sha, changes=changes_of(plan), message=message, at=operation.started_at
    )
    facts = {
        "base": head.sha,
        "history": str(chain),
        "commit": commit,
        "applied": [step.as_json() for step in plan.applied],
        "replaced": replaced_commits(operation.checkpoint, commit),
    }
    with neighbours.database.transaction() as rows:
        rows.ledger.checkpoint(operation.id, "planned", facts)
    neighbours.progress("Pushing", 0, 1)
    _push(remote, commit, head)
    neighbours.progress("Pushing", 1, 1)
    return commit, plan.applied


def replaced_commits(checkpoint: Mapping[str, object], commit: str) -> dict[str, object]:
    """Steps by commit of what an operation tried to push before `commit`: such a push may still arrive."""
    earlier = checkpoint.get("replaced")
    tried: dict[str, object] = dict(earlier) if isinstance(earlier, dict) else {}
    if isinstance(last := checkpoint.get("commit"), str):
        tried[last] = checkpoint.get("applied")
    return {sha: steps for sha, steps in tried.items() if sha != commit}


def steps_of_commit(checkpoint: Mapping[str, object], commit: str) -> object:
    """The steps that a commit of the operation made; one that is not known is taken for the last, rewritten."""
    replaced = checkpoint.get("replaced")
    if isinstance(replaced, dict) and commit in replaced:
        return replaced[commit]
    return checkpoint.get("applied")


def _push(remote: Remote, commit: str, head: Head) -> None:
    try:
        remote.push(commit, head.branch, expected=head.sha)
    except PushRejected as rejected:
        if remote.refs().refs.get(f"refs/heads/{head.branch}") != head.sha:
            raise
        # Nobody was faster: a rule or hook over there refuses, and planning again would not change that.
        raise NeighbourFailed(rejected.message, rejected.problems) from rejected
