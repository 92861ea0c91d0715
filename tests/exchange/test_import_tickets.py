"""Import of history into a database: what stands afterwards, what is refused, and that live intake goes on meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from threading import Event as Signal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.access.vault import Vault
from dispatch.directory.services import end_unit
from dispatch.directory.snapshot import reference
from dispatch.erasure import services as erasure
from dispatch.exchange.csvfile import CsvFile, Row
from dispatch.exchange.rejects import Reject
from dispatch.kernel import audit, seals, texts
from dispatch.kernel.config import Config
from dispatch.kernel.errors import Conflict
from dispatch.tickets import import_copy, import_reading, services
from dispatch.tickets.intake import Intake, accept
from dispatch.tickets.models import Ticket
from tests.exchange.conftest import City
from tests.exchange.tickets_csv import COLUMNS, NOW, bare, done

LATER = NOW + timedelta(days=1)


def findings(city: City) -> list[audit.Finding]:
    return [step for step in audit.verify(city.engine) if isinstance(step, audit.Finding)]


def numbered(count: int) -> list[dict[str, str]]:
    return [done(ticket_no=f"n{number}") for number in range(count)]


def test_import_writes_the_facts_when_the_row_went_all_the_way(city: City) -> None:
    assert city.load(done()).added == 1
    with Session(city.engine) as session:
        ticket = session.scalars(select(Ticket)).one()
        units = {unit.code: unit.unit_id for unit in reference(session).by_code.values()}
        words = texts.latest(session, ticket.ticket_id)
    assert words == {kind: done()[kind] for kind in ("title", "text", "address")}
    assert (ticket.unit_id, ticket.district_id, ticket.charged_unit_id) == (units["T1"], units["D1"], units["T1"])
    assert (ticket.state, ticket.is_imported, ticket.is_excluded, ticket.is_explained) == ("closed", True, False, True)
    assert (ticket.reached, ticket.contacted, ticket.solved, ticket.satisfaction) == (True, True, "no", "basically")
    assert (ticket.returns, ticket.redos, ticket.category, ticket.channel) == (1, 2, "市政/路灯", "phone")
    for column in ("received_at", "dispatched_at", "due_at", "acknowledged_at", "first_contact_at", "completed_at"):
        assert getattr(ticket, column) == datetime.fromisoformat(done()[column]), column
    assert ticket.closed_at == ticket.followed_up_at


def test_import_leaves_unknown_what_the_row_does_not_say_when_it_is_short(city: City) -> None:
    city.load(bare(), done(ticket_no="E", unit_code="E1", title="", text="", address=""))
    short = city.one("SELECT * FROM ticket WHERE ticket_no = :no", no=bare()["ticket_no"])
    assert (short.state, short.unit_id, short.district_id, short.charged_unit_id) == ("received", None, None, None)
    assert (short.reached, short.solved, short.due_at, short.closed_at, short.returns) == (None, None, None, None, 0)
    assert city.one("SELECT district_id FROM ticket WHERE ticket_no = 'E'").district_id is None
    assert city.counts()["text_entry"] == 0


def test_import_seals_every_chain_when_it_ends(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_reading, "CHUNK_ROWS", 7)
    monkeypatch.setattr(seals, "LEAVES_PER_SEAL", 10)
    city.load(*numbered(25))
    assert city.counts() == {
        "ticket": 25,
        "ticket_number": 25,
        "text_entry": 75,
        "event": 25,
        "seal": 3,
        "outbox": 0,
    }
    assert city.all("SELECT 1 FROM ticket WHERE sealed_count < event_count") == []
    assert findings(city) == []


def test_audit_finds_the_row_when_an_imported_event_was_changed(city: City) -> None:
    city.load(*numbered(3))
    with Session(city.engine) as session, session.begin():
        session.connection().exec_driver_sql(
            'UPDATE event SET data = data || \'{"solved": "yes"}\' WHERE ticket_id = (SELECT max(ticket_id) FROM event)'
        )
    assert [finding.code for finding in findings(city)] == ["audit.changed_event"]


def test_import_changes_nothing_when_the_same_rows_come_again(city: City) -> None:
    rows = [done(), bare(), done(ticket_no="E", unit_code="E1", title="")]
    city.load(*rows)
    before = city.counts(), city.all("SELECT * FROM ticket ORDER BY ticket_id")
    again = city.load(*rows, at=LATER)
    assert (again.added, again.unchanged, again.bad) == (0, 3, 0)
    assert (city.counts(), city.all("SELECT * FROM ticket ORDER BY ticket_id")) == before


def test_import_takes_a_repeat_for_the_same_when_only_its_writing_differs(city: City) -> None:
    city.load(done())
    again = city.load(done(received_at="2025-10-01T01:00:00.000Z", excluded="", returns="01"))
    assert (again.unchanged, city.rejects) == (1, [])


@pytest.mark.parametrize(
    "changes",
    [
        *({"solved": "yes"}, {"due_at": ""}, {"explained": ""}, {"unit_code": "E1"}, {"category": "其他"}),
        *({"title": "路灯又不亮"}, {"text": ""}, {"address": "幸福路 2 号"}, {"returns": "2"}, {"excluded": "true"}),
    ],
)
def test_import_refuses_the_row_when_the_number_stands_with_other_content(city: City, changes: dict[str, str]) -> None:
    city.load(done())
    before = city.counts()
    again = city.load(bare(ticket_no="new"), done(**changes))
    assert (again.added, again.bad) == (1, 1)
    assert city.rejects == [Reject(3, "ticket_no", import_copy.OTHER_CONTENT)]
    assert city.counts()["text_entry"] == before["text_entry"]


@pytest.mark.parametrize("chunk_rows", [1, 2, 100])
def test_import_refuses_the_second_when_a_number_comes_twice_with_other_content(
    city: City, monkeypatch: pytest.MonkeyPatch, chunk_rows: int
) -> None:
    monkeypatch.setattr(import_reading, "CHUNK_ROWS", chunk_rows)
    rows = [bare(), bare(), bare(kind="help"), bare(ticket_no="other")]
    loaded = city.load(*rows)
    assert (loaded.added, loaded.unchanged, loaded.bad) == (2, 1, 1)
    assert city.rejects == [Reject(4, "ticket_no", import_copy.OTHER_CONTENT)]
    assert findings(city) == []


def test_import_compares_what_is_left_when_words_were_erased(city: City) -> None:
    city.load(done())
    with Session(city.engine) as session, session.begin():
        texts.erase(session, session.scalars(select(Ticket.ticket_id)).one(), at=LATER)
    assert city.load(done()).unchanged == 1
    assert city.load(done(solved="yes")).bad == 1
    assert city.all("SELECT 1 FROM text_entry WHERE body IS NOT NULL") == []


def test_import_changes_nothing_when_the_same_row_comes_after_its_erasure(city: City) -> None:
    city.load(done())
    keys = b"k" * 32
    with Session(city.engine) as session, session.begin():
        ticket_id = session.scalars(select(Ticket.ticket_id)).one()
        asked = {"ground": "retention_over", "reason": "保存期满", "vault": Vault({"a": keys}, {1: keys})}
        erasure.ask(session, ticket_id, actor="account:8", at=LATER, **asked)
        erasure.decide(session, ticket_id, is_granted=True, actor="account:9", at=LATER)
    assert findings(city) == []
    assert city.load(done()).unchanged == 1
    assert [row[0] for row in city.all("SELECT kind FROM text_entry WHERE body IS NOT NULL")] == ["erasure_reason"]


def test_import_reports_each_bad_row_when_readable_and_unreadable_rows_mix(city: City) -> None:
    data = (",".join(COLUMNS) + "\n").encode()
    data += b"a,praise,,,2025-10-01T09:00:00Z" + b"," * 18 + b"\n"
    data += b"b,praise\n"
    data += b"c,\xcd\xb6,,,2025-10-01T09:00:00Z" + b"," * 18 + b"\n"
    data += b'd,praise,,"two\nlines",2025-10-01T09:00:00' + b"," * 18 + b"\n"
    data += b"e,praise,,\0,2025-10-01T09:00:00Z" + b"," * 18 + b"\n"
    loaded = city.load_stream(_reader(data))
    assert (loaded.added, loaded.bad) == (1, 4)
    assert [(reject.line, reject.column) for reject in city.rejects] == [
        (3, ""),
        (4, "kind"),
        (5, "received_at"),
        (7, "category"),
    ]


def test_import_knows_a_unit_when_it_has_ended_since(city: City) -> None:
    with Session(city.engine) as session, session.begin():
        end_unit(session, "T1", at=NOW)
    assert city.load(done(), at=LATER).added == 1
    assert city.one("SELECT code FROM ticket JOIN unit ON unit.unit_id = ticket.district_id").code == "D1"


def test_verbs_refuse_a_ticket_when_it_is_history(city: City) -> None:
    city.load(done(followed_up_at="", completed_at="", acknowledged_at="", first_contact_at=""))
    with Session(city.engine) as session:
        ticket = session.scalars(select(Ticket)).one()
        with pytest.raises(Conflict) as refused:
            services.acknowledge(session, ticket.ticket_id, unit_id=ticket.unit_id or 0, actor="account:1", at=NOW)
    assert refused.value.code == "ticket.is_history"


def test_intake_goes_on_when_an_import_is_under_way(
    city: City, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_reading, "CHUNK_ROWS", 10)
    is_copied = Signal()
    accepted: list[str | None] = []

    def rows() -> Iterator[Row | Reject]:
        for number, row in enumerate(_rows(numbered(40))):
            if number == 30:
                assert is_copied.wait(30), "the first chunk was never written"
                accepted.append(_accept_live(city, config))
            yield row

    loaded = city.load_stream(rows(), progress=lambda *_: is_copied.set())
    assert (loaded.added, accepted) == (40, ["T1"])
    assert city.counts()["ticket"] == 41
    with Session(city.engine) as session, session.begin():
        assert seals.seal_changed(session, at=LATER) == 1
    assert findings(city) == []


def test_import_refuses_to_start_when_another_runs(city: City) -> None:
    def rows() -> Iterator[Row | Reject]:
        with pytest.raises(Conflict, match=r"import\.running"):
            City(city.engine).load(bare(ticket_no="second"))
        yield from _rows([bare()])

    assert city.load_stream(rows()).added == 1
    assert city.counts()["ticket"] == 1


def _accept_live(city: City, config: Config) -> str | None:
    vault = Vault(config.vault_keys, config.blind_index_keys)
    matter = Intake("complaint", "路灯不亮", "东区甲街道路灯不亮", unit_code="T1")
    with Session(city.engine) as session, session.begin():
        known = reference(session)
        return accept(session, matter, reference=known, vault=vault, actor="account:1", at=NOW).decision.unit_code


def _rows(rows: list[dict[str, str]]) -> list[Row]:
    return [Row(line, [row.get(column, "") for column in COLUMNS]) for line, row in enumerate(rows, start=2)]


def _reader(data: bytes) -> CsvFile:
    return CsvFile(BytesIO(data), required=COLUMNS)
