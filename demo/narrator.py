"""Tells the story on the terminal, a line a step."""

from __future__ import annotations

import os
import sys
import textwrap
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from demo.expect import Difference

TITLE_WIDTH = 40
RESULT_WIDTH = 27
LINE_WIDTH = 76
GREEN, RED, BOLD, DIM = "32", "31", "1", "2"


class Narrator:
    """Numbers the steps and takes their time.

    Args:
        root: the demo's directory, which is left out of the lines.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._number = 0
        self._colours = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        self._details: list[str] = []

    def say(self, text: str) -> None:
        """A line of its own."""
        print(text, flush=True)

    def heading(self, text: str) -> None:
        """A line that stands out."""
        self.say(self._in(BOLD, text))

    def detail(self, text: str) -> None:
        """A line to stand below the step that is running."""
        self._details.append(text)

    def quote(self, text: str) -> None:
        """Lines that somebody else wrote, to stand below the step that is running."""
        self._details += [f"| {line}" for line in text.splitlines() if line]

    def step(self, title: str, play: Callable[[], str]) -> bool:
        """Run one step and tell how it went.

        Args:
            title: what happens.
            play: does it and returns its result in a few words.

        Returns:
            whether everything was as the demo says.
        """
        self._number += 1
        lines: Sequence[str] = ()
        self._details.clear()
        began = time.monotonic()
        try:
            result, colour = play(), GREEN
        except Difference as difference:
            result, colour, lines = "not as it should be", RED, difference.lines
        except Exception as fault:  # noqa: BLE001 - whatever goes wrong is told in a sentence, not as a stack trace
            result, colour = "not as it should be", RED
            lines = Difference(
                "whether the step comes to its end", "it does", f"{type(fault).__name__}: {fault}"
            ).lines
        seconds = time.monotonic() - began
        dots = "." * (TITLE_WIDTH - len(title))
        padding = " " * (RESULT_WIDTH - len(result))
        self.say(
            f"{self._number:2}  {self._in(BOLD, title)} {self._in(DIM, dots)} {self._in(colour, result)}{padding}"
            f" {seconds:4.1f} s"
        )
        self._below(self._details, DIM)
        self._below(lines, RED)
        return not lines

    def _below(self, lines: Sequence[str], colour: str) -> None:
        for line in lines:
            folded = textwrap.wrap(
                line.replace(f"{self._root}/", ""),
                LINE_WIDTH,
                subsequent_indent="  ",
                break_long_words=False,
                break_on_hyphens=False,
            )
            for part in folded:
                self.say(f"    {self._in(colour, part)}")

    def _in(self, colour: str, text: str) -> str:
        return f"\033[{colour}m{text}\033[0m" if self._colours else text
