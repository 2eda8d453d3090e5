"""Whether a directory is a repository that may be pushed to: one with files checked out would not get them updated."""

from __future__ import annotations

import re
from pathlib import Path

from courseline.adapters.git.command import Command
from courseline.errors import InvalidInput, NotFound

_CORE = re.compile(r"^\[core\]\n((?:(?!\[).*\n)*)", re.MULTILINE)
_PLAINLY_BARE = re.compile(r"^\s*bare = true$", re.MULTILINE)
_VERSION = re.compile(r"^\s*repositoryformatversion = [01]$", re.MULTILINE)  # without it git heeds no `bare`
_NOT_PLAIN = re.compile(r"include|worktree|bare\s*=(?!\s*true\s*$)|\\$", re.MULTILINE | re.IGNORECASE)
_CONFIG_BYTES = 64 * 1024


def demand_bare(directory: Path, command: Command, doing: str) -> None:
    """Go on only when a push to the directory is all that is needed.

    Raises:
        NotFound: there is no repository.
        InvalidInput: it has files checked out.
    """
    if _is_plainly_bare(directory):
        return
    answer = command.run([f"--git-dir={directory}", "rev-parse", "--is-bare-repository"])
    if answer.code == 0 and answer.output.strip() == b"true":
        return
    if answer.code != 0 and not (directory / ".git").exists():
        raise NotFound(f"{doing}: there is no git repository. Make one with `git init --bare {directory}`.")
    raise InvalidInput(
        f"{doing}: it has files checked out, which a push would not update. Push to a bare repository: make one with "
        f"`git init --bare` or `git clone --bare`, or set `git config core.bare true` when nobody works in it."
    )


def _is_plainly_bare(directory: Path) -> bool:
    """Whether its configuration says so in the words that git itself writes; git is asked about all else."""
    try:
        with (directory / "config").open(encoding="utf-8") as file:
            config = file.read(_CONFIG_BYTES + 1)
    except (OSError, UnicodeDecodeError):
        return False
    cores = _CORE.findall(config)
    plain = len(config) <= _CONFIG_BYTES and len(cores) == 1 and _NOT_PLAIN.search(config) is None
    says = plain and len(_PLAINLY_BARE.findall(cores[0])) == len(_VERSION.findall(cores[0])) == 1
    return says and (directory / "HEAD").is_file()
