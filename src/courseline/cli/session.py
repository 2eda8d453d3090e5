"""One run of a command: settings read, adapters wired, progress shown and taken away again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from courseline.cli.progress import terminal_progress

if TYPE_CHECKING:
    from courseline.wiring import Wiring


@contextmanager
def session(command: str) -> Iterator[Wiring]:
    """Wire for `command`.

    Raises:
        InvalidInput: the settings have problems, all named.
    """
    from courseline.wiring import wire  # noqa: PLC0415 - --help must start fast

    progress = terminal_progress()
    try:
        yield wire(command, progress)
    finally:
        if progress is not None:
            progress.close()
