"""A real S3 protocol on loopback: moto's server in a process of its own."""

from __future__ import annotations

import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.builders.waiting import until


@contextmanager
def serve_s3() -> Iterator[str]:
    """Start an empty S3 server; yields its endpoint, `http://127.0.0.1:PORT`."""
    port = free_port()
    program = Path(sys.executable).parent / "moto_server"
    argv = [str(program), "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            until_it_listens(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def free_port() -> int:
    """A port of 127.0.0.1 for a server that cannot choose one itself.

    It lies below those that the system gives to connections (/proc/sys/net/ipv4/ip_local_port_range), so that nobody
    gets it by chance before the server does, or while the server is started again.
    """
    while True:
        # Not by `random`, whose state test tools set alike in each process.
        port = 12_000 + secrets.randbelow(20_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


@contextmanager
def closed_port() -> Iterator[int]:
    """A port of 127.0.0.1 that refuses connections, and that nobody else can take meanwhile."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


def until_it_listens(port: int, process: subprocess.Popen[bytes]) -> None:
    """Return as soon as a server takes connections.

    Raises:
        AssertionError: it has ended.
    """

    def listens() -> bool:
        assert process.poll() is None, f"{process.args!r} has ended with {process.returncode}"
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port)).close()
            return True
        return False

    until(listens, f"{process.args!r} listens on port {port}")
