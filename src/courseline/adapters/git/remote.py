"""A repository that is fetched from and pushed to.

A remote exists only in the arguments of the commands that talk to it. The workspace's own configuration knows no
remote and no promisor, so that reading it can never start a connection: what was not fetched is simply not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from courseline.adapters.git.bare import demand_bare
from courseline.adapters.git.command import Answer, everything
from courseline.adapters.git.explain import is_redirect, network_error, quoted, remote_words
from courseline.adapters.git.fetch_arguments import ALL_COMMITS, BRINGS, FETCH, filter_option, partial_fetch
from courseline.adapters.git.listed_refs import parse_refs
from courseline.adapters.git.objects import oid_lines
from courseline.adapters.git.refname import branch_ref, checked_oid, checked_ref, is_refname
from courseline.adapters.git.repository import LocalRepository
from courseline.adapters.git.url import Target
from courseline.errors import CourselineError, InvalidInput, NotFound, PushRejected
from courseline.usecases.ports import Credential, RemoteRefs

HEAD = "HEAD"
"""For `GitRemote.refs`: the commit of the remote's default branch."""

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
        self._ahead: dict[str, str] = {}  # what `refs` fetched beside the list: ref or object id -> commit

    @property
    def url(self) -> str:
        """As given, without credentials."""
        return self._target.shown

    def use(self, credential: Credential | None) -> None:
        """Take this credential from now on; None leaves the one there is."""
        self._credential = credential or self._credential

    def refs(self, *, ahead: str | None = None) -> RemoteRefs:
        """One `ls-remote`; beside it, at the same time, `ahead` is fetched as `fetch` does it when it is told no more.

        Whatever goes wrong with that fetch is for the later `fetch` to find out, which then does it again.
        """
        if ahead is None or self._whole or not (ahead == HEAD or is_refname(ahead)):
            return self._listed()
        here = self._repository.new_ref()
        self._repository.brought = min(self._repository.brought, BRINGS["blob:none"])
        options = [filter_option("blob:none"), "--depth=1", "--end-of-options", self._name]
        fetch = self._full([*partial_fetch(self._name), *options, f"+{ahead}:{here}"])
        begun = self._repository.command.begun(fetch, credential=self._lent(), seconds=self._seconds)
        with self._repository.fetching, begun as beside:
            listed = self._listed()
            self._repository.prepare_questions()
            if beside.finish(everything()).code == 0:
                self._keep_ahead(ahead, here, listed)
        return listed

    def _keep_ahead(self, ref: str, here: str, listed: RemoteRefs) -> None:
        """Remember what was fetched when it is what the list says: somebody may have pushed between the two."""
        name = f"refs/heads/{listed.head_branch}" if ref == HEAD else ref
        value, commit = self._repository.value_and_commit(here)
        if commit is not None and value is not None and listed.refs.get(name) == value:
            self._ahead = {name: commit, value: commit}

    def _listed(self) -> RemoteRefs:
        doing = f"Reading the refs of {self.url}"
        answer = self._talk(doing, ["ls-remote", "--quiet", "--symref", "--end-of-options", self._name])
        return parse_refs(answer.output, doing)

    def fetch(self, ref: str, *, depth: int | None = 1, filter: str | None = "blob:none") -> str:  # noqa: A002 - git's word
        """Fetch a full ref name or a sha with fsck; answers the commit's sha (tags are peeled).

        What earlier fetches brought stays: after a fetch of all commits, a later one with a depth cuts none of them.
        """
        doing = f"Fetching {quoted(ref)} from {self.url}"
        checked_ref(ref, f"Fetching from {self.url}")
        if filter not in BRINGS or (depth is not None and depth < 1):
            msg = f"{doing}: filter {filter!r} with depth {depth!r} is not one of blob:none, tree:0 or None with 1 or more."
            raise InvalidInput(msg)
        if ref in self._ahead and depth == 1 and filter == "blob:none":
            return self._ahead[ref]
        if depth is None or not self._whole:
            return self._fetch_ref(doing, ref, depth, filter)
        sha = self._fetch_ref(doing, ref, None, "tree:0")
        self._fetch_tree(doing, sha, filter)
        return sha

    def fetch_everything(self) -> None:
        """Bring all refs and all that they reach, also refs that only the server writes (merge requests, notes)."""
        doing = f"Fetching everything of {self.url}"
        refspec = "+refs/*:refs/everything/*"
        self._repository.only_asked = False
        with self._repository.fetching:
            self._talk(doing, [*FETCH, "--no-filter", "--refmap=", "--end-of-options", self._name, refspec])

    def fetch_blobs(self, oids: Iterable[str]) -> None:
        """Bring the blobs that the workspace lacks, in one request.

        Raises:
            NotFound: the remote does not have one of them.
        """
        wanted = [checked_oid(oid, f"Fetching files from {self.url}") for oid in dict.fromkeys(oids)]
        missing = self._repository.lacking(wanted)
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
            demand_bare(Path(self._target.url), self._repository.command, doing)
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
        options = [filter_option(what)]
        if depth is not None:
            options.append(f"--depth={depth:d}")
        elif self._repository.is_shallow():
            options.append(ALL_COMMITS)
        if BRINGS[what] > self._repository.brought:
            options.append("--refetch")  # what is here came with less, so it must not count as already there
        here = self._repository.new_ref()
        with self._repository.fetching:
            self._talk(
                doing,
                [*partial_fetch(self._name), *options, "--end-of-options", self._name, f"+{ref}:{here}"],
            )
        self._repository.brought = min(self._repository.brought, BRINGS[what])
        self._repository.only_asked &= what is not None
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
        options = [filter_option(what)] + (["--refetch"] if what is None else [])
        command = partial_fetch(self._name, "fetch.negotiationAlgorithm=noop")
        with self._repository.fetching:
            self._talk(
                doing, [*command, *options, "--stdin", "--end-of-options", self._name], feed=[oid_lines(oids)]
            )
        self._repository.only_asked &= what is not None
        absent = self._repository.absent(oids)
        if absent:
            msg = f"{doing}: the remote did not send {len(absent)} of {len(oids)} objects, the first is {absent[0]}."
            raise NotFound(msg)
        self._repository.asked.update(oids)

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
        return self._repository.command.run(
            self._full(arguments), feed=feed, credential=self._lent(), seconds=self._seconds
        )

    def _full(self, arguments: Sequence[str]) -> list[str]:
        return ["-c", f"remote.{self._name}.url={self._target.url}", *arguments]

    def _lent(self) -> Credential | None:
        return None if self._target.is_path else self._credential
