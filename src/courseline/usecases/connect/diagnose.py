"""Tell whether courseline and everything it talks to are well: facts are gathered here, judged in `domain.connect`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from courseline.domain.connect import machine_checks, worker_checks
from courseline.domain.connect.finding import Finding, Level
from courseline.errors import CourselineError, NeighbourFailed
from courseline.usecases.connect.connection import Surroundings
from courseline.usecases.connect.diagnose_gitlab import diagnose_gitlab
from courseline.usecases.course.rotate_secrets import Secrets, SecretState, check_secrets
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.object_store import ObjectStore
from courseline.usecases.react.rows import DeliveryState

_SCRATCH = "scratch/"
"""Keys of versions begin otherwise, so that a scratch object is never taken for one."""


class Standing(Protocol):
    """Where a database stands."""

    @property
    def current(self) -> str | None:
        """Its revision, None without our tables."""
        ...

    @property
    def head(self) -> str:
        """The revision we work with."""
        ...

    @property
    def now(self) -> datetime:
        """Its clock, UTC."""
        ...


@dataclass(frozen=True, slots=True)
class Instruments:
    """With what is looked. Each makes its neighbour when called, so that one that is missing spoils one check only.

    Attributes:
        clock: ours, never a fixed one.
        git_version: what git says of itself.
        standing: of the database.
        store: the object store.
        secrets: opens kept tokens.
        neighbours: database and the rest.
        gitlab: a GitLab; None when no address and token are set.
        webhook_secrets: that the receiver would know.
        receiver: its address; None when that is not said.
        unique: a name nobody else uses, for the scratch object.
        fix: switch webhooks on again.
    """

    clock: Callable[[], datetime]
    git_version: Callable[[], str]
    standing: Callable[[], Standing]
    store: Callable[[], ObjectStore]
    secrets: Callable[[], Secrets]
    neighbours: Callable[[], Neighbours]
    gitlab: Callable[[], Surroundings] | None
    webhook_secrets: tuple[str, ...] = field(repr=False)
    receiver: str | None
    unique: str
    fix: bool = False


def diagnose(tools: Instruments) -> list[Finding]:
    """Every check, in the order in which one would mend things. Never raises for a neighbour: that is a finding."""
    findings = [*guarded("git", lambda: [machine_checks.check_git(tools.git_version())])]
    database = guarded("database", lambda: _database(tools))
    findings += database
    findings += guarded("object store", lambda: [_store(tools)])
    findings.append(machine_checks.check_webhook_secrets(tools.webhook_secrets))
    if database[0].level is not Level.OK:
        return [*findings, *_gitlab(tools, has_database=False)]
    findings += guarded("kept tokens", lambda: [_secrets(tools)])
    findings += guarded("worker", lambda: list(_worker(tools)))
    return [*findings, *_gitlab(tools, has_database=True)]


def guarded(check: str, look: Callable[[], list[Finding]]) -> list[Finding]:
    """What a check found; a neighbour that does not answer, or refuses, is a finding too."""
    try:
        return look()
    except NeighbourFailed as away:
        return [Finding(check, Level.AWAY, away.message)]
    except CourselineError as wrong:
        remedy = " ".join(problem.sentence for problem in wrong.problems)
        return [Finding(check, Level.FAIL, wrong.message, remedy)]


def _database(tools: Instruments) -> list[Finding]:
    found = tools.standing()
    return [
        machine_checks.check_revision(found.current, found.head),
        machine_checks.check_clock("the database", found.now, tools.clock()),
    ]


def _store(tools: Instruments) -> Finding:
    store, key = tools.store(), f"{_SCRATCH}{tools.unique}"
    wrote = hashlib.sha256(tools.unique.encode()).digest() * 128
    store.check()
    try:
        store.put(key, wrote)
        read = store.get(key)
    finally:
        store.delete(key)
    return machine_checks.check_round_trip(
        _digest(wrote), None if read is None else _digest(read), is_gone=store.get(key) is None
    )


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _secrets(tools: Instruments) -> Finding:
    checked = check_secrets(tools.secrets(), tools.neighbours())
    unreadable = [f"{one.name} ({one.kind})" for one in checked if one.state is SecretState.UNREADABLE]
    old = sum(one.state is SecretState.OLD_KEY for one in checked)
    return machine_checks.check_secrets(unreadable, old, len(checked))


def _worker(tools: Instruments) -> Iterator[Finding]:
    now = tools.clock()
    with tools.neighbours().database.transaction() as rows:
        state = rows.inbox.state()
        dead = rows.inbox.latest([DeliveryState.FAILED], 3)
    waiting = state.jobs.get("todo", 0) + state.jobs.get("doing", 0)
    yield worker_checks.check_heartbeat(state.worker_seen_at, waiting, now)
    yield worker_checks.check_reconcile(state.reconciled_at, now)
    yield worker_checks.check_oldest(state.oldest_received_at, now)
    # A delivery's work and its job are two records of one thing; jobs of nobody's delivery count, too.
    count = max(state.deliveries.get(str(DeliveryState.FAILED), 0), state.jobs.get("failed", 0))
    yield worker_checks.check_dead(count, [f"event {one.number}: {one.message}" for one in dead])


def _gitlab(tools: Instruments, *, has_database: bool) -> list[Finding]:
    if tools.gitlab is None:
        remedy = "Set COURSELINE_GITLAB_URL and COURSELINE_GITLAB_TOKEN where the worker runs."
        return [Finding("GitLab", Level.WARN, "no address and token are set, so it is not asked", remedy)]
    open_gitlab = tools.gitlab
    return diagnose_gitlab(
        open_gitlab,
        clock=tools.clock,
        secrets=tools.webhook_secrets,
        receiver=tools.receiver,
        has_database=has_database,
        fix=tools.fix,
    )
