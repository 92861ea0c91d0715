"""Versioned words: of each kind the newest counts, an erased one stays known as such."""

from __future__ import annotations

from sqlalchemy import event

from dispatch.kernel import texts
from tests.town import Desk, desk, engine  # noqa: F401  (fixtures)


def test_latest_reads_one_row_per_kind_when_notes_are_many(desk: Desk) -> None:  # noqa: F811
    ticket_id = desk.accept().ticket_id
    for number in range(12):
        desk.run(texts.write, ticket_id, "note", f"第 {number} 条", at=desk.at)
    rows: list[int] = []

    def count(_connection: object, cursor: object, *_rest: object) -> None:
        rows.append(getattr(cursor, "rowcount", 0))

    event.listen(desk.engine, "after_cursor_execute", count)
    found = desk.run(texts.latest, ticket_id)
    assert found["note"] == "第 11 条"
    assert found["title"] == "柳荫街道垃圾没人清运"
    assert rows == [len(found)]


def test_latest_tells_an_erased_kind_when_its_words_are_gone(desk: Desk) -> None:  # noqa: F811
    ticket_id = desk.accept().ticket_id
    desk.run(texts.write, ticket_id, "note", "一条备注", at=desk.at)
    desk.run(texts.erase, ticket_id, at=desk.at)
    assert desk.run(texts.latest, ticket_id)["note"] is None
