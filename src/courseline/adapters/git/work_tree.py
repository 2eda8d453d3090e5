"""Which files of a directory belong to its git work tree: the tracked ones, and new ones that are not ignored."""

from __future__ import annotations

import os
from pathlib import Path

from courseline.adapters.git.adapter import SEARCH_PATH
from courseline.adapters.git.command import Command, find_git
from courseline.errors import NeighbourFailed

_SECONDS = 60.0
_FILE_BYTES = 1024 * 1024
# The work tree's own configuration is somebody else's: nothing that it names may be started.
_SETTINGS = {"safe.directory": "*", "core.fsmonitor": "false", "core.hooksPath": os.devnull}


def work_tree_files(directory: Path) -> list[str] | None:
    """Paths relative to `directory`, `/`-separated; files that were deleted and not yet committed are among them.

    A submodule and another repository inside are one entry each, the latter with a slash at its end.

    Args:
        directory: any directory of this machine.

    Returns:
        None when it is in no work tree, when the work tree ignores it whole, or when git is not installed.
    """
    names = {f"GIT_CONFIG_KEY_{number}": key for number, key in enumerate(_SETTINGS)}
    values = {f"GIT_CONFIG_VALUE_{number}": value for number, value in enumerate(_SETTINGS.values())}
    environment = {
        "PATH": SEARCH_PATH,
        "LC_ALL": "C",
        "HOME": "/nonexistent",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_COUNT": str(len(_SETTINGS)),
        "GIT_OPTIONAL_LOCKS": "0",
        **names,
        **values,
    }
    try:
        git = Command(find_git(SEARCH_PATH), directory, environment, Path(os.devnull), _FILE_BYTES)
        answer = git.run(["ls-files", "-z", "--cached", "--others", "--exclude-standard"], seconds=_SECONDS)
    except NeighbourFailed:
        return None
    if answer.code != 0:
        return None
    return sorted({os.fsdecode(name) for name in answer.output.split(b"\0") if name}) or None
