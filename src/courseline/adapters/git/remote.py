"""A repository that is fetched from and pushed to.

A remote exists only in the arguments of the commands that talk to it. The workspace's own configuration knows no
remote and no promisor, so that reading it can never start a connection: what was not fetched is simply not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from courseline.adapters.git.command import Answer
from courseline.adapters.git.explain import is_redirect, network_error, quoted, remote_words
from courseline.adapters.git.objects import oid_lines
from courseline.adapters.git.refname import branch_ref, checked_oid, checked_ref, is_oid
from courseline.adapters.git.repository import EVERYTHING, LocalRepository
from courseline.adapters.git.url import Target
from courseline.errors import CourselineError, InvalidInput, NotFound, PushRejected
from courseline.usecases.ports import Credential, RemoteRefs

_ALL_COMMITS = "--depth=2147483647"  # git's number for "no limit"; also lifts the limits of earlier fetches
_BRINGS = {"tree:0": 0, "blob:none": 1, None: EVERYTHING}  # see LocalRepository.brought
_FETCH = (
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-write-fetch-head",
    "--no-auto-gc",
    "--update-shallow",  # the remote may be a shallow clone itself, as those of CI jobs are
    "--recurse-submodules=no",
)
_REFUSED_PUSH = re.compile(r"^!\t[^\t]*\t(.*)$", re.MULTILINE)


class GitRemote:
    """Implements `ports.Remote`; made by `GitWorkspace.remote`.

    Args:
        repository: where fetched objects go.
        name: of the remote, unique in the workspace.
        target: its checked address.
        ci_skip: whether pushes ask GitLab to start no pipeline.
        seconds: time limit of a command.
    """

    def __init__(
        self, repository: LocalRepository, name: str, target: Target, *, ci_skip: bool, seconds: float
    ) -> None:
        self._repository = repository
        self._name = name
        self._target = target
        self._ci_skip = ci_skip
        self._seconds = seconds
        self._credential: Credential | None = None
        self._whole = False  # whether all commits of some ref were fetched

    @property
    def url(self) -> str:
        """As given, without credentials."""
        return self._target.shown

    def use(self, credential: Credential | None) -> None:
        """Take this credential from now on; None leaves the one there is."""
        self._credential = credential or self._credential

    def refs(self) -> RemoteRefs:
        """One `ls-remote`."""
        doing = f"Reading the refs of {self.url}"
        answer = self._talk(doing, ["ls-remote", "--quiet", "--symref", "--end-of-options", self._name])
        head, refs = None, {}
        for line in answer.output.decode("utf-8", "surrogateescape").splitlines():
            value, _, name = line.partition("\t")
            if name == "HEAD" and value.startswith("ref: refs/heads/"):
                head = value.removeprefix("ref: refs/heads/")
            elif name.startswith("refs/") and not name.endswith("^{}"):
                refs[name] = value
        if not all(is_oid(value) for value in refs.values()):
            msg = f"{doing}: its objects do not have SHA-1 names; only SHA-1 repositories can be used."
            raise InvalidInput(msg)
        return RemoteRefs(head, refs)

    def fetch(self, ref: str, *, depth: int | None = 1, filter: str | None = "blob:none") -> str:  # noqa: A002 - git's word
        """Fetch a full ref name or a sha with fsck; answers the commit's sha (tags are peeled).

        What earlier fetches brought stays: after a fetch of all commits, a later one with a depth cuts none of them.
        """
        doing = f"Fetching {quoted(ref)} from {self.url}"
        checked_ref(ref, f"Fetching from {self.url}")
        if filter not in _BRINGS or (depth is not None and depth < 1):
            msg = f"{doing}: filter {filter!r} with depth {depth!r} is not one of blob:none, tree:0 or None with 1 or more."
            raise InvalidInput(msg)
        if depth is None or not self._whole:
            return self._fetch_ref(doing, ref, depth, filter)
        sha = self._fetch_ref(doing, ref, None, "tree:0")
        self._fetch_tree(doing, sha, filter)
        return sha

    def fetch_everything(self) -> None:
        """Bring all refs and all that they reach, also refs that only the server writes (merge requests, notes)."""
        doing = f"Fetching everything of {self.url}"
        refspec = "+refs/*:refs/everything/*"
        self._talk(doing, [*_FETCH, "--no-filter", "--refmap=", "--end-of-options", self._name, refspec])

    def fetch_blobs(self, oids: Iterable[str]) -> None:
        """Bring the blobs that the workspace lacks, in one request.

        Raises:
            NotFound: the remote does not have one of them.
        """
        wanted = [checked_oid(oid, f"Fetching files from {self.url}") for oid in dict.fromkeys(oids)]
        # Before the first fetch of files there is none here to ask for; one more that comes again does no harm.
        missing = self._repository.lacking(wanted) if self._repository.has_files else wanted
        if missing:
            self._fetch_objects(f"Fetching {len(missing)} files from {self.url}", missing, "blob:none")

    def push(self, sha: str, branch: str, *, expected: str | None) -> None:
        """Plain fast-forward push of `sha` to a branch, never forced.

        The lease makes the remote compare the branch with `expected` in the same step that moves it; that `sha`
        builds on `expected` is made sure of before.
        """
        ref = branch_ref(branch, f"Pushing to {self.url}")
        doing = f"Pushing to {ref} of {self.url}"
        checked_oid(sha, doing)
        if expected is not None and not self._repository.is_ancestor(checked_oid(expected, doing), sha):
            msg = f"{doing}: commit {sha} does not build on {expected}, and nothing is overwritten. Read the branch and plan again."
            raise PushRejected(msg)
        if self._target.is_path:
            self._require_bare(doing)
        options = ["--push-option=ci.skip"] if self._ci_skip else []
        lease = f"--force-with-lease={ref}:{expected or ''}"
        # Without --no-thin git looks for old versions of the changed files to make deltas from, and they are not here.
        arguments = [
            "push",
            "--no-verify",
            "--porcelain",
            "--no-thin",
            *options,
            lease,
            self._name,
            f"{sha}:{ref}",
        ]
        answer = self._ask(arguments)
        if answer.code == 0:
            return
        refused = _REFUSED_PUSH.search(answer.output.decode("utf-8", "replace"))
        if refused is None:
            raise self._error(doing, answer.message)
        said = remote_words(answer.message)
        msg = f"{doing}: {quoted(refused[1])}." + (
            f" The remote said: {said}" if said else " Read the branch and plan again."
        )
        raise PushRejected(msg)

    def _fetch_ref(self, doing: str, ref: str, depth: int | None, what: str | None) -> str:
        options = [_filter_option(what)]
        if depth is not None:
            options.append(f"--depth={depth:d}")
        elif self._repository.is_shallow():
            options.append(_ALL_COMMITS)
        if _BRINGS[what] > self._repository.brought:
            options.append("--refetch")  # what is here came with less, so it must not count as already there
        here = self._repository.new_ref()
        self._talk(
            doing, [*self._fetch_command(), *options, "--end-of-options", self._name, f"+{ref}:{here}"]
        )
        self._repository.brought = min(self._repository.brought, _BRINGS[what])
        self._repository.has_files |= what is None
        self._whole = self._whole or depth is None
        sha = self._repository.commit_of(here)
        if sha is None:
            msg = f"{doing}: it names no commit. Tag a commit, not a file or a directory."
            raise InvalidInput(msg)
        return sha

    def _fetch_tree(self, doing: str, sha: str, what: str | None) -> None:
        """Bring the trees, and for None also the files, of a commit that is here."""
        if what == "tree:0":
            return
        tree = self._repository.tree_of(sha)
        if what is None or tree not in self._repository.kinds([tree]):
            self._fetch_objects(doing, [tree], what)

    def _fetch_objects(self, doing: str, oids: Sequence[str], what: str | None) -> None:
        # Without "noop" git tells the remote which commits are here, and the remote leaves out what belongs to them.
        options = [_filter_option(what)] + (["--refetch"] if what is None else [])
        command = self._fetch_command("fetch.negotiationAlgorithm=noop")
        self._talk(
            doing, [*command, *options, "--stdin", "--end-of-options", self._name], feed=[oid_lines(oids)]
        )
        self._repository.has_files = True
        absent = self._repository.lacking(oids)
        if absent:
            msg = f"{doing}: the remote did not send {len(absent)} of {len(oids)} objects, the first is {absent[0]}."
            raise NotFound(msg)

    def _fetch_command(self, *settings: str) -> list[str]:
        # A remote that is a promisor for this one command may leave objects out. With a filter configured too,
        # git writes neither to the repository's configuration.
        promisor = (f"remote.{self._name}.promisor=true", f"remote.{self._name}.partialclonefilter=blob:none")
        return [*(part for setting in (*promisor, *settings) for part in ("-c", setting)), *_FETCH]

    def _require_bare(self, doing: str) -> None:
        path = self._target.url
        answer = self._repository.command.run([f"--git-dir={path}", "rev-parse", "--is-bare-repository"])
        if answer.code == 0 and answer.output.strip() == b"true":
            return
        if answer.code != 0 and not (Path(path) / ".git").exists():
            raise NotFound(f"{doing}: there is no git repository. Make one with `git init --bare {path}`.")
        raise InvalidInput(
            f"{doing}: it has files checked out, which a push would not update. Push to a bare repository: make one with "
            f"`git init --bare` or `git clone --bare`, or set `git config core.bare true` when nobody works in it."
        )

    def _talk(self, doing: str, arguments: Sequence[str], feed: Iterable[bytes] = ()) -> Answer[bytes]:
        answer = self._ask(arguments, feed)
        if answer.code != 0:
            raise self._error(doing, answer.message)
        return answer

    def _error(self, doing: str, message: str) -> CourselineError:
        return network_error(doing, message, with_credential=self._credential is not None)

    def _ask(self, arguments: Sequence[str], feed: Iterable[bytes] = ()) -> Answer[bytes]:
        """Run a command that talks to this remote; an http address without `.git` is tried with it when redirected.

        GitLab answers `https://host/group/project` with a redirect to the same address ending in `.git`.
        """
        chunks = tuple(feed)
        answer = self._run(arguments, chunks)
        if (
            answer.code != 0
            and is_redirect(answer.message)
            and not self._target.url.rstrip("/").endswith(".git")
        ):
            self._target = replace(self._target, url=f"{self._target.url.rstrip('/')}.git")
            answer = self._run(arguments, chunks)
        return answer

    def _run(self, arguments: Sequence[str], feed: Iterable[bytes]) -> Answer[bytes]:
        url = f"remote.{self._name}.url={self._target.url}"
        credential = None if self._target.is_path else self._credential
        return self._repository.command.run(
            ["-c", url, *arguments], feed=feed, credential=credential, seconds=self._seconds
        )


def _filter_option(what: str | None) -> str:
    return "--no-filter" if what is None else f"--filter={what}"
