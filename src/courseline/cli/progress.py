"""A progress bar for work longer than a second, on a terminal only."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

QUIET_SECONDS = 1.0


class ProgressBar:
    """Shows what is being done and how far it is; gone when the process prints its outcome."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._bar: RichProgress | None = None
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, what: str, done: int, total: int) -> None:
        """`done` of `total` steps of `what` are done."""
        if self._bar is None:
            if time.monotonic() - self._started < QUIET_SECONDS:
                return
            from rich.console import Console  # noqa: PLC0415 - only for long work on a terminal
            from rich.progress import Progress  # noqa: PLC0415 - same

            self._bar = Progress(console=Console(stderr=True), transient=True)
            self._bar.start()
        if what not in self._tasks:
            self._tasks[what] = self._bar.add_task(what, total=total)
        self._bar.update(self._tasks[what], completed=done, total=total)

    def close(self) -> None:
        """Take the bar off the screen, before something is printed or asked; work after that shows a new one."""
        if self._bar is not None:
            self._bar.stop()
            self._bar, self._tasks = None, {}


@contextmanager
def shown(bar: ProgressBar | None) -> Iterator[ProgressBar | None]:
    """Show a bar for the work inside, and take it away before anything is printed."""
    try:
        yield bar
    finally:
        if bar is not None:
            bar.close()


def terminal_progress() -> ProgressBar | None:
    """A bar when standard error is a terminal."""
    return ProgressBar() if sys.stderr.isatty() else None
