"""Settings to real adapters; the only room that knows them all. Each is made when it is first needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from courseline.settings import read_settings
from courseline.wiring.addresses import resolve_url
from courseline.wiring.offline import offline, trial_runner
from courseline.wiring.wired import Wiring

if TYPE_CHECKING:
    from courseline.usecases.neighbours import Progress

__all__ = ["Wiring", "offline", "resolve_url", "trial_runner", "wire"]


def wire(command: str, progress: Progress | None = None) -> Wiring:
    """Read the settings and wire.

    Raises:
        InvalidInput: the settings have problems, all named.
    """
    return Wiring(read_settings(), command, progress)
