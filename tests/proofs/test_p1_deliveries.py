"""P1: a webhook answered 2xx is never lost nor acted on twice, whatever is killed meanwhile."""

from __future__ import annotations

import base64
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.builders.gitlab_events import body_of, signed, tag_push
from tests.builders.live_receiver import LiveReceiver, live_receiver
from tests.builders.waiting import until

SIGNING = "whsec_" + base64.b64encode(b"of no hook at all, only of tests").decode()
SENDERS = 4
PROJECTS = 40


class Senders:
    """Threads that send deliveries until each was answered 2xx, every tenth of them twice."""

    def __init__(self, receiver: LiveReceiver, many: int) -> None:
        self.receiver, self.many = receiver, many
        self.answered: list[int] = []
        self.statuses: set[int | None] = set()
        self._threads = [
            threading.Thread(target=self._send, args=(range(first, many, SENDERS),))
            for first in range(SENDERS)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join()

    @property
    def done(self) -> bool:
        return not any(thread.is_alive() for thread in self._threads)

    def _send(self, numbers: range) -> None:
        for number in numbers:
            body = body_of(tag_push(f"v1.{number}", after=f"{number + 1:040x}", number=1 + number % PROJECTS))
            for _ in range(2 if number % 10 == 0 else 1):
                self._until_answered(body, f"delivery-{number}")
            self.answered.append(number)

    def _until_answered(self, body: bytes, delivery: str) -> None:
        while True:
            status = self.receiver.post(body, signed(body, SIGNING, delivery))
            self.statuses.add(status)
            if status in {200, 201}:
                return


Due = Callable[[int], bool]
"""(how many deliveries are answered) -> whether it is time for the next kill."""


def after_answers(every: int) -> Due:
    """Each time that `every` further deliveries were answered."""
    last = 0

    def due(answered: int) -> bool:
        nonlocal last
        if answered < last + every:
            return False
        last = answered
        return True

    return due


def after_seconds(shortest: float, longest: float, dice: random.Random) -> Due:
    """So long after the last kill; never before something was answered since, or nothing ever would be."""
    last, at = 0, time.monotonic() + longest

    def due(answered: int) -> bool:
        nonlocal last, at
        if time.monotonic() < at or answered == last:
            return False
        last, at = answered, time.monotonic() + dice.uniform(shortest, longest)
        return True

    return due


def kill_as_they_send(receiver: LiveReceiver, senders: Senders, due: Due, dice: random.Random) -> int:
    """Kill receiver or worker, or both, whenever that is due; crash the database three times."""
    kills, crashes = 0, 0
    while not senders.done:
        answered = len(senders.answered)
        if crashes < 3 and answered >= (crashes + 1) * senders.many // 4:
            receiver.crash_database()
            crashes += 1
        if due(answered):
            for name in dice.choice([("receiver",), ("worker",), ("receiver", "worker")]):
                receiver.kill(name)
                receiver.start(name)
            kills += 1
        receiver.pass_time()
        time.sleep(0.05)  # no need to ask more often
    assert crashes == 3
    return kills


def test_nothing_is_lost_and_nothing_acted_on_twice(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    dice = random.Random(1)
    full = bool(pytestconfig.getoption("--full"))
    many, due = (20_000, after_seconds(1, 2, dice)) if full else (240, after_answers(60))
    with live_receiver(tmp_path, SIGNING) as receiver:
        for name in ("receiver", "worker"):
            receiver.start(name)
        until(lambda: receiver.post(b"", {}) == 401, "the receiver answers")
        senders = Senders(receiver, many)
        senders.start()
        kills = kill_as_they_send(receiver, senders, due, dice)
        senders.join()
        assert kills >= 2
        receiver.kill("worker")
        receiver.pass_time()
        receiver.start("worker")
        while left := unfinished(receiver):
            until(lambda: unfinished(receiver) < left, f"one of {left} pieces of work is done", pause=0.2)

        told = receiver.query(
            "SELECT delivery_key, state FROM webhook_delivery WHERE delivery_key LIKE 'id:%'"
        )
        assert sorted(told) == sorted((f"id:delivery-{number}", "ignored") for number in range(many))
        ended = receiver.query(
            "SELECT deliveries.number, count(jobs.id), string_agg(jobs.status::text, ' ') FROM webhook_delivery AS deliveries"
            " LEFT JOIN procrastinate_jobs AS jobs ON jobs.args->>'delivery' = deliveries.number::text GROUP BY 1"
        )
        assert [row for row in ended if row[1:] != (1, "succeeded")] == []
        assert "Traceback" not in receiver.log("receiver")


def unfinished(receiver: LiveReceiver) -> int:
    """How much waits or runs, with what was for later."""
    receiver.pass_time()
    query = (
        "SELECT id FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND task_name = 'publish_tag'"
    )
    return len(receiver.query(query))
