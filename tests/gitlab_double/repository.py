"""A project's bare repository, read and changed by git's own plumbing."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.builders.repositories import ENVIRONMENT

ZERO = "0" * 40
_COMMIT = "%H%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00%B%x01"


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit as the API shows it."""

    id: str
    parents: tuple[str, ...]
    author: tuple[str, str, datetime]
    committer: tuple[str, str, datetime]
    message: str

    @property
    def title(self) -> str:
        return self.message.split("\n", 1)[0]


@dataclass(eq=False)
class Repository:
    """The repository.

    Attributes:
        lock: held while references change, so that what changed is known.
    """

    path: Path
    lock: threading.RLock = field(default_factory=threading.RLock)

    def git(
        self,
        *arguments: str,
        feed: bytes = b"",
        extra: Mapping[str, str] | None = None,
        codes: Sequence[int] = (0,),
    ) -> bytes:
        """Run git; its standard output.

        Raises:
            RuntimeError: it ended otherwise than with one of `codes`.
        """
        done = subprocess.run(
            ["git", "-C", str(self.path), *arguments],
            env={**ENVIRONMENT, **(extra or {})},
            input=feed,
            capture_output=True,
            check=False,
        )
        if done.returncode not in codes:
            raise RuntimeError(f"git {arguments}: {done.stderr.decode(errors='replace')}")
        return done.stdout

    def line(self, *arguments: str, codes: Sequence[int] = (0,)) -> str:
        return self.git(*arguments, codes=codes).decode(errors="surrogateescape").strip()

    def refs(self, prefix: str = "refs/") -> dict[str, str]:
        """Reference -> what it points to (a tag object for an annotated tag)."""
        lines = self.line("for-each-ref", "--format=%(objectname) %(refname)", prefix).splitlines()
        return {name: oid for oid, name in (line.split(" ", 1) for line in lines)}

    def resolve(self, revision: str) -> str:
        """The commit that a branch, tag or id names; empty for none."""
        for name in (revision, f"refs/heads/{revision}", f"refs/tags/{revision}"):
            if name.startswith("-"):
                continue
            found = self.line("rev-parse", "-q", "--verify", f"{name}^{{commit}}", codes=(0, 1, 128))
            if found:
                return found
        return ""

    def commits(self, *arguments: str) -> list[Commit]:
        """`git log`."""
        text = self.git("log", f"--format={_COMMIT}", *arguments).decode(errors="replace")
        return [_commit(part.lstrip("\n")) for part in text.split("\x01") if part.strip()]

    def commit(self, oid: str) -> Commit:
        return self.commits("-1", oid)[0]

    def is_ancestor(self, older: str, newer: str) -> bool:
        done = subprocess.run(
            ["git", "-C", str(self.path), "merge-base", "--is-ancestor", older, newer],
            env=ENVIRONMENT, capture_output=True, check=False,
        )  # fmt: skip
        return done.returncode == 0

    def merge_base(self, one: str, other: str) -> str:
        return self.line("merge-base", one, other, codes=(0, 1))

    def entry(self, revision: str, path: str) -> tuple[str, str] | None:
        """(mode, blob id) of a file."""
        shown = self.line("ls-tree", "-z", revision, "--", path).rstrip("\0")
        head, _, name = shown.partition("\t")
        if name != path or head.split()[1] != "blob":
            return None
        return head.split()[0], head.split()[2]

    def blob(self, oid: str) -> bytes:
        return self.git("cat-file", "blob", oid)

    def changed(self, before: str, after: str) -> list[tuple[str, str, str]]:
        """(letter, old path, new path) between two commits."""
        shown = self.git("diff-tree", "-r", "-z", "-M", "--no-commit-id", "--name-status", before, after)
        words = iter(shown.decode(errors="surrogateescape").split("\0")[:-1])
        return list(_changes(words))

    def write_tree(self, base: str, entries: Mapping[str, tuple[str, str] | None]) -> str:
        """A tree: that of `base` (empty for none) with (mode, blob) put at paths, or removed for None."""
        with TemporaryDirectory() as scratch:
            extra = {"GIT_INDEX_FILE": str(Path(scratch) / "index")}
            if base:
                self.git("read-tree", base, extra=extra)
            lines = [
                f"{entry[0]} {entry[1]}\t{path}\0" if entry else f"0 {ZERO}\t{path}\0"
                for path, entry in entries.items()
            ]
            feed = "".join(lines).encode(errors="surrogateescape")
            self.git("update-index", "-z", "--add", "--index-info", feed=feed, extra=extra)
            return self.git("write-tree", extra=extra).decode().strip()

    def write_blob(self, content: bytes) -> str:
        return self.git("hash-object", "-w", "--stdin", feed=content).decode().strip()

    def write_commit(self, tree: str, parents: Sequence[str], message: str, name: str, email: str) -> str:
        """A commit; no reference moves."""
        extra = {
            "GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": email,
            "GIT_COMMITTER_NAME": name, "GIT_COMMITTER_EMAIL": email,
        }  # fmt: skip
        options = [word for parent in parents for word in ("-p", parent)]
        return self.git("commit-tree", tree, *options, feed=message.encode(), extra=extra).decode().strip()

    def merged_tree(self, ours: str, theirs: str) -> str:
        """The tree of a merge; empty when it conflicts."""
        shown = self.line("merge-tree", "--write-tree", ours, theirs, codes=(0, 1)).splitlines()
        return shown[0] if len(shown) == 1 else ""

    def update(self, name: str, after: str, before: str = "") -> None:
        """Move a reference; ZERO removes it."""
        if after == ZERO:
            self.git("update-ref", "-d", name)
        else:
            self.git("update-ref", name, after, *([before] if before else []))


def _commit(text: str) -> Commit:
    oid, parents, an, ae, at, cn, ce, ct, message = text.split("\0")
    return Commit(
        oid,
        tuple(parents.split()),
        (an, ae, datetime.fromtimestamp(int(at), UTC)),
        (cn, ce, datetime.fromtimestamp(int(ct), UTC)),
        message.rstrip("\n") + "\n",
    )


def _changes(words: Iterator[str]) -> Iterator[tuple[str, str, str]]:
    for letter in words:
        old = next(words)
        yield letter[0], old, next(words) if letter[0] in "RC" else old
