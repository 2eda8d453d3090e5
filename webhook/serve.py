"""`make serve`: receiver and worker on this machine, with embedded defaults, until Ctrl-C.

A service manager starts the two by themselves instead: `gunicorn --chdir ROOT --config webhook/gunicorn_settings.py` and
`courseline worker`.
"""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from courseline.cli.report import console_for, show_error
from courseline.errors import CourselineError
from courseline.settings import Settings
from courseline.wiring import wire

ROOT = Path(__file__).parent.parent
SECRET_FILE = "webhook-secret"  # noqa: S105 - a name
_VARIABLE = "COURSELINE_WEBHOOK_SECRETS"
_LOOK_EVERY_SECONDS = 0.2
_GRACE_SECONDS = 30.0
_INTERRUPTED = 130  # 128 + SIGINT, as shells count


def main(arguments: Sequence[str]) -> int:
    """Start both, and end both when one ends; options go to gunicorn (`--bind 0.0.0.0:8000`)."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        wiring = wire("courseline serve")
        with wiring.database.transaction():
            pass
        told = _secret(wiring.settings)
    except CourselineError as refused:
        show_error(console_for(sys.stderr), refused)
        return refused.exit_code
    except KeyboardInterrupt:
        return _INTERRUPTED
    sys.stderr.write(f"Webhook: POST /hooks/gitlab at the address below; {told}\nCtrl-C ends both.\n")
    programs = Path(sys.executable).parent
    settings = ROOT / "webhook" / "gunicorn_settings.py"
    receiver: list[str | Path] = [programs / "gunicorn", "--chdir", ROOT, "--config", settings]
    running = [
        subprocess.Popen([*receiver, *arguments]),
        subprocess.Popen([programs / "courseline", "worker"]),
    ]
    try:
        while all(process.poll() is None for process in running):
            time.sleep(_LOOK_EVERY_SECONDS)
    except KeyboardInterrupt:
        pass
    finally:
        _end(running)
    return max((process.returncode for process in running), default=0)


def _secret(settings: Settings) -> str:
    """Where the secret is that GitLab's webhook must be given; one is made for a first try."""
    if settings.webhook_secrets:
        return f"its secret is in {_VARIABLE}."
    place = settings.home / SECRET_FILE
    if not place.exists():
        draft = place.with_suffix(".new")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(32), encoding="utf-8")
        draft.replace(place)
    os.environ[_VARIABLE] = place.read_text(encoding="utf-8").strip()
    return f"its secret token is in {place}."


def _end(running: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in running:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    for process in running:
        try:
            process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
