"""How gunicorn runs the receiver; options on its command line win (https://docs.gunicorn.org/en/stable/settings.html)."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

_PREFIX = "courseline-metrics-"
for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):  # by a receiver that was killed
    pid = left.name.removeprefix(_PREFIX).partition("-")[0]
    if pid.isdecimal() and not Path(f"/proc/{pid}").exists():
        shutil.rmtree(left, ignore_errors=True)

# prometheus-client reads it when it is imported: counters of all processes are kept in files there and added up.
counters = tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-")
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", counters.name)

from prometheus_client import multiprocess  # noqa: E402 - see above

wsgi_app = "webhook.wsgi:app"
bind = "127.0.0.1:8000"
worker_class = "gthread"
workers = 2
threads = 16  # they share commits: the more wait for one, the fewer are needed
timeout = 60  # seconds; GitLab gives up after ten
graceful_timeout = 20
control_socket_disable = True


def child_exit(server: object, worker: object) -> None:
    """Forget the gauges of a process that is gone."""
    del server
    multiprocess.mark_process_dead(worker.pid)  # type: ignore[attr-defined,no-untyped-call]
