"""What commands need that ask no setting: they read a directory, or run what is in it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from courseline.usecases.library.try_examples import RunTrial
    from courseline.usecases.neighbours import Progress
    from courseline.usecases.offline import Offline


def offline(directory: Path, progress: Progress | None) -> Offline:
    """What a command needs that only reads `directory`, an existing one; no setting is asked."""
    from courseline.adapters.directory import LocalDirectory  # noqa: PLC0415 - start-up time
    from courseline.adapters.yaml_files import read_yaml  # noqa: PLC0415 - as above
    from courseline.adapters.yaml_writer import write_yaml  # noqa: PLC0415 - as above
    from courseline.usecases.neighbours import no_progress  # noqa: PLC0415 - as above
    from courseline.usecases.offline import Offline  # noqa: PLC0415 - as above

    return Offline(
        directory=LocalDirectory(directory),
        read_yaml=read_yaml,
        write_yaml=write_yaml,
        clock=lambda: datetime.now(UTC).replace(microsecond=0),
        progress=progress or no_progress,
    )


def trial_runner() -> RunTrial:
    """What runs an example's own tests on this machine."""
    from courseline.adapters.trial_run import run_trial  # noqa: PLC0415 - start-up time

    return run_trial
