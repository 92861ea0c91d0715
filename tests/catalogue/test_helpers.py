"""Helpers that the catalogue names are asked at manual dispatch and by a ruling too, unless a person leaves them out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dispatch.catalogue import services
from dispatch.catalogue.documents import Document
from dispatch.console.choices import support_options
from dispatch.disputes import ruling
from dispatch.hops import dispatching
from dispatch.tickets import queries
from tests.catalogue.words import catalogue
from tests.town import Desk

ENTRY = ",,consultation,,E-01,110002,,,供热单位负责，属地协助"


def helpers(desk: Desk, ticket_id: int) -> list[int]:
    return [part.unit_id for part in desk.run(queries.assignments, ticket_id) if part.role == "support"]


def test_supports_are_asked_when_a_person_sends_the_entry_s_lead_and_left_out_when_told(desk: Desk) -> None:
    desk.run(services.load_shipped_catalogue, at=desk.at)
    facts: dict[str, Any] = {"kind": "consultation", "title": "有件事", "text": "想反映一件事情"}
    waiting = [desk.accept(**facts).ticket_id for _ in range(3)]
    since = desk.at + timedelta(minutes=1)
    file = {"name": "试", "effective_from": since, "actor": "account:1", "at": desk.at}
    desk.run(services.put, Document.CATALOGUE, catalogue(ENTRY), **file)
    desk.later(minutes=2)
    asked = desk.unit_id("110002")
    for ticket_id, unit, codes, expected in (
        (waiting[0], "E-01", None, [asked]),
        (waiting[1], "E-01", [], []),
        (waiting[2], "120001", None, []),
    ):
        stamp = {"reference": desk.reference, "actor": "account:4", "at": desk.at}
        assert support_options(desk.reference, desk.ticket(ticket_id)) == [("110002", "桥头镇")], ticket_id
        desk.run(dispatching.dispatch_with_helpers, ticket_id, unit_code=unit, support_codes=codes, **stamp)
        assert helpers(desk, ticket_id) == expected, unit

    desk.dispute(waiting[2], unit="120001")
    stamp = {"reference": desk.reference, "actor": "account:3", "at": desk.at}
    desk.run(ruling.rule, waiting[2], ruling="upheld", unit_code="E-01", reason="职责", **stamp)
    assert helpers(desk, waiting[2]) == [asked]
