"""Asks one git process for objects, again and again: starting one for each question costs more than the answers.

`git cat-file --batch-command` (git 2.36) answers a line with a name by a line about the object, or with its bytes;
`--buffer` keeps answers together until it is told to send them: https://git-scm.com/docs/git-cat-file. It looks for
objects and references that came meanwhile, so what is fetched or written while it runs is found too.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import BinaryIO

from courseline.adapters.git import objects
from courseline.adapters.git.command import LOCAL_SECONDS, Command
from courseline.adapters.git.explain import words
from courseline.adapters.git.process import Output, Process
from courseline.errors import NeighbourFailed

_ARGUMENTS = ("cat-file", "--batch-command", "--buffer")


class ObjectReader:
    """Reads a repository by a process that starts with the first question and ends with `close`.

    A question that fails for whatever reason ends the process, and the next one starts another.

    Args:
        command: starts git in the repository.
        seconds: time limit of one question.
    """

    def __init__(self, command: Command, seconds: float = LOCAL_SECONDS) -> None:
        self._command = command
        self._seconds = seconds
        self._process: Process | None = None
        self._turn = threading.Lock()

    def begin(self) -> None:
        """Start the process before there is a question, while something else is waited for."""
        with self._turn:
            self._running()

    def facts(self, names: Sequence[str]) -> dict[str, objects.Fact]:
        """About the objects that are here, by the names they were asked for.

        Args:
            names: object ids or other revisions without blanks or line breaks.

        Raises:
            NeighbourFailed: git stopped or took too long.
        """
        return self._ask("info", names, lambda stream: objects.read_facts(stream, names))

    def contents(self, oids: Sequence[str], limit: int) -> objects.Found:
        """Object id -> (type, bytes), of those that are here.

        Raises:
            InvalidInput: one is larger than `limit` bytes, or all together are too large.
            NeighbourFailed: git stopped or took too long.
        """
        reader = objects.batch_reader(limit, answers=len(oids))
        return self._ask("contents", oids, reader)

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()

    def _running(self) -> Process:
        if self._process is None:
            self._process = self._command.start(_ARGUMENTS)
        return self._process

    def _ask(self, verb: str, names: Sequence[str], read: Callable[[BinaryIO], Output]) -> Output:
        question = "".join(f"{verb} {name}\n" for name in names) + "flush\n"
        with self._turn:
            process = self._running()
            try:
                return process.ask(question.encode(), read, self._seconds)
            except EOFError as ended:
                doing = "git cat-file in the temporary repository"
                said = f"{doing} stopped. It said: {words(process.last_words())}"
                late = f"{doing} had not answered after {self._seconds:g} seconds and was stopped. Try again later."
                raise NeighbourFailed(late if process.expired else said) from ended
            finally:
                if not process.answered:
                    self.close()
