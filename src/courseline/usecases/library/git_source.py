"""A release in a git repository: a tag, whose files are fetched when they are asked for."""

from __future__ import annotations

from collections.abc import Iterable

from courseline.domain.paths import printable
from courseline.errors import InvalidInput, NotFound, Problem, Severity
from courseline.usecases.library.release_source import Tagged
from courseline.usecases.ports import Remote, RemoteRefs, Workspace

SHOWN_TAGS = 5


class GitSource:
    """Implements `ReleaseSource`.

    Args:
        workspace: open.
        remote: of that workspace.
    """

    def __init__(self, workspace: Workspace, remote: Remote) -> None:
        self._workspace = workspace
        self._remote = remote
        self._fetched: set[str] = set()

    def tagged(self, tag: str, asked: str) -> Tagged:
        """See `ReleaseSource`; commits and trees come, no blob."""
        ref = f"refs/tags/{tag}"
        refs = self._remote.refs(ahead=ref)
        if ref not in refs.refs:
            raise _missing_tag(asked, tag, refs)
        commit = self._remote.fetch(ref)
        tree = self._workspace.tree(commit)
        if not len(tree):
            raise InvalidInput(f"{asked}: the tagged commit holds no files.")
        return Tagged(commit, tree, _branch_of_that_name(tag, refs))

    def fetch(self, oids: Iterable[str]) -> None:
        """See `ReleaseSource`; what came is not asked for again."""
        wanted = set(oids) - self._fetched
        if wanted:
            self._remote.fetch_blobs(wanted)
            self._fetched |= wanted

    def sizes(self, oids: Iterable[str]) -> dict[str, int]:
        """See `ReleaseSource`."""
        return self._workspace.sizes(oids)

    def read(self, oids: Iterable[str]) -> dict[str, bytes]:
        """See `ReleaseSource`."""
        return self._workspace.read_blobs(oids)


def _missing_tag(asked: str, tag: str, refs: RemoteRefs) -> NotFound:
    tags = sorted(name.removeprefix("refs/tags/") for name in refs.refs if name.startswith("refs/tags/"))
    shown = ", ".join(printable(name) for name in tags[-SHOWN_TAGS:])
    has = f"it has {shown}" + (f" and {len(tags) - SHOWN_TAGS} more" if len(tags) > SHOWN_TAGS else "")
    state = has if tags else ("it has no tags" if refs.refs else "the repository is empty")
    name = printable(tag)
    return NotFound(
        f"{asked}: there is no such tag; {state}. Push the tag, then sync again.",
        [Problem(f"refs/tags/{name}", None, "No such tag.", fix=f"git push origin {name}")],
    )


def _branch_of_that_name(tag: str, refs: RemoteRefs) -> tuple[Problem, ...]:
    if f"refs/heads/{tag}" not in refs.refs:
        return ()
    message = f"There is a branch {tag} too; the tag was taken."
    fix = "Rename the branch to avoid confusion."
    return (Problem(f"refs/heads/{tag}", None, message, Severity.WARNING, fix),)
