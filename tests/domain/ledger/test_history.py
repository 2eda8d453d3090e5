from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from courseline.domain.ledger.history import (
    GENESIS,
    Action,
    ChainHead,
    Event,
    HistoryRow,
    chained,
    row_hash,
    verify_chain,
)

CHAIN = UUID("11111111-1111-5111-8111-111111111111")
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def chain_of(*events: Event) -> list[HistoryRow]:
    rows: list[HistoryRow] = []
    head = ChainHead()
    for event in events:
        rows.append(chained(CHAIN, head, event))
        head = ChainHead(rows[-1].seq, rows[-1].hash)
    return rows


def some(count: int) -> list[HistoryRow]:
    return chain_of(*(Event(Action.DEPLOYED, NOW, reason=str(number)) for number in range(count)))


def test_the_hash_can_be_made_again_with_any_sha256():
    event = Event(
        Action.DEPLOYED, NOW, path="week1.größe", actor="local:ada", details={"b": 1, "a": [True, None]}
    )
    text = (
        '[1,"11111111-1111-5111-8111-111111111111",1,"deployed",null,"week1.größe",null,null,null,null,"local:ada","",'
        '{"a":[true,null],"b":1},"2026-01-02T03:04:05.000000Z","' + "0" * 64 + '"]'
    )
    assert row_hash(CHAIN, 1, event, GENESIS, 1) == hashlib.sha256(text.encode()).hexdigest()


def test_the_same_instant_in_another_zone_has_the_same_hash():
    event = Event(Action.DEPLOYED, NOW)
    elsewhere = replace(event, created_at=NOW.astimezone(timezone(timedelta(hours=9))))
    assert row_hash(CHAIN, 1, event, GENESIS, 1) == row_hash(CHAIN, 1, elsewhere, GENESIS, 1)


def test_the_order_of_details_does_not_matter_and_their_values_do():
    def of(details: dict[str, object]) -> str:
        return row_hash(CHAIN, 1, Event(Action.DEPLOYED, NOW, details=details), GENESIS, 1)

    assert of({"a": 1, "b": 2}) == of({"b": 2, "a": 1})
    assert len({of({"a": 1}), of({"a": "1"}), of({"a": True}), of({"a": [1]}), of({}), of({"a": None})}) == 6


def test_an_empty_chain_holds_and_its_head_is_the_genesis():
    assert verify_chain(CHAIN, []) == (ChainHead(), None)
    assert str(ChainHead()) == "0:" + "0" * 64


def test_a_chain_as_written_holds_up_to_its_last_row():
    rows = some(5)
    assert verify_chain(CHAIN, rows) == (ChainHead(5, rows[-1].hash), None)


def test_rows_of_another_chain_do_not_fit():
    _, broken = verify_chain(UUID(int=5), some(1))
    assert broken is not None
    assert broken.seq == 1


def test_each_kind_of_break_is_told_apart():
    rows = some(4)
    changed = [*rows[:2], replace(rows[2], event=replace(rows[2].event, reason="nicer")), rows[3]]
    unknown = [rows[0], replace(rows[1], hash_version=2)]
    other = replace(rows[1].event, reason="other")
    rewritten = [rows[0], chained(CHAIN, ChainHead(1, rows[0].hash), other), *rows[2:]]
    messages = [
        broken.message if broken else ""
        for _, broken in (
            verify_chain(CHAIN, one) for one in ([rows[0], *rows[2:]], changed, unknown, rewritten)
        )
    ]
    assert messages == [
        "row 2 is missing: the next one found is 3",
        "row 3 was changed: its hash does not fit its fields",
        "row 2 has unknown hash version 2",
        "row 3 does not follow row 2: its previous hash differs",
    ]


@given(st.lists(st.dictionaries(st.text(), JSON, max_size=3), min_size=1, max_size=5), st.data())
def test_any_change_of_any_reason_is_found(details, data):
    rows = chain_of(*(Event(Action.MOVED, NOW, details=one, reason="as it was") for one in details))
    assert verify_chain(CHAIN, rows)[1] is None
    index = data.draw(st.integers(0, len(rows) - 1))
    rows[index] = replace(
        rows[index], event=replace(rows[index].event, reason=data.draw(st.text().filter(bool)) + "!")
    )
    _, broken = verify_chain(CHAIN, rows)
    assert broken is not None
    assert broken.seq == index + 1
