"""The one place that starts git.

GitPython is used as caller of git only: an argument list, and none of its option handling. The process has our
environment and nothing else of one, leads a process group of its own and is killed with it when its time or output
limit is reached.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Generic

from courseline.adapters.git.askpass import lent
from courseline.adapters.git.process import Output, Process
from courseline.errors import InvalidInput, NeighbourFailed
from courseline.usecases.ports import Credential

LOCAL_SECONDS = 300.0
REMOTE_SECONDS = 900.0
_OUTPUT_BYTES = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer(Generic[Output]):
    """What a finished git process left.

    Attributes:
        code: exit code; negative for a signal.
        output: what the reader made of standard output.
        message: standard error, decoded, its first 64 KiB, without secrets.
    """

    code: int
    output: Output
    message: str


def find_git(search_path: str) -> str:
    """Absolute path of the program that is started.

    Raises:
        NeighbourFailed: it is not installed in the directories of `search_path`.
    """
    git = shutil.which("git", path=search_path)
    if git is None:
        msg = f"Looking for the program git in {search_path}: it is not there. Install git 2.38 or newer."
        raise NeighbourFailed(msg)
    return git


def everything(limit: int = _OUTPUT_BYTES) -> Callable[[BinaryIO], bytes]:
    """A reader that takes all output, at most `limit` bytes.

    Raises (when called):
        InvalidInput: there is more.
    """

    def read(stream: BinaryIO) -> bytes:
        output = stream.read(limit + 1)
        if len(output) > limit:
            msg = f"git answered more than {limit} bytes: the repository is larger than what is read of one."
            raise InvalidInput(msg)
        return output

    return read


@dataclass(frozen=True, slots=True)
class Begun:
    """A git that has been started; see `Command.begun`.

    Attributes:
        running: its process.
        verb: its command, for messages.
        credential: what it was lent.
        seconds: from `finish` on it may take so long.
    """

    running: Process
    verb: str
    credential: Credential | None
    seconds: float

    def finish(self, read: Callable[[BinaryIO], Output], feed: Iterable[bytes] = ()) -> Answer[Output]:
        """Feed and read it to its end; see `Command.stream`."""
        running = self.running
        try:
            output, code, message = running.finish(read, feed, self.seconds)
        except Exception:
            if not running.expired:
                raise
        if running.expired:
            msg = f"git {self.verb} had not finished after {self.seconds:g} seconds and was stopped. Try again later."
            raise NeighbourFailed(msg)
        return Answer(code, output, _without(message, self.credential))


class Command:
    """Runs git in one workspace.

    Args:
        git: path of the program.
        directory: the workspace's repository, also the working directory.
        environment: everything git sees of an environment.
        askpass: script written by `askpass.write_script`.
        file_bytes: no file that git writes may become larger; bounds what a fetch can bring.
    """

    def __init__(
        self,
        git: str,
        directory: Path,
        environment: Mapping[str, str],
        askpass: Path,
        file_bytes: int,
    ) -> None:
        self._git = git
        self._directory = directory
        self._environment = dict(environment)
        self._askpass = askpass
        self._file_bytes = file_bytes

    def run(
        self,
        arguments: Sequence[str],
        *,
        feed: Iterable[bytes] = (),
        credential: Credential | None = None,
        seconds: float = LOCAL_SECONDS,
    ) -> Answer[bytes]:
        """Run git and take all its output; see `stream`."""
        return self.stream(arguments, everything(), feed=feed, credential=credential, seconds=seconds)

    def stream(
        self,
        arguments: Sequence[str],
        read: Callable[[BinaryIO], Output],
        *,
        feed: Iterable[bytes] = (),
        credential: Credential | None = None,
        seconds: float = LOCAL_SECONDS,
    ) -> Answer[Output]:
        """Run git and let `read` make something of its output while it runs.

        Args:
            arguments: after `git`; no secret may be among them.
            read: gets standard output; what it raises ends git.
            feed: chunks for standard input.
            credential: answered when git asks for its host.
            seconds: git is killed after this time.

        Raises:
            NeighbourFailed: git is not installed or took too long.
        """
        with self.begun(arguments, credential=credential, seconds=seconds) as git:
            return git.finish(read, feed)

    @contextmanager
    def begun(
        self,
        arguments: Sequence[str],
        *,
        credential: Credential | None = None,
        seconds: float = LOCAL_SECONDS,
    ) -> Iterator[Begun]:
        """Start git and go on beside it; nothing of it remains when the block is left.

        Args:
            arguments: see `stream`.
            credential: see `stream`.
            seconds: see `stream`.
        """
        with lent(credential, self._askpass) as (names, descriptors):
            running = self._start(arguments, names, descriptors)
            try:
                yield Begun(running, _verb(arguments), credential, seconds)
            finally:
                running.kill()

    def start(self, arguments: Sequence[str]) -> Process:
        """A git process that is asked by `Process.ask` and ended by `Process.kill`; it gets no credential.

        Raises:
            NeighbourFailed: git is not installed.
        """
        return self._start(arguments, {}, ())

    def _start(
        self, arguments: Sequence[str], names: Mapping[str, str], descriptors: tuple[int, ...]
    ) -> Process:
        argv = [self._git, *arguments]
        environment = {**self._environment, **names}
        return Process(argv, self._directory, environment, descriptors, self._file_bytes)


def _verb(arguments: Sequence[str]) -> str:
    """The command among the arguments: the first that is neither an option nor the value of `-c`."""
    options = iter(arguments)
    for argument in options:
        if argument == "-c":
            next(options, None)
        elif not argument.startswith("-"):
            return argument
    return ""


def _without(message: bytes, credential: Credential | None) -> str:
    text = message.decode("utf-8", "replace")
    if credential is not None and credential.secret:
        text = text.replace(credential.secret, "***")
    return text
