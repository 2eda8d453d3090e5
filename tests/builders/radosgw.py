"""A single-node Ceph object gateway on loopback: a real, strict S3 server (Debian: radosgw ceph-mon ceph-osd).

One monitor, one object daemon that keeps everything in memory, one gateway; all are child processes that end with
the context. Starting takes about ten seconds, so it is made once a test process.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from tests.builders.s3 import free_port
from tests.builders.waiting import until

ACCESS_KEY = "GATEWAYUSER"
SECRET_KEY = "gateway-s3cret"
READER_ACCESS_KEY = "GATEWAYREADER"
READER_SECRET_KEY = "reader-s3cret"
PATIENCE = 60

CONFIGURATION = """
[global]
fsid = {fsid}
mon host = [v1:127.0.0.1:{mon}]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
ms mon client mode = crc
ms mon service mode = crc
ms cluster mode = crc
ms service mode = crc
ms client mode = crc
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon data = {home}/mon
mon data avail crit = 0
osd data = {home}/osd
osd objectstore = memstore
memstore device bytes = 2147483648
osd class load list = *
osd class default list = *
osd max object name len = 1024
run dir = {home}
admin socket = {home}/$name.asok
log file = {home}/$name.log
pid file = {home}/$name.pid
keyring = {home}/keyring
rgw data = {home}/rgw
rgw frontends = beast endpoint=127.0.0.1:{rgw} tcp_nodelay=1
rgw run sync thread = false
rgw enable usage log = false
rgw dns name =
"""


@dataclass
class Gateway:
    """A running gateway.

    Attributes:
        endpoint: `http://127.0.0.1:PORT`.
        start: of the gateway process alone; the data lie in the object daemon.
        process: the gateway.
    """

    endpoint: str
    start: Callable[[], subprocess.Popen[bytes]]
    process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.process = self.start()
        self.await_answer()

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def restart(self) -> None:
        """Start it again on the same port."""
        self.process = self.start()
        self.await_answer()

    def await_answer(self) -> None:
        import urllib3

        def answers() -> bool:
            assert self.process.poll() is None, f"radosgw has ended with {self.process.returncode}"
            with suppress(urllib3.exceptions.HTTPError):
                urllib3.request("GET", self.endpoint, timeout=5, retries=False)
                return True
            return False

        until(answers, f"radosgw answers at {self.endpoint}")


@contextmanager
def serve_radosgw() -> Iterator[Gateway]:
    """Start an empty one with two users; the bucket of one is closed to the other.

    A port that was free may be taken when the monitor comes to it, and a cluster that cannot form says nothing: then
    everything starts once more elsewhere.
    """
    for left in (2, 1, 0):
        with ExitStack() as stack:
            try:
                gateway = _start(stack)
            except (AssertionError, subprocess.TimeoutExpired):
                if left == 0:
                    raise
                continue
            yield gateway
            return


def _start(stack: ExitStack) -> Gateway:
    home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="courseline-rgw-")))
    fsid, mon, rgw = str(uuid4()), free_port(), free_port()
    conf = home / "ceph.conf"
    conf.write_text(CONFIGURATION.format(fsid=fsid, mon=mon, rgw=rgw, home=home))
    for name in ("mon", "osd", "rgw"):
        (home / name).mkdir()

    def run(*argv: str) -> str:
        done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=PATIENCE)
        assert done.returncode == 0, f"{argv}: {done.stderr}"
        return done.stdout

    def daemon(*argv: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [*argv, "-f", "-c", str(conf)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        stack.callback(_end, process)
        return process

    run(
        "monmaptool",
        "--create",
        "--fsid",
        fsid,
        "--addv",
        "a",
        f"[v1:127.0.0.1:{mon}]",
        str(home / "map"),
    )
    run("ceph-mon", "-c", str(conf), "--mkfs", "-i", "a", "--monmap", str(home / "map"))
    daemon("ceph-mon", "-i", "a")
    osd = str(uuid4())
    run("ceph", "-c", str(conf), "--connect-timeout", str(PATIENCE), "osd", "new", osd)
    run("ceph-osd", "-c", str(conf), "--mkfs", "-i", "0", "--osd-uuid", osd)
    # It gives up when it asks the monitor before it has learnt the cluster's id from it, and then is started again.
    started = [daemon("ceph-osd", "-i", "0")]

    def is_up() -> bool:
        if started[-1].poll() is not None:
            assert len(started) < 20, "ceph-osd has ended again and again"
            started.append(daemon("ceph-osd", "-i", "0"))
        told = run("ceph", "-c", str(conf), "--connect-timeout", str(PATIENCE), "osd", "stat", "-f", "json")
        return bool(json.loads(told)["num_up_osds"])

    until(is_up, "ceph-osd is up")
    for user, access, secret in (
        ("writer", ACCESS_KEY, SECRET_KEY),
        ("reader", READER_ACCESS_KEY, READER_SECRET_KEY),
    ):
        run(
            "radosgw-admin", "-c", str(conf), "-n", "client.rgw", "user", "create", f"--uid={user}",
            f"--display-name={user}", f"--access-key={access}", f"--secret-key={secret}",
        )  # fmt: skip
    return Gateway(f"http://127.0.0.1:{rgw}", lambda: daemon("radosgw", "-n", "client.rgw"))


def _end(process: subprocess.Popen[bytes]) -> None:
    # Nothing here outlives the test: the data are in memory, so there is nothing to bring to a disk either.
    if process.poll() is None:
        os.kill(process.pid, signal.SIGKILL)
    process.wait()
