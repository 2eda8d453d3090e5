"""The steps in which examples are tagged; GitLab, the receiver and a pipeline do the rest."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from demo.contents import blob
from demo.expect import expect
from demo.narrator import Narrator
from demo.stage import EXAMPLES, HERE, Stage

NAMES = ("functions-intro", "hello-world", "variables-basics")
TAG_EVENT = "Tag Push Hook"


def push_first(stage: Stage, tell: Narrator) -> str:
    """The first release; nothing but `git push` is done."""
    job = _release(stage, "v1.0", dict.fromkeys(NAMES, "published"))
    expect("the state of courseline:sync", job, "success")
    expect("what is in the library", stage.site.versions(), [(name, "1.0.0") for name in NAMES])
    expect("versions in the object store", len(_manifests(stage)), 3)
    tell.detail("git push origin v1.0; webhook, receiver, pipeline: courseline:sync publishes")
    return "3 published"


def deliver_twice(stage: Stage, tell: Narrator) -> str:
    """The tag's webhook arrives again, as after a network that lost the answer."""
    (hook,) = stage.site.project(EXAMPLES).hooks
    first = next(sent for sent in hook.deliveries if sent.kind == TAG_EVENT)
    before = _state(stage)
    again = stage.site.double.hooks.resend(hook, first)
    expect("the receiver's answers", (first.status, again.status), ("201", "200"))
    stage.seen(lambda: True, "everything that this began has ended")
    expect("whether events, work, pipelines and versions are as before", _state(stage) == before, True)
    tell.detail("answered 200, for its key is known; nothing is queued, no pipeline starts")
    return "nothing happens twice"


def push_update(stage: Stage, tell: Narrator) -> str:
    """A release that changes one example."""
    before = len(_manifests(stage))
    told = {**dict.fromkeys(NAMES, "labelled"), "hello-world": "published"}
    expect(
        "the state of courseline:sync", _release(stage, "v1.1", told, HERE / "updates" / "v1.1"), "success"
    )
    expect("versions that v1.1 adds to the object store", len(_manifests(stage)) - before, 1)
    tell.detail("only hello-world changed; the others get the label, and nothing is uploaded")
    return "1 published, 2 labelled"


def push_mistake(stage: Stage, tell: Narrator) -> str:
    """A release with a clearer task, and with a solution among the files for students."""
    told = {"functions-intro": "refused", "hello-world": "labelled", "variables-basics": "published"}
    job = _release(stage, "v1.2", told, HERE / "updates" / "v1.2", HERE / "mistakes")
    expect("the state of courseline:sync", job, "failed")
    solution = blob(stage, stage.examples, "v1.2", "functions-intro/functions.py")
    hint = blob(stage, stage.examples, "v1.2", "functions-intro/hints.py")
    expect("the blob of hints.py, which is to be the solution under another name", hint, solution)
    (line,) = re.findall(
        r"^ +(functions-intro/hints\.py: .+?\.) ", stage.trace(EXAMPLES, "courseline:sync"), re.MULTILINE
    )
    named = "is the solution functions.py" in line
    expect(f"whether the job names the solution ({line})", named, True)
    tell.detail("a clearer task; and a solution among the public files. The job is red:")
    tell.detail(line)
    return "1 published, 1 refused"


def _release(stage: Stage, tag: str, told: dict[str, str], *sources: Path) -> str:
    """Push main and a tag over HTTP, wait for the tag's pipeline; how its job ended.

    Raises:
        Difference: it has another table than the demo says.
    """
    stage.git(stage.author, "pull", "--quiet", "--ff-only", "origin", "main")
    for source in sources:
        shutil.copytree(
            source, stage.author, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__")
        )
    stage.git(stage.author, "add", "--all")
    stage.git(stage.author, "commit", "--quiet", "--allow-empty", "-m", f"Release {tag}")
    stage.git(stage.author, "tag", "-a", "-m", f"Release {tag}", tag)
    stage.git(stage.author, "push", "--quiet", "origin", "HEAD:refs/heads/main", tag)
    stage.seen(lambda: stage.ended(EXAMPLES), f"the pipeline of {tag} ends")
    (hook,) = stage.site.project(EXAMPLES).hooks
    answers = [sent.status for sent in hook.deliveries if sent.kind == TAG_EVENT]
    expect("the receiver's answer to GitLab's webhook of the tag", answers[-1], "201")
    ref, name, state = stage.site.jobs(EXAMPLES)[-1]
    expect("the pipeline's job and tag", (name, ref), ("courseline:sync", tag))
    table = re.findall(rf"^({'|'.join(NAMES)}) +\S+ +(\w+) +{tag}", stage.trace(EXAMPLES, name), re.MULTILINE)
    if dict(table) != told:
        expect(f"what {name} says of {tag}", stage.trace(EXAMPLES, name), told)
    return state


def _manifests(stage: Stage) -> list[Path]:
    return list((stage.root / "objects").rglob("metadata.json"))


def _state(stage: Stage) -> object:
    """All that a webhook could change."""
    counted = stage.site.live.query(
        "SELECT (SELECT count(*) FROM webhook_delivery), (SELECT count(*) FROM work_order), (SELECT count(*) FROM operation)"
    )
    return counted, stage.site.jobs(EXAMPLES), stage.site.versions(), len(_manifests(stage))
