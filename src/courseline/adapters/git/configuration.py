"""The configuration and environment git runs with, all of it written by us.

Nothing of the machine's or the user's git configuration is read. What a repository that is fetched from brings
along (attributes, LFS and submodule settings) is content and never configuration.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

# Findings of git's fsck that old but harmless histories carry; GitLab's own server ignores the same three.
_HARMLESS = ("badTimezone", "missingSpaceBeforeDate", "zeroPaddedFilemode")


def both_sides(protocols: Sequence[str]) -> str:
    """GIT_CONFIG_GLOBAL: holds for our git and for the git that answers for a directory.

    The hooks of a directory that is pushed to stay in force, as on any server: they are its owner's rules.
    """
    allowed = "".join(f'[protocol "{protocol}"]\n\tallow = always\n' for protocol in protocols)
    return (
        # A job's directories often belong to another user id than the job; nothing of them is executed.
        "[safe]\n\tdirectory = *\n"
        "[protocol]\n\tallow = never\n"
        + allowed
        + "[uploadpack]\n\tallowFilter = true\n\tallowAnySHA1InWant = true\n"
        "[receive]\n\tadvertisePushOptions = true\n"
        "[init]\n\ttemplateDir =\n\tdefaultBranch = main\n"
        "[credential]\n\thelper =\n"
        "[core]\n\tattributesFile = /dev/null\n\texcludesFile = /dev/null\n\tfsmonitor = false\n"
    )


def our_side(ca_file: Path | None) -> str:
    """The workspace's own configuration.

    Args:
        ca_file: certificates to trust instead of the machine's, None for those.
    """
    findings = "".join(f'[fetch "fsck"]\n\t{finding} = ignore\n' for finding in _HARMLESS)
    authority = f'\tsslCAInfo = "{_escaped(str(ca_file))}"\n' if ca_file else ""
    return (
        "[core]\n\trepositoryFormatVersion = 0\n\tbare = true\n\thooksPath = /dev/null\n"
        # The workspace lives for one command, so nothing of it needs to reach the disk's platters.
        "\tfsync = none\n"
        "[gc]\n\tauto = 0\n"
        "[maintenance]\n\tauto = false\n"
        "[transfer]\n\tfsckObjects = true\n\tcredentialsInUrl = die\n\tbundleURI = false\n"
        "[fetch]\n\tfsckObjects = true\n\trecurseSubmodules = false\n\twriteCommitGraph = false\n"
        + findings
        + "[submodule]\n"
        "\trecurse = false\n"
        "[http]\n\tfollowRedirects = false\n\tlowSpeedLimit = 1\n\tlowSpeedTime = 120\n" + authority
    )


def environment(
    *, home: Path, global_file: Path, search_path: str, protocols: Sequence[str], git_dir: Path
) -> Mapping[str, str]:
    """The whole environment of every git process.

    Args:
        home: an empty directory.
        global_file: holds `both_sides`.
        search_path: where git finds its own parts and a shell.
        protocols: those allowed.
        git_dir: the workspace's repository.
    """
    return {
        "PATH": search_path,
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home),
        "LC_ALL": "C",
        "TZ": "UTC",
        "GIT_DIR": str(git_dir),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": str(global_file),
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ALLOW_PROTOCOL": ":".join(protocols),
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_SSH_COMMAND": "/bin/false",
    }


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
