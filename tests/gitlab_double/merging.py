"""Merging a merge request, by git.

Facts: https://docs.gitlab.com/api/merge_requests/#merge-a-merge-request,
https://docs.gitlab.com/user/project/merge_requests/methods/
"""

from __future__ import annotations

from datetime import UTC, datetime

from tests.gitlab_double.failure import Failure
from tests.gitlab_double.forge import Forge
from tests.gitlab_double.merge_requests import MergeRequest
from tests.gitlab_double.people import User
from tests.gitlab_double.pushes import HEADS, Moved, Push, follow
from tests.gitlab_double.repository import ZERO


def merge(forge: Forge, it: MergeRequest, who: User, *, sha: str = "", squash: bool | None = None) -> None:
    """Merge it.

    Args:
        forge: where.
        it: the merge request.
        who: merges.
        sha: the head that is meant; empty for any.
        squash: into one commit; None for what the merge request says.

    Raises:
        Failure: 405 not mergeable as it is, 409 another head, 422 conflicts.
    """
    if it.state != "opened" or it.draft:
        raise Failure(405, "405 Method Not Allowed")
    if sha and sha != it.sha:
        raise Failure(409, f"SHA does not match HEAD of source branch: {it.sha}")
    project, repository = it.target, it.target.repository
    with repository.lock:
        ref = f"{HEADS}{it.target_branch}"
        before = repository.resolve(ref)
        if it.conflicts:
            raise Failure(422, "Branch cannot be merged")
        head = _squashed(it, before, who) if (it.squash if squash is None else squash) else it.sha
        if project.merge_method == "ff":
            if not repository.is_ancestor(before, head):
                raise Failure(422, "Branch cannot be merged")
            after = head
        else:
            text = (
                f"Merge branch '{it.source_branch}' into '{it.target_branch}'\n\n{it.title}\n\n"
                f"See merge request {project.full_path}!{it.iid}\n"
            )
            tree = repository.merged_tree(before, head)
            after = repository.write_commit(tree, [before, head], text, who.name, who.email)
            it.merge_commit_sha = after
        it.squash_commit_sha = head if head != it.sha else None
        it.state, it.merge_user = "merged", who
        it.merged_at = it.updated_at = datetime.now(UTC)
        repository.update(ref, after, before)
        follow(forge, Push(project, who, [Moved(ref, before, after)]))
        forge.happened("merge_request", project, it=it, action="merge", user=who)
        _remove_source(forge, it, who)


def _squashed(it: MergeRequest, onto: str, who: User) -> str:
    repository = it.target.repository
    tree = repository.merged_tree(onto, it.sha)
    return repository.write_commit(tree, [onto], f"{it.title}\n", who.name, who.email)


def _remove_source(forge: Forge, it: MergeRequest, who: User) -> None:
    ref = f"{HEADS}{it.source_branch}"
    if it.remove_source_branch and it.source.repository.resolve(ref):
        it.source.repository.update(ref, ZERO)
        follow(forge, Push(it.source, who, [Moved(ref, it.sha, ZERO)]))
