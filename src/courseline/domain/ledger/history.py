"""The append-only history: what happened, by whom, why, chained by hashes.

`hash = sha256(compact JSON array of the fields named in FIELDS[hash_version], the previous hash last)`. A chain
starts from `GENESIS`. Adding a field means a new hash version with its own list, so that old rows keep verifying.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

GENESIS = "0" * 64
HASH_VERSION = 1
FIELDS: Mapping[int, tuple[str, ...]] = {
    1: (
        "hash_version", "chain", "seq", "action", "content_id", "path", "example_version_id",
        "previous_example_version_id", "version_tag", "operation_id", "actor", "reason", "details", "created_at",
    ),
}  # fmt: skip


class Action(StrEnum):
    """What happened."""

    REGISTERED = "registered"
    PUBLISHED = "published"
    LABELLED = "labelled"
    ASSIGNED = "assigned"
    REASSIGNED = "reassigned"
    DEPLOYED = "deployed"
    MOVED = "moved"
    REMOVED = "removed"
    FAILED = "failed"
    REVERTED = "reverted"
    TEMPLATE_PUBLISHED = "template_published"
    WITHDRAWN = "withdrawn"
    REINSTATED = "reinstated"
    MERGED = "merged"
    ADOPTED = "adopted"
    DETACHED = "detached"
    ROLLED_BACK = "rolled_back"


@dataclass(frozen=True, slots=True)
class Event:
    """What is to be recorded; the ledger adds sequence number and hash.

    Attributes:
        action: what happened.
        created_at: when, UTC, whole seconds (the operation's `started_at`).
        content_id: the content it is about, None when about no content.
        path: its ltree path then, or the example's identifier for a repository chain.
        example_version_id: version after.
        previous_example_version_id: version before.
        version_tag: label after, as shown.
        operation_id: the operation that did it.
        actor: `host#user-id` or `local:USER`; names live in the erasable `actor` table.
        reason: why, in words.
        details: further facts, JSON values.
    """

    action: Action
    created_at: datetime
    content_id: UUID | None = None
    path: str = ""
    example_version_id: UUID | None = None
    previous_example_version_id: UUID | None = None
    version_tag: str | None = None
    operation_id: UUID | None = None
    actor: str = ""
    reason: str = ""
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """A recorded event in its chain (a course id or an example repository id)."""

    chain: UUID
    seq: int
    event: Event
    previous_hash: str
    hash: str
    hash_version: int = HASH_VERSION


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The last row of a chain; `0` and zeros for an empty one. Written as `SEQ:HASH` in deploy commits."""

    seq: int = 0
    hash: str = GENESIS

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


def chained(chain: UUID, head: ChainHead, event: Event) -> HistoryRow:
    """The row that records `event` behind `head`."""
    seq = head.seq + 1
    return HistoryRow(chain, seq, event, head.hash, row_hash(chain, seq, event, head.hash, HASH_VERSION))


def row_hash(chain: UUID, seq: int, event: Event, previous_hash: str, hash_version: int) -> str:
    """sha256 over the fields of that hash version and the previous hash, 64 hex digits."""
    values: dict[str, object] = {
        "hash_version": hash_version,
        "chain": str(chain),
        "seq": seq,
        "action": str(event.action),
        "content_id": _text(event.content_id),
        "path": event.path,
        "example_version_id": _text(event.example_version_id),
        "previous_example_version_id": _text(event.previous_example_version_id),
        "version_tag": event.version_tag,
        "operation_id": _text(event.operation_id),
        "actor": event.actor,
        "reason": event.reason,
        "details": event.details,
        "created_at": event.created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    }
    fields = [values[name] for name in FIELDS[hash_version]]
    text = json.dumps([*fields, previous_hash], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain does not hold, and how."""

    seq: int
    message: str


def verify_chain(chain: UUID, rows: Iterable[HistoryRow]) -> tuple[ChainHead, Break | None]:
    """Walk rows in order of `seq`; answers the last good head and the first break, if any."""
    head = ChainHead()
    for row in rows:
        if row.seq != head.seq + 1:
            return head, Break(
                head.seq + 1, f"row {head.seq + 1} is missing: the next one found is {row.seq}"
            )
        if row.previous_hash != head.hash:
            return head, Break(
                row.seq, f"row {row.seq} does not follow row {head.seq}: its previous hash differs"
            )
        if row.hash_version not in FIELDS:
            return head, Break(row.seq, f"row {row.seq} has unknown hash version {row.hash_version}")
        if row.hash != row_hash(chain, row.seq, row.event, row.previous_hash, row.hash_version):
            return head, Break(row.seq, f"row {row.seq} was changed: its hash does not fit its fields")
        head = ChainHead(row.seq, row.hash)
    return head, None


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)
