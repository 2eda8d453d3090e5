"""One run of a command: settings read, adapters wired, progress shown and taken away again."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from courseline.cli.progress import terminal_progress

if TYPE_CHECKING:
    from courseline.wiring import Wiring

MANY = 500_000
"""Objects that a job makes between two looks for cycles: what it loads of its libraries is most of a tenth of that."""


@contextmanager
def session(command: str) -> Iterator[Wiring]:
    """Wire for `command`.

    Raises:
        InvalidInput: the settings have problems, all named.
    """
    from courseline.wiring import wire  # noqa: PLC0415 - --help must start fast

    # What was loaded stays, and a job is over in seconds: looking through all of it for cycles, as often as Python does
    # by itself, takes a tenth of its time.
    gc.freeze()
    gc.set_threshold(MANY)
    progress = terminal_progress()
    try:
        wiring = wire(command, progress)
        wiring.tell = lambda sentence: click.echo(f"{command}: {sentence}", err=True)
        yield wiring
    finally:
        if progress is not None:
            progress.close()
        gc.freeze()  # the interpreter looks once more through all that is not, before it ends
