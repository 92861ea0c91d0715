"""The chain, the texts and the seals: a changed row, a cut tail and a deleted ticket are each found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from dispatch.kernel import audit, canonical, seals, texts
from dispatch.kernel.events import NewEvent, chain, event_hash
from dispatch.kernel.seals import LEAVES_PER_SEAL, merkle_root, pack
from tests.town import MONDAY, Desk, desk, engine  # noqa: F401  (fixtures)


def findings(of: Engine) -> set[str]:
    return {found.code for found in audit.verify(of) if isinstance(found, audit.Finding)}


@pytest.fixture
def sealed(desk: Desk) -> Desk:  # noqa: F811
    for _ in range(3):
        accepted = desk.accept()
        desk.acknowledge(accepted.ticket_id)
        desk.complete(accepted.ticket_id)
    desk.run(seals.seal_changed, at=desk.at)
    assert findings(desk.engine) == set()
    return desk


def tampering(*statements: str) -> Callable[[Desk], None]:
    def tamper(desk: Desk) -> None:  # noqa: F811
        values = {"id": desk.accepted[1].ticket_id}
        with desk.engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement), values if ":id" in statement else {})

    return tamper


CUT_TAIL = "DELETE FROM event WHERE ticket_id = :id AND number = 4"
PATCHED_HEAD = (
    "UPDATE ticket SET event_count = 3, sealed_count = 3,"
    " head = (SELECT hash FROM event WHERE ticket_id = :id AND number = 3) WHERE ticket_id = :id"
)
DELETED = [
    f"DELETE FROM {table} WHERE ticket_id = :id"
    for table in ("event", "text_entry", "assignment", "ticket_number", "ticket")
]


@pytest.mark.parametrize(
    ("tamper", "code"),
    [
        (
            tampering('UPDATE event SET data = data || \'{"lead": "110002"}\' WHERE ticket_id = :id AND number = 2'),
            "audit.changed_event",
        ),
        (
            tampering("UPDATE event SET at = at + interval '1 microsecond' WHERE ticket_id = :id AND number = 3"),
            "audit.changed_event",
        ),
        (tampering("UPDATE event SET actor = 'account:9' WHERE ticket_id = :id AND number = 1"), "audit.changed_event"),
        (tampering("DELETE FROM event WHERE ticket_id = :id AND number = 2"), "audit.gap"),
        (tampering(CUT_TAIL), "audit.cut_tail"),
        (tampering(CUT_TAIL, PATCHED_HEAD), "audit.sealed_event_gone"),
        (tampering(*DELETED), "audit.sealed_event_gone"),
        (
            tampering("UPDATE text_entry SET body = '改过' WHERE ticket_id = :id AND kind = 'text'"),
            "audit.changed_text",
        ),
        (
            tampering("UPDATE text_entry SET kind = 'x', digest = '\\x00' WHERE ticket_id = :id AND kind = 'title'"),
            "audit.unrecorded_text",
        ),
        (tampering("UPDATE seal SET leaves = substr(leaves, 49), leaf_count = leaf_count - 1"), "audit.changed_seal"),
        (tampering("UPDATE ticket SET head = '\\x00' WHERE ticket_id = :id"), "audit.changed_head"),
    ],
)
def test_verify_finds_tampering(sealed: Desk, tamper: Callable[[Desk], None], code: str) -> None:
    tamper(sealed)
    assert code in findings(sealed.engine)


def test_verify_finds_a_removed_seal(sealed: Desk) -> None:
    for _ in range(2):
        sealed.accept()
        sealed.run(seals.seal_changed, at=sealed.later(minutes=1).at)
    with sealed.engine.begin() as connection:
        connection.execute(text("DELETE FROM seal WHERE seal_id = (SELECT min(seal_id) + 1 FROM seal)"))
    assert "audit.broken_seal_chain" in findings(sealed.engine)


def test_erasing_words_leaves_the_chain_valid(sealed: Desk) -> None:
    sealed.run(texts.erase, sealed.accepted[0].ticket_id, at=sealed.at)
    assert findings(sealed.engine) == set()
    assert set(sealed.run(texts.latest, sealed.accepted[0].ticket_id).values()) == {None}


def test_seal_changed_seals_each_change_once(sealed: Desk) -> None:
    assert sealed.run(seals.seal_changed, at=sealed.at) == 0
    sealed.accept()
    assert sealed.run(seals.seal_changed, at=sealed.later(minutes=1).at) == 1
    assert findings(sealed.engine) == set()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
BODY = st.dictionaries(st.text(), JSON, max_size=4)


@given(st.lists(BODY, min_size=1, max_size=5))
def test_chain_numbers_without_gap_and_links_each_to_the_one_before(bodies: list[dict[str, Any]]) -> None:
    rows = chain(7, [NewEvent("thing.happened", MONDAY, "account:1", None, body) for body in bodies])
    assert [row["number"] for row in rows] == list(range(1, len(bodies) + 1))
    assert list(audit.verify_chain(7, rows, count=len(rows), head=rows[-1]["hash"])) == []


@given(BODY)
def test_hash_does_not_depend_on_the_order_of_keys(body: dict[str, Any]) -> None:
    [row] = chain(7, [NewEvent("thing.happened", MONDAY, "account:1", None, body)])
    assert event_hash(row | {"data": dict(reversed(body.items()))}) == row["hash"]


def test_chain_works_with_sm3_and_refuses_floats() -> None:
    [row] = chain(7, [NewEvent("thing.happened", MONDAY, "account:1")], algorithm=canonical.SM3)
    assert list(audit.verify_chain(7, [row], count=1, head=row["hash"])) == []
    with pytest.raises(TypeError, match="float"):
        chain(7, [NewEvent("thing.happened", MONDAY, "account:1", None, {"share": [0.5]})])


def test_instant_is_utc_with_microseconds_and_needs_an_offset() -> None:
    assert canonical.instant(MONDAY + timedelta(microseconds=5)) == "2026-11-02T01:00:00.000005Z"
    with pytest.raises(ValueError, match="offset"):
        canonical.instant(MONDAY.replace(tzinfo=None))


@given(st.lists(st.tuples(st.integers(1, 2**40), st.integers(1, 99), st.binary(min_size=32, max_size=32)), max_size=20))
def test_merkle_root_changes_with_any_leaf(leaves: list[tuple[int, int, bytes]]) -> None:
    root = merkle_root(pack(leaves))
    for place, (ticket, count, head) in enumerate(leaves):
        other = [*leaves[:place], (ticket, count + 1, head), *leaves[place + 1 :]]
        assert merkle_root(pack(other)) != root
    assert len(leaves) <= LEAVES_PER_SEAL
