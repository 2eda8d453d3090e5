"""`rclone serve s3` on loopback: an S3 server that does the least a server can do, and tears what it is killed in.

It needs the program `rclone`: on PATH, or at `.tools/rclone`, where `.ci/run` puts it.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.builders.s3 import free_port, until_it_listens

ROOT = Path(__file__).parent.parent.parent
ACCESS_KEY = "access-key"
SECRET_KEY = "s3cret-k3y"


class Rclone:
    """A server that can be killed and started again over the same directory.

    Args:
        directory: holds one directory a bucket, one file an object.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._port = free_port()
        self.start()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        self._process = subprocess.Popen(
            [
                rclone(), "serve", "s3", str(self.directory), "--addr", f"127.0.0.1:{self._port}",
                "--auth-key", f"{ACCESS_KEY},{SECRET_KEY}", "--vfs-cache-mode", "off", "--config", "/dev/null",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until_it_listens(self._port, self._process)

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
        self._process.wait()


def rclone() -> str:
    """The program."""
    here = ROOT / ".tools" / "rclone"
    found = str(here) if here.exists() else shutil.which("rclone")
    assert found, "these tests need the program rclone; `.ci/run` shows how to get it"
    return found


@contextmanager
def serve_rclone(directory: Path) -> Iterator[Rclone]:
    """Start one over `directory`."""
    server = Rclone(directory)
    try:
        yield server
    finally:
        server.kill()
