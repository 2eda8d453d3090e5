"""The stand-in as a program: `python -m tests.gitlab_double --port 8929 --root DIR`."""

from __future__ import annotations

import argparse
import json
import signal
import threading
from pathlib import Path

from tests.gitlab_double.server import serve_gitlab


def main() -> None:
    """Serve until told to end; one line of JSON says where, and what the administrator's token is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--version", default="18.5.0")
    parser.add_argument(
        "--commands", type=Path, action="append", help="run jobs, with this directory on PATH"
    )
    chosen = parser.parse_args()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with serve_gitlab(chosen.root, version=chosen.version, port=chosen.port) as double:
        if chosen.commands:
            double.runner.online(*chosen.commands)
        print(json.dumps({"url": double.url, "token": double.forge.admin}), flush=True)  # noqa: T201 - its answer
        ended.wait()


if __name__ == "__main__":
    main()
