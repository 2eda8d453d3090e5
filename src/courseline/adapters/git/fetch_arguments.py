"""The arguments of `git fetch`: https://git-scm.com/docs/git-fetch."""

from __future__ import annotations

from courseline.adapters.git.repository import EVERYTHING

ALL_COMMITS = "--depth=2147483647"  # git's number for "no limit"; also lifts the limits of earlier fetches
BRINGS = {"tree:0": 0, "blob:none": 1, None: EVERYTHING}  # see LocalRepository.brought
FETCH = (
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-write-fetch-head",
    "--no-auto-gc",
    "--update-shallow",  # the remote may be a shallow clone itself, as those of CI jobs are
    "--recurse-submodules=no",
)


def partial_fetch(remote: str, *settings: str) -> list[str]:
    """The command for a fetch that may leave objects out.

    Args:
        remote: its name.
        settings: of git, for this command.
    """
    # A remote that is a promisor for this one command may leave objects out. With a filter configured too,
    # git writes neither to the repository's configuration.
    promisor = (f"remote.{remote}.promisor=true", f"remote.{remote}.partialclonefilter=blob:none")
    return [*(part for setting in (*promisor, *settings) for part in ("-c", setting)), *FETCH]


def filter_option(what: str | None) -> str:
    """The option that leaves objects out, or none."""
    return "--no-filter" if what is None else f"--filter={what}"
