"""Opens workspaces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from courseline.adapters.git import askpass, configuration
from courseline.adapters.git.command import REMOTE_SECONDS, Command, find_git
from courseline.adapters.git.fast_import import checked_author
from courseline.adapters.git.leftovers import temporary_directory
from courseline.adapters.git.objects import BLOB_BYTES
from courseline.adapters.git.repository import LocalRepository
from courseline.adapters.git.url import checked_protocols, directory_of, is_local_path
from courseline.adapters.git.whole import GitWhole, borrow, fetch_whole, object_store
from courseline.adapters.git.workspace import GitWorkspace
from courseline.errors import NeighbourFailed
from courseline.usecases.ports import Credential, Workspace
from courseline.usecases.whole_repository import WholeRepository

SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_FILE_BYTES = 4 * 1024**3


class GitAdapter:
    """Implements `ports.Git`.

    Args:
        protocols: allowed ones, of `https`, `http` and `file` (a directory needs `file`).
        author: of commits that name no other, `Name <mail>`.
        temp_root: where workspaces live; made when missing.
        ci_skip_hosts: hosts of GitLab servers; pushes there start no pipeline.
        search_path: directories that hold git and the programs it starts.
        ca_file: certificates to trust instead of the machine's.
        seconds: time limit of one command that talks to a remote.
        blob_bytes: largest file that is read.
        file_bytes: largest file that git may write, which bounds what one fetch can bring.

    Raises:
        InvalidInput: an unknown protocol, or an author that is not `Name <mail>`.
    """

    def __init__(
        self,
        protocols: Sequence[str],
        author: str,
        temp_root: Path,
        *,
        ci_skip_hosts: frozenset[str] = frozenset(),
        search_path: str = SEARCH_PATH,
        ca_file: Path | None = None,
        seconds: float = REMOTE_SECONDS,
        blob_bytes: int = BLOB_BYTES,
        file_bytes: int = _FILE_BYTES,
    ) -> None:
        self._protocols = checked_protocols(protocols)
        self._author = checked_author(author)
        self._temp_root = temp_root
        self._ci_skip_hosts = frozenset(host.lower() for host in ci_skip_hosts)
        self._search_path = search_path
        self._ca_file = ca_file
        self._seconds = seconds
        self._blob_bytes = blob_bytes
        self._file_bytes = file_bytes

    @contextmanager
    def workspace(self) -> Iterator[Workspace]:
        """A fresh bare repository below `temp_root`, gone at the end; leftovers of killed runs are swept first.

        Raises:
            NeighbourFailed: git is not installed, or `temp_root` cannot be written to.
        """
        git = find_git(self._search_path)
        with (
            temporary_directory(self._temp_root) as directory,
            closing(self._repository(git, directory)) as repository,
        ):
            yield self._workspace(repository)

    @contextmanager
    def whole(self, url: str, credential: Credential | None = None) -> Iterator[WholeRepository]:
        """See `ports.Git`."""
        git = find_git(self._search_path)
        with (
            temporary_directory(self._temp_root) as directory,
            closing(self._repository(git, directory)) as repository,
        ):
            store = object_store(directory_of(url)) if is_local_path(url) else None
            remote = self._workspace(repository).git_remote(url, credential)
            if store is not None:
                borrow(directory / "repository", store)
            yield GitWhole(
                repository,
                remote,
                fetch_whole(remote),
                sees_unreachable=store is not None,
                blob_bytes=self._blob_bytes,
            )

    def version(self) -> str:
        """What git says of itself, `git version 2.39.5`.

        Raises:
            NeighbourFailed: git is not installed.
        """
        git = find_git(self._search_path)
        with temporary_directory(self._temp_root) as directory:
            return self._repository(git, directory).local(["--version"]).decode().strip()

    def is_local_path(self, url: str) -> bool:
        """Whether `url` means a directory on this machine."""
        return is_local_path(url)

    def _workspace(self, repository: LocalRepository) -> GitWorkspace:
        return GitWorkspace(
            repository,
            protocols=self._protocols,
            author=self._author,
            ci_skip_hosts=self._ci_skip_hosts,
            seconds=self._seconds,
            blob_bytes=self._blob_bytes,
        )

    def _repository(self, git: str, directory: Path) -> LocalRepository:
        """Write the files git runs with and make the empty repository."""
        repository, home = directory / "repository", directory / "home"
        script, global_file = directory / "askpass", directory / "gitconfig"
        try:
            home.mkdir()
            askpass.write_script(script)
            global_file.write_text(configuration.both_sides(self._protocols))
            _make_bare(repository, configuration.our_side(self._ca_file))
        except OSError as problem:
            msg = f"Making a temporary repository in {directory}: {problem.strerror}. Free some space and try again."
            raise NeighbourFailed(msg) from problem
        environment = configuration.environment(
            home=home,
            global_file=global_file,
            search_path=self._search_path,
            protocols=self._protocols,
            git_dir=repository,
        )
        command = Command(git, repository, environment, script, self._file_bytes)
        return LocalRepository(command, repository)


def _make_bare(repository: Path, config: str) -> None:
    """What `git init --bare` makes, without starting it: https://git-scm.com/docs/gitrepository-layout."""
    for directory in ("objects", "refs"):
        (repository / directory).mkdir(parents=True)
    (repository / "HEAD").write_text("ref: refs/heads/main\n")
    (repository / "config").write_text(config)
