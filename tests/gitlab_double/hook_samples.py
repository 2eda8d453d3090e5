"""What the button `Test` of a webhook sends: something of the project that looks real.

Facts: `app/services/concerns/integrations/project_test_data.rb` of gitlabhq/gitlabhq; the tag of a test is
one that exists, or v1.0.0, and was not pushed.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.gitlab_double import payloads, payloads_ci
from tests.gitlab_double.failure import Failure
from tests.gitlab_double.forge import Forge
from tests.gitlab_double.people import Token, User
from tests.gitlab_double.places import Project
from tests.gitlab_double.pushes import HEADS, TAGS, Moved, Push


def sample(forge: Forge, project: Project, kind: str, user: User) -> dict[str, Any]:
    """A body.

    Raises:
        Failure: 422, the project has nothing to show.
    """
    match kind:
        case "push_events" | "tag_push_events":
            return _push(forge, project, user, tag=kind == "tag_push_events")
        case "merge_requests_events":
            if not project.merge_requests:
                raise _nothing("merge requests")
            return payloads.merge_request(forge, project, project.merge_requests[-1], "open", user)
        case "note_events":
            return _note(forge, project, user)
        case "pipeline_events" | "job_events":
            return _pipeline(forge, project, job=kind == "job_events")
        case _:
            ends = (datetime.now(UTC) + timedelta(days=2)).date()
            return payloads.access_token(
                forge, project, Token(1, "", user, name="pat_for_webhook_event", expires_at=ends)
            )


def _push(forge: Forge, project: Project, user: User, *, tag: bool) -> dict[str, Any]:
    commits = (
        project.repository.commits("-3", project.default_branch) if project.repository.refs(HEADS) else []
    )
    if not commits:
        raise _nothing("at least one commit")
    ref = f"{HEADS}{project.default_branch}"
    if tag:
        ref = next(reversed(project.repository.refs(TAGS)), f"{TAGS}v1.0.0")
    moved = Moved(ref, commits[-1].id, commits[0].id)
    return payloads.push(forge, project, moved, Push(project, user, [moved]))


def _note(forge: Forge, project: Project, user: User) -> dict[str, Any]:
    for it in reversed(project.merge_requests):
        if it.notes:
            return payloads.note(forge, project, it, it.notes[-1], "create", user)
    raise _nothing("notes")


def _pipeline(forge: Forge, project: Project, *, job: bool) -> dict[str, Any]:
    pipeline = next((pipeline for pipeline in reversed(project.pipelines) if pipeline.jobs), None)
    if pipeline is None:
        raise _nothing("CI jobs" if job else "CI pipelines")
    if job:
        return payloads_ci.build(forge, project, pipeline.jobs[-1])
    return payloads_ci.pipeline(forge, project, pipeline, pipeline.status)


def _nothing(what: str) -> Failure:
    return Failure(422, f"Ensure the project has {what}.")
