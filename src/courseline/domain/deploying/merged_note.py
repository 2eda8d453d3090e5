"""What a merged merge request is told of its deploy."""

from __future__ import annotations

from collections.abc import Sequence

from courseline.domain.deploying.plan_note import MARKER
from courseline.domain.markdown import code, link

_MOST_LINES = 20
_NAME = 200


def deployed_note(
    branch: str, undone: Sequence[tuple[str, str, str]], problem: str, template: Sequence[str]
) -> str:
    """The note behind a deploy that looked at the merged branch.

    Args:
        branch: that was deployed.
        undone: path, status and message of places that stay as they were.
        problem: why nothing at all could be deployed, "" when that is not so.
        template: why places are not in the student template, or nothing new is.
    """
    where = code(branch, _NAME)
    if problem:
        lines = [f"**courseline:** merged, and {where} could not be deployed.", "", f"- {code(problem)}"]
    elif undone:
        places = f"{len(undone)} {'place was' if len(undone) == 1 else 'places were'}"
        lines = [f"**courseline:** merged and deployed to {where}; {places} left as before.", ""]
        lines += [
            f"- **{status}** {code(path, _NAME)} — {code(message)}"
            for path, status, message in undone[:_MOST_LINES]
        ]
    else:
        lines = [f"**courseline:** merged and deployed to {where}."]
    if template:
        lines += [
            "",
            "Not in the students' template:",
            "",
            *(f"- {code(one)}" for one in template[:_MOST_LINES]),
        ]
    elif not problem:
        lines += ["", "The students' template is up to date."]
    if problem or undone or template:
        lines += ["", "Next: mend this in a new merge request; `courseline operations list` shows what ran."]
    return "\n".join([MARKER, *lines]) + "\n"


def failed_note(branch: str, jobs: Sequence[tuple[str, str]], pipeline: str) -> str:
    """The note behind a pipeline that failed before it deployed.

    Args:
        branch: that was to be deployed.
        jobs: name and address of the jobs that failed.
        pipeline: address of the pipeline.
    """
    lines = [f"**courseline:** merged; the {link('pipeline', pipeline)} of {code(branch, _NAME)} failed.", ""]
    lines += [f"- job {code(name, _NAME)}: {link('log', url)}" for name, url in jobs[:_MOST_LINES]]
    lines += [
        "",
        "Next: courseline deploys it itself in a few minutes, and this note follows; nothing is lost.",
    ]
    return "\n".join([MARKER, *lines]) + "\n"
