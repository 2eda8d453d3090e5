"""The steps in which examples are tagged and published."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path
from typing import Any

from contents import blob, files
from expect import expect
from narrator import Narrator
from stage import HERE, Stage

EXAMPLES = {"functions-intro", "hello-world", "variables-basics"}


def write_examples(stage: Stage, tell: Narrator) -> str:
    """A bare repository with the demo's examples, tagged v1.0."""
    stage.git(stage.root, "init", "--quiet", "--bare", stage.examples)
    stage.git(stage.root, "clone", "--quiet", stage.examples, stage.author)
    _release(stage, "v1.0", HERE / "examples")
    found = {path.partition("/")[0] for path in files(stage, stage.examples, "v1.0")}
    expect("the examples in the repository at v1.0", found, EXAMPLES)
    tell.detail("hello-world, variables-basics; functions-intro, which borrows utils.py there")
    return f"{len(found)} examples"


def publish_first(stage: Stage, tell: Narrator) -> str:
    """The first sync, which also registers the repository and starts the database."""
    answer = _sync(stage, "v1.0", "--organization", "test-org")
    expect("what was published", _by_status(answer), {"published": 3})
    expect("manifests in the object store", len(_manifests(stage)), 3)
    tell.detail("courseline-sync --source examples.git --ref v1.0 (and a database is set up)")
    return "3 published"


def publish_unchanged(stage: Stage, tell: Narrator) -> str:
    """The same tag once more."""
    before = _stored(stage)
    answer = _sync(stage, "v1.0")
    expect("what was published by the same tag", _by_status(answer), {"unchanged": 3})
    expect("the count of unchanged examples", answer["unchanged"], 3)
    expect("files in the object store that are new or rewritten", _stored(stage) - before, set())
    tell.detail("the content decides: nothing is read or written again")
    return "3 unchanged, 0 uploaded"


def publish_update(stage: Stage, tell: Narrator) -> str:
    """A release that changes one example."""
    before = len(_manifests(stage))
    _release(stage, "v1.1", HERE / "updates" / "v1.1")
    answer = _sync(stage, "v1.1")
    expect("what v1.1 published", _by_status(answer), {"published": 1, "labelled": 2})
    published = [example["identifier"] for example in answer["examples"] if example["status"] == "published"]
    expect("the example that v1.1 changes", published, ["hello-world"])
    expect("manifests that v1.1 adds to the object store", len(_manifests(stage)) - before, 1)
    tell.detail("only hello-world changed; the others get the label, and nothing is uploaded")
    return "1 published, 2 labelled"


def publish_mistake(stage: Stage, tell: Narrator) -> str:
    """A release with a clearer task, and with a solution among the files for students."""
    _release(stage, "v1.2", HERE / "updates" / "v1.2", HERE / "mistakes")
    solution = blob(stage, stage.examples, "v1.2", "functions-intro/functions.py")
    hint = blob(stage, stage.examples, "v1.2", "functions-intro/hints.py")
    expect("the blob of hints.py, which is to be the solution under another name", hint, solution)
    answer = _sync(stage, "v1.2", exits=1)
    expect("what v1.2 published", _by_status(answer), {"published": 1, "labelled": 1, "refused": 1})
    (refused,) = [example for example in answer["examples"] if example["status"] == "refused"]
    told = {(refused["identifier"], problem["path"]) for problem in refused["problems"]}
    expect(
        "the example that was refused, and for which file",
        told,
        {("functions-intro", "functions-intro/hints.py")},
    )
    tell.detail("a clearer task; and, by mistake, a solution as hints.py among the public files")
    return "1 published, 1 refused"


def _release(stage: Stage, tag: str, *sources: Path) -> None:
    for source in sources:
        shutil.copytree(
            source, stage.author, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__")
        )
    stage.git(stage.author, "add", "--all")
    stage.git(stage.author, "commit", "--quiet", "-m", f"Release {tag}")
    stage.git(stage.author, "tag", tag)
    stage.git(stage.author, "push", "--quiet", "origin", "main", tag)


def _sync(stage: Stage, tag: str, *more: str, exits: int = 0) -> dict[str, list[dict[str, Any]]]:
    answer = stage.courseline("courseline-sync", "--source", stage.examples, "--ref", tag, *more, exits=exits)
    expect(f"the examples at {tag}", {example["identifier"] for example in answer["examples"]}, EXAMPLES)
    return answer


def _by_status(answer: dict[str, list[dict[str, Any]]]) -> dict[str, int]:
    return dict(Counter(example["status"] for example in answer["examples"]))


def _manifests(stage: Stage) -> list[Path]:
    return list((stage.home / "objects").rglob("metadata.json"))


def _stored(stage: Stage) -> set[tuple[str, int, int]]:
    """Every stored file with what changes when it is written again."""
    found = (path for path in (stage.home / "objects").rglob("*") if path.is_file())
    return {
        (str(path.relative_to(stage.home)), path.stat().st_mtime_ns, path.stat().st_ino) for path in found
    }
