"""A temporary bare repository: what was fetched into it is read here, and commits are written into it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from courseline.adapters.git import objects
from courseline.adapters.git.explain import words
from courseline.adapters.git.fast_import import commit_input
from courseline.adapters.git.refname import checked_oid, is_oid
from courseline.adapters.git.remote import GitRemote
from courseline.adapters.git.repository import LocalRepository
from courseline.adapters.git.url import parse_target
from courseline.domain.listed_tree import ListedTree
from courseline.domain.tree import DIRECTORY, Tree, TreeFile
from courseline.errors import NotFound
from courseline.usecases.ports import Change, Commit, Credential, Remote


class GitWorkspace:
    """Implements `ports.Workspace`; made by `GitAdapter.workspace`.

    Args:
        repository: see `LocalRepository`.
        protocols: allowed ones.
        author: of commits that name no other.
        ci_skip_hosts: pushes there start no pipeline.
        seconds: time limit of a command that talks to a remote.
        blob_bytes: largest file that is read.
        most_files: a tree with more is not listed.
    """

    def __init__(
        self,
        repository: LocalRepository,
        *,
        protocols: tuple[str, ...],
        author: str,
        ci_skip_hosts: frozenset[str],
        seconds: float,
        blob_bytes: int,
        most_files: int = objects.MOST_FILES,
    ) -> None:
        self._repository = repository
        self._seconds = seconds
        self._protocols = protocols
        self._author = author
        self._ci_skip_hosts = ci_skip_hosts
        self._blob_bytes = blob_bytes
        self._most_files = most_files
        self._remotes: dict[str, GitRemote] = {}

    def remote(self, url: str, credential: Credential | None = None) -> Remote:
        """A remote of this workspace; a credential inside the URL serves when none is given."""
        return self.git_remote(url, credential)

    def git_remote(self, url: str, credential: Credential | None = None) -> GitRemote:
        """The same, with what only git offers."""
        target = parse_target(url, self._protocols)
        remote = self._remotes.get(target.url)
        if remote is None:
            ci_skip = target.host in self._ci_skip_hosts
            remote = GitRemote(
                self._repository, f"r{len(self._remotes) + 1}", target, ci_skip=ci_skip, seconds=self._seconds
            )
            self._remotes[target.url] = remote
        remote.use(credential or target.credential)
        return remote

    def tree(self, commit: str) -> Tree:
        """All files of a commit or tree.

        Raises:
            NotFound: it was not fetched, or without its trees.
            InvalidInput: it has more files than are read of a repository.
        """
        checked_oid(commit, "Listing a tree")
        answer = self._repository.command.stream(
            ["ls-tree", "-r", "-t", "-z", "--full-tree", commit],
            objects.listing_reader(commit, self._most_files),
        )
        if answer.code != 0:
            msg = f"Listing the files of {commit}: it is not in the workspace with all its trees. Fetch it first."
            raise NotFound(msg)
        return ListedTree(answer.output)

    def files(self, commit: str, paths: Collection[str]) -> dict[str, TreeFile]:
        """Those of the paths that are files of a commit or tree, by path.

        Raises:
            NotFound: it was not fetched, or without its trees.
        """
        checked_oid(commit, "Listing files")
        listing = ["--literal-pathspecs", "ls-tree", "-z", "--full-tree", commit, "--", *paths]
        answer = self._repository.command.run(listing)
        if answer.code != 0:
            raise NotFound(
                f"Listing files of {commit}: it is not in the workspace with its trees. Fetch it first."
            )
        return {file.path: file for file in objects.parse_tree(answer.output) if file.mode != DIRECTORY}

    def read_blobs(self, oids: Iterable[str]) -> dict[str, bytes]:
        """Contents of blobs the workspace has.

        Raises:
            NotFound: some were not fetched; the message names the first.
            InvalidInput: one is larger than is read.
        """
        wanted = _checked_oids(oids, "Reading files")
        found = self._repository.batch(wanted, self._blob_bytes)
        contents = {oid: data for oid, (kind, data) in found.items() if kind == "blob"}
        missing = [oid for oid in wanted if oid not in contents]
        if missing:
            msg = f"Reading {len(wanted)} files: {len(missing)} are not in the workspace, the first is {missing[0]}. Fetch them first."
            raise NotFound(msg)
        return contents

    def sizes(self, oids: Iterable[str]) -> dict[str, int]:
        """Bytes of those of the blobs that the workspace has."""
        return self._repository.sizes(_checked_oids(oids, "Measuring files"))

    def commits(self, tip: str, *, since: str | None = None, limit: int | None = None) -> Sequence[Commit]:
        """Fetched commits reachable from `tip` and not from `since`, children before parents, newest first.

        Raises:
            NotFound: `tip` or `since` is not in the fetched history.
        """
        arguments = ["rev-list", "--date-order"]
        if limit is not None:
            arguments.append(f"--max-count={limit:d}")
        arguments.append(checked_oid(tip, "Listing commits"))
        if since is not None:
            arguments.append(f"^{checked_oid(since, 'Listing commits')}")
        named = [oid for oid in (tip, since) if oid is not None]
        absent = sorted(oid for oid in named if self._repository.kinds(named).get(oid) != "commit")
        if absent:
            msg = f"Listing commits: {absent[0]} is not in the fetched history. Fetch more of it."
            raise NotFound(msg)
        shas = self._repository.local(arguments).decode().split()
        found = self._repository.batch(shas, self._blob_bytes)
        return [objects.parse_commit(sha, found[sha][1]) for sha in shas]

    def write_commit(
        self,
        *,
        parent: str | None,
        changes: Sequence[Change],
        message: str,
        at: datetime,
        author: str | None = None,
    ) -> str:
        """Make a commit with `fast-import`; same arguments, same sha. It may change nothing.

        Raises:
            InvalidInput: a path, mode or author that must not be written.
            NotFound: the parent, or a blob named by its id, is not in the workspace.
        """
        if parent is not None:
            checked_oid(parent, "Writing a commit")
        chunks = commit_input(
            ref=self._repository.new_ref(),
            parent=parent,
            changes=changes,
            message=message,
            at=at,
            author=author or self._author,
        )
        self._repository.only_asked = False
        answer = self._repository.command.run(
            ["fast-import", "--quiet", "--done", "--date-format=raw"], feed=chunks
        )
        sha = answer.output.decode("ascii", "replace").strip()
        if answer.code == 0 and is_oid(sha):
            self._repository.made[sha] = parent
            return sha
        if (
            "not found" in answer.message
            or "Not a valid commit" in answer.message
            or "not a commit" in answer.message
        ):
            msg = f"Writing a commit: {words(answer.message.splitlines()[0])}. Fetch what it builds on first."
            raise NotFound(msg)
        raise self._repository.unexpected("fast-import", answer.message)

    def merge(self, base: str, ours: str, theirs: str, *, at: datetime) -> str | None:
        """A commit with what `theirs` changed since `base` brought into `ours`; None where both changed the same lines.

        Three commits of our own stand for the three, so that git looks for no history that was not fetched.

        Raises:
            NotFound: one of the commits, or a file that both changed, is not in the workspace.
        """
        trees = [self._repository.tree_of(checked_oid(sha, "Merging")) for sha in (base, ours, theirs)]
        root = self._stand_in(trees[0], None, at)
        mine, other = (self._stand_in(tree, root, at) for tree in trees[1:])
        # Renames are found by reading files, which are not here.
        plain = ["-c", "merge.renames=false", "-c", "merge.directoryRenames=false"]
        answer = self._repository.command.run(
            [*plain, "merge-tree", "--write-tree", "--no-messages", "--end-of-options", mine, other]
        )
        tree = answer.output.decode("ascii", "replace").split("\n", 1)[0].strip()
        if answer.code == 1:
            return None
        if answer.code != 0 or not is_oid(tree):
            msg = f"Merging: {words(answer.message)}. Fetch the files that both sides changed first."
            raise NotFound(msg)
        made = self._stand_in(tree, ours, at)
        self._repository.made[made] = ours
        return made

    def _stand_in(self, tree: str, parent: str | None, at: datetime) -> str:
        name, _, mail = self._author.rpartition(" ")
        moment = f"{int(at.timestamp())} +0000"
        lines = [f"tree {tree}", *([f"parent {parent}"] if parent else [])]
        lines += [
            f"author {name} {mail} {moment}",
            f"committer {name} {mail} {moment}",
            "",
            "Merge result",
            "",
        ]
        raw = "\n".join(lines).encode()
        written = self._repository.local(["hash-object", "-t", "commit", "-w", "--stdin"], feed=[raw])
        return written.decode().strip()


def _checked_oids(oids: Iterable[str], purpose: str) -> list[str]:
    return [checked_oid(oid, purpose) for oid in dict.fromkeys(oids)]
