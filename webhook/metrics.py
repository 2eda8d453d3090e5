"""What Prometheus is told.

The state of inbox and queue is read from the database at each scrape, so that any number of processes tells the same;
answers are counted by the process that gave them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from courseline.usecases.react.rows import InboxState

SEVERAL_PROCESSES = "PROMETHEUS_MULTIPROC_DIR"  # prometheus-client reads it by itself
_PROCESS = CollectorRegistry()
_ANSWERS = Counter(
    "courseline_webhook_answers", "Webhooks answered, by what was said.", ["answer"], registry=_PROCESS
)


def count_answer(word: str) -> None:
    """One more webhook was answered so."""
    _ANSWERS.labels(word).inc()


def exposition(state: InboxState | None, now: datetime) -> bytes:
    """The text that `/metrics` answers; without `state`, as when the database is away, only what this side counts."""
    registry = CollectorRegistry()
    registry.register(_InboxCollector(state, now))
    if os.environ.get(SEVERAL_PROCESSES):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
    return generate_latest(registry) + generate_latest(_PROCESS)


class _InboxCollector(Collector):
    def __init__(self, state: InboxState | None, now: datetime) -> None:
        self._state, self._now = state, now

    def collect(self) -> Iterator[GaugeMetricFamily]:
        up = GaugeMetricFamily("courseline_database_up", "1 when the database answers.")
        up.add_metric([], 0 if self._state is None else 1)
        yield up
        if self._state is None:
            return
        deliveries = GaugeMetricFamily(
            "courseline_inbox_deliveries", "Events in the inbox, by state.", labels=["state"]
        )
        for state, count in self._state.deliveries.items():
            deliveries.add_metric([state], count)
        yield deliveries
        jobs = GaugeMetricFamily(
            "courseline_queue_jobs", "Work in the queue, by state; `failed` is dead.", labels=["state"]
        )
        for state, count in self._state.jobs.items():
            jobs.add_metric([state], count)
        yield jobs
        tokens = GaugeMetricFamily(
            "courseline_expiring_tokens",
            "Access tokens that GitLab says run out, and whose day has not passed.",
        )
        tokens.add_metric([], self._state.expiring_tokens)
        yield tokens
        for name, text, at in (
            (
                "courseline_inbox_oldest_seconds",
                "Age of the oldest event that waits.",
                self._state.oldest_received_at,
            ),
            (
                "courseline_reconcile_age_seconds",
                "Since the last reconcile ended well.",
                self._state.reconciled_at,
            ),
            (
                "courseline_worker_age_seconds",
                "Since a worker's last sign of life.",
                self._state.worker_seen_at,
            ),
        ):
            gauge = GaugeMetricFamily(name, text)
            if at is not None:
                gauge.add_metric([], max(0.0, (self._now - at).total_seconds()))
            elif name == "courseline_inbox_oldest_seconds":
                gauge.add_metric([], 0)
            yield gauge
