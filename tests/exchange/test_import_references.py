"""That an import leaves no row behind that refers to nothing: asked once for all, or row by row where it has to be."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from psycopg.errors import ForeignKeyViolation
from sqlalchemy import text
from sqlalchemy.orm import Session

from dispatch.kernel import audit
from dispatch.tickets import history, import_references
from dispatch.tickets.history import Historian, Holder
from dispatch.tickets.import_references import ReferenceMissing
from tests.exchange.conftest import City
from tests.exchange.tickets_csv import bare, done

ROWS = [done(), bare(), done(ticket_no="E", unit_code="E1", title="")]


def row_by_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_references, "leave_aside", lambda _session: False)


def may_leave_aside(city: City, *before: str) -> bool:
    with Session(city.engine) as session:
        for statement in before:
            session.execute(text(statement))
        return import_references.leave_aside(session)


def written(city: City) -> list[Any]:
    return [
        tuple(row)
        for row in city.all(
            "SELECT t.ticket_no, t.unit_id, t.district_id, t.charged_unit_id, e.number, x.kind, x.body FROM ticket t"
            " JOIN event e USING (ticket_id) LEFT JOIN text_entry x USING (ticket_id) ORDER BY t.ticket_no, x.kind"
        )
    ]


@pytest.mark.parametrize("is_at_once", [True, False])
def test_import_writes_the_same_when_references_are_asked_at_once_or_row_by_row(
    city: City, monkeypatch: pytest.MonkeyPatch, is_at_once: bool
) -> None:
    if not is_at_once:
        row_by_row(monkeypatch)
    assert city.load(*ROWS).added == 3
    units = {code: city.one("SELECT unit_id FROM unit WHERE code = :c", c=code)[0] for code in ("T1", "D1", "E1")}
    at = [(row[0], row[1], row[2]) for row in written(city)]
    assert set(at) == {
        (done()["ticket_no"], units["T1"], units["D1"]),
        (bare()["ticket_no"], None, None),
        ("E", units["E1"], None),
    }
    assert not [step for step in audit.verify(city.engine) if isinstance(step, audit.Finding)]


def test_import_writes_nothing_when_a_unit_is_not_there(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    before = city.counts()
    monkeypatch.setattr(history, "_holder_in", lambda *_: Holder(999_999, None, None))
    with pytest.raises(ReferenceMissing) as refused:
        city.load(*ROWS)
    assert refused.value.details == {"foreign_key": "ticket.charged_unit_id"}
    assert city.counts() == before
    row_by_row(monkeypatch)
    with pytest.raises(ForeignKeyViolation):
        city.load(*ROWS)
    assert city.counts() == before


@pytest.mark.parametrize("part", ["_texts", "_event"])
def test_import_writes_nothing_when_a_row_belongs_to_no_ticket(
    city: City, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    made, before = getattr(Historian, part), city.counts()

    def elsewhere(self: Historian, *args: Any) -> Any:
        (place,) = [number for number, value in enumerate(args) if isinstance(value, int)]
        return made(self, *args[:place], args[place] + 1_000_000, *args[place + 1 :])

    monkeypatch.setattr(Historian, part, elsewhere)
    with pytest.raises(ReferenceMissing) as refused:
        city.load(*ROWS)
    table = {"_texts": "text_entry", "_event": "event"}[part]
    assert refused.value.details == {"foreign_key": f"{table}.ticket_id"}
    assert city.counts() == before
    row_by_row(monkeypatch)
    with pytest.raises(ForeignKeyViolation):
        city.load(*ROWS)
    assert city.counts() == before


def test_import_asks_row_by_row_where_a_trigger_would_be_left_aside_too(city: City) -> None:
    assert may_leave_aside(city)
    function = "CREATE FUNCTION told() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$"
    trigger = "CREATE TRIGGER told AFTER INSERT ON event FOR EACH ROW EXECUTE FUNCTION told()"
    assert not may_leave_aside(city, function, trigger)


def test_import_asks_row_by_row_where_the_role_may_not_leave_keys_aside(city: City) -> None:
    role = f"plain_{uuid4().hex[:12]}"
    assert not may_leave_aside(city, f"CREATE ROLE {role}", f"SET LOCAL ROLE {role}")
    grant = f"GRANT SET ON PARAMETER session_replication_role TO {role}"
    assert may_leave_aside(city, f"CREATE ROLE {role}", grant, f"SET LOCAL ROLE {role}")


def test_import_holds_the_units_that_its_rows_name_until_it_ends(city: City) -> None:
    """As foreign keys do: who takes a unit away has to wait, and then meets the rows."""
    city.load(*ROWS)
    first = city.one("SELECT min(ticket_id) FROM ticket")[0]
    waits = "SET LOCAL lock_timeout = '100ms'"
    take = text("SELECT FROM unit WHERE code = :code FOR UPDATE")
    with Session(city.engine) as session, Session(city.engine) as other:
        import_references.leave_aside(session)
        import_references.require(session, ["ticket"], since=first)
        other.execute(text(waits))
        other.execute(take, {"code": "100000"})  # named by no row
        with pytest.raises(Exception, match="lock timeout"):
            other.execute(take, {"code": "T1"})
