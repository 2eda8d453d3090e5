"""What lies in the demo's repositories, read by plain git."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from demo.stage import Stage

SOLUTIONS = {"hello_world.py", "variables.py", "functions.py"}


def head(stage: Stage, repository: Path) -> str:
    """Commit that `main` points to; empty without one."""
    return stage.git(repository, "for-each-ref", "--format=%(objectname)", "refs/heads/main")


def files(stage: Stage, repository: Path, ref: str, directory: str = ".") -> dict[str, str]:
    """Blob ids by path, the paths counted from `directory`."""
    tree = ref if directory == "." else f"{ref}:{directory}"
    found = {}
    for entry in stage.git(repository, "ls-tree", "-r", "-z", tree).rstrip("\0").split("\0"):
        facts, _, path = entry.partition("\t")
        found[path] = facts.split(" ")[2]
    return found


def blob(stage: Stage, repository: Path, ref: str, path: str) -> str:
    """Id of one file's blob, or the words `no such file`."""
    found = stage.git(repository, "ls-tree", "--format=%(objectname)", ref, path)
    return found or "no such file"


def text(stage: Stage, repository: Path, ref: str, path: str) -> str:
    """A file's text, without the last line feed."""
    return stage.git(repository, "show", f"{ref}:{path}")


def objects(stage: Stage, repository: Path) -> set[str]:
    """Ids of every object that the repository holds, reachable or not."""
    listing = stage.git(
        repository, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)", "--unordered"
    )
    return set(listing.split())


def hidden(stage: Stage) -> set[str]:
    """Blobs of the tests and solutions of all examples, as they are at any tag."""
    found = set()
    for tag in stage.git(stage.examples, "tag").split():
        for path, blob in files(stage, stage.examples, tag).items():
            parts = PurePosixPath(path).parts
            if "tests" in parts[1:2] or (len(parts) == 2 and parts[1] in SOLUTIONS):
                found.add(blob)
    return found


def changed(stage: Stage, repository: Path, before: str) -> set[str]:
    """Paths that differ between commit `before` and `main`."""
    return set(stage.git(repository, "diff", "--name-only", before, "main").split())
