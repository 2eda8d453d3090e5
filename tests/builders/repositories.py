"""Bare git repositories with a history, made from dicts in a few milliseconds.

Everything goes through one `git fast-import`, which checks no names: hostile trees are made the same way.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

FIRST_COMMIT_AT = 1_767_225_600  # 2026-01-01T00:00:00Z

Content = str | bytes | tuple[str, str | bytes]
"""Text or bytes of a plain file, or (mode, content); for mode 160000 the content is the commit's id."""

ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "HOME": "/nonexistent",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_AUTHOR_NAME": "Ada Lovelace",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada Lovelace",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "LC_ALL": "C",
}


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository on disk.

    Attributes:
        path: the bare repository.
        commits: ids of its branch's commits, oldest first.
    """

    path: Path
    commits: list[str]

    @property
    def head(self) -> str:
        return self.commits[-1]

    @property
    def url(self) -> str:
        return str(self.path)

    def git(self, *arguments: str) -> str:
        return git(self.path, *arguments)

    def commit(
        self, files: Mapping[str, Content], *, branch: str = "main", message: str = "More work\n"
    ) -> str:
        """A further commit whose whole tree is `files`; answers its id."""
        parent = self.git("rev-parse", "--verify", f"refs/heads/{branch}")
        (oid,) = _import(self.path, [files], branch, parent, [message], len(self.commits))
        self.commits.append(oid)
        return oid


def git(directory: Path, *arguments: str, feed: bytes = b"") -> str:
    """Run git in `directory` without this machine's configuration; answers its output without the last newline."""
    done = subprocess.run(
        ["git", *arguments], cwd=directory, env=ENVIRONMENT, input=feed, capture_output=True, check=False
    )
    assert done.returncode == 0, f"git {arguments}: {done.stderr.decode(errors='replace')}"
    return done.stdout.decode(errors="surrogateescape").removesuffix("\n")


def build_repository(
    path: Path,
    commits: Sequence[Mapping[str, Content]] = (),
    *,
    tags: Mapping[str, int] | None = None,
    annotated_tags: Mapping[str, int] | None = None,
    branch: str = "main",
    messages: Sequence[str] = (),
) -> Repository:
    """Make a bare repository at `path`.

    Args:
        path: must not exist.
        commits: the whole tree of each commit of `branch`, oldest first; none makes an empty repository.
        tags: lightweight tag name -> index into `commits` (negative counts from the end).
        annotated_tags: the same for tags with a message.
        branch: name of the branch and of HEAD.
        messages: of the commits; numbered ones when empty.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    git(path.parent, "init", "-q", "--bare", "--template=", f"--initial-branch={branch}", str(path))
    texts = list(messages) or [f"Commit {number}\n" for number in range(1, len(commits) + 1)]
    oids = _import(path, commits, branch, None, texts, 0) if commits else []
    for name, index in (tags or {}).items():
        git(path, "update-ref", f"refs/tags/{name}", oids[index])
    for name, index in (annotated_tags or {}).items():
        git(path, "tag", "-a", "-m", f"Release {name}", "--", name, oids[index])
    return Repository(path, oids)


def _import(
    path: Path,
    commits: Sequence[Mapping[str, Content]],
    branch: str,
    parent: str | None,
    messages: Sequence[str],
    age: int,
) -> list[str]:
    lines: list[bytes] = []
    for number, (files, message) in enumerate(zip(commits, messages, strict=True)):
        at = FIRST_COMMIT_AT + 60 * (age + number)
        text = message.encode()
        lines.append(f"commit refs/heads/{branch}\nmark :{number + 1}\n".encode())
        lines.append(
            f"committer Ada Lovelace <ada@example.org> {at} +0000\ndata {len(text)}\n".encode() + text + b"\n"
        )
        if number == 0 and parent:
            lines.append(f"from {parent}\n".encode())
        lines.append(b"deleteall\n")
        for name, content in files.items():
            mode, body = content if isinstance(content, tuple) else ("100644", content)
            raw = body.encode("utf-8", "surrogateescape") if isinstance(body, str) else body
            if mode == "160000":
                lines.append(b"M 160000 " + raw + b" " + _quoted(name) + b"\n")
            else:
                lines.append(
                    f"M {mode} inline ".encode()
                    + _quoted(name)
                    + f"\ndata {len(raw)}\n".encode()
                    + raw
                    + b"\n"
                )
    lines.extend(f"get-mark :{number + 1}\n".encode() for number in range(len(commits)))
    return git(path, "fast-import", "--quiet", "--date-format=raw", feed=b"".join(lines)).split()


def _quoted(name: str) -> bytes:
    raw = name.encode("utf-8", "surrogateescape")
    return (
        b'"'
        + b"".join(b"\\%03o" % byte if byte < 0x20 or byte in b'"\\' else bytes([byte]) for byte in raw)
        + b'"'
    )
