"""A lecturer's clone of a project, over HTTP, with a real git."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.builders.repositories import ENVIRONMENT
from tests.gitlab_double.server import GitLabDouble


@dataclass(frozen=True, slots=True)
class WorkTree:
    """The clone."""

    path: Path

    def try_git(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run git, whatever comes of it."""
        return subprocess.run(
            ["git", "-C", str(self.path), *arguments],
            env={**ENVIRONMENT, "GIT_TERMINAL_PROMPT": "0"},
            capture_output=True,
            text=True,
            check=False,
        )

    def git(self, *arguments: str) -> str:
        done = self.try_git(*arguments)
        assert done.returncode == 0, f"git {arguments}: {done.stderr}"
        return done.stdout.strip()

    def commit(self, files: Mapping[str, str | None], message: str = "More work") -> str:
        """Write files (None removes one) and commit them; the commit's id."""
        for name, content in files.items():
            where = self.path / name
            if content is None:
                where.unlink()
            else:
                where.parent.mkdir(parents=True, exist_ok=True)
                where.write_text(content, encoding="utf-8")
        self.git("add", "--all")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def push(self, *refs: str, options: tuple[str, ...] = ()) -> None:
        words = [word for option in options for word in ("-o", option)]
        self.git("push", "-q", *words, "origin", *(refs or ("HEAD",)))


def clone(double: GitLabDouble, path: str, token: str, where: Path) -> WorkTree:
    """Clone a project as the token's owner."""
    made = WorkTree(where)
    where.mkdir(parents=True)
    made.git("clone", "-q", double.git_url(path, token), ".")
    return made
