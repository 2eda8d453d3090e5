"""How fast the receiver is, beside a route of the same Flask, under the same gunicorn, that only commits one row."""

from __future__ import annotations

import base64
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from bench.load import Answers, request, send
from bench.measure import ENVIRONMENT
from bench.place import ROOT
from bench.table import Row, against

SLOWER = 1.43
"""1 / 0.7: as many answers a second as that share of the floor's."""
P99_SECONDS = 0.25
RATE = 100
CONNECTIONS = 32  # as many as two processes of sixteen threads answer at once
ROUTE = "/hooks/gitlab"
SIGNING = "whsec_" + base64.b64encode(b"of no hook at all, only measured").decode()


def measure(size: int, rounds: int) -> Iterator[Row]:
    """As fast as they are answered, and the 99th percentile at a hundred a second.

    Args:
        size: signed deliveries of a round, each of another tag with work to queue; as many go to the floor.
        rounds: how often both are measured, in turn.
    """
    with ExitStack() as opened:
        home, url = opened.enter_context(_database())
        ours, floor = home / "ours.sock", home / "floor.sock"
        settings = {
            "COURSELINE_DATABASE_URL": url,
            "COURSELINE_HOME": str(home / "unused"),
            "COURSELINE_WEBHOOK_SECRETS": SIGNING,
            "BENCH_DATABASE_URL": url,
        }
        opened.enter_context(_server("webhook.wsgi:app", ours, home, settings))
        opened.enter_context(_server("bench.receiver_floor:app", floor, home, settings))
        runs: list[tuple[Answers, Answers]] = []
        for number in range(rounds + 1):
            many = size if number else 200  # the first round makes connections and statements ready
            deliveries = _deliveries(f"r{number}", many)
            one = _sent(ours, deliveries)
            runs.append((one, _sent(floor, deliveries)))
        mine, other = (median(pair[side].seconds for pair in runs[1:]) for side in (0, 1))
        busy = max(answers.busy / answers.seconds for pair in runs[1:] for answers in pair)
        note = (
            f"the same route with one durable insert: {size / mine:.0f}/s and {size / other:.0f}/s,"
            f" the sender {busy:.0%} of a processor"
        )
        yield against(f"{size:,} signed deliveries", mine, other, SLOWER, note)
        steady = _sent(ours, _deliveries("steady", RATE * 10), rate=RATE)
        slow = steady.quantile(0.99)
        yield against(f"99 % of answers at {RATE}/s within", slow, P99_SECONDS, 1.0, "what is asked")


def _deliveries(prefix: str, many: int) -> list[bytes]:
    """Pushes of release tags, each of another one, signed now."""
    from tests.builders.gitlab_events import body_of, signed, tag_push  # noqa: PLC0415 - with its library

    made = []
    for number in range(many):
        body = body_of(tag_push(f"{prefix}/v1.{number}", after=f"{number + 1:040x}", number=1 + number % 40))
        made.append(request(ROUTE, signed(body, SIGNING, f"{prefix}-{number}"), body))
    return made


def _sent(server: Path, requests: list[bytes], rate: float | None = None) -> Answers:
    answers = send(server, requests, connections=CONNECTIONS, rate=rate)
    if set(answers.statuses) != {201}:
        sys.exit(f"{server.name} answered {dict(answers.statuses)} where 201 was due")
    return answers


@contextmanager
def _database() -> Iterator[tuple[Path, str]]:
    """A server of its own, on a disk and not on tmpfs, since what is measured is durable; stopped at the end."""
    import psycopg  # noqa: PLC0415 - the other families need none of them

    from bench.receiver_floor import TABLE  # noqa: PLC0415 - as above
    from courseline.adapters.database.upgrade import upgrade  # noqa: PLC0415 - as above
    from courseline.adapters.embedded_postgres import EmbeddedPostgres  # noqa: PLC0415 - as above

    with tempfile.TemporaryDirectory(prefix="courseline-bench-", ignore_cleanup_errors=True) as name:
        home = Path(name)
        home.chmod(0o711)
        server = EmbeddedPostgres(home, None, {"synchronous_commit": "on"})
        url = server.url()
        try:
            upgrade(url)
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(TABLE)
            yield home, url
        finally:
            server.stop()


@contextmanager
def _server(application: str, socket: Path, home: Path, settings: Mapping[str, str]) -> Iterator[None]:
    """Gunicorn as the receiver runs under it."""
    program = Path(sys.executable).parent / "gunicorn"
    argv = [
        program,
        "--chdir",
        ROOT,
        "--config",
        ROOT / "webhook" / "gunicorn_settings.py",
        "--bind",
        f"unix:{socket}",
    ]
    with (home / f"{socket.stem}.log").open("wb") as log:
        process = subprocess.Popen(
            [*argv, application],
            env={**ENVIRONMENT, **settings},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        while not socket.exists():
            if process.poll() is not None:
                sys.exit(f"{application} did not start:\n{(home / f'{socket.stem}.log').read_text()[-2000:]}")
            time.sleep(0.05)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()
