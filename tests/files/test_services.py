"""Attaching and removing: numbered, idempotent, recorded, and bounded."""

from __future__ import annotations

import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from dispatch.files import queries, services
from dispatch.files.limits import shipped_limits
from dispatch.files.models import TicketFile
from dispatch.kernel import audit
from dispatch.kernel.errors import DomainError
from dispatch.tickets.models import Ticket
from tests.files import samples
from tests.town import Desk

REASON = "误传了他人的照片"


def attach(desk: Desk, ticket_id: int, content: Any = None, **values: Any) -> TicketFile:
    facts = {"name": "现场.jpg", "purpose": "evidence", "unit_id": None, "actor": "account:1", "at": desk.at} | values
    found: TicketFile = desk.run(services.attach, ticket_id, content or samples.photograph(), **facts)
    return found


def remove(desk: Desk, ticket_id: int, number: int, **values: Any) -> TicketFile:
    facts = {"reason": REASON, "unit_ids": None, "actor": "account:1", "at": desk.at} | values
    found: TicketFile = desk.run(services.remove, ticket_id, number, **facts)
    return found


def contents(desk: Desk) -> list[tuple[int, str, bytes]]:
    query = text("SELECT number, part, body FROM file_content ORDER BY number, part")
    return [(row[0], row[1], bytes(row[2])) for row in desk.run(lambda session: session.execute(query).all())]


def test_attach_records_what_was_kept_and_never_the_name(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    file = attach(desk, ticket_id, unit_id=desk.unit_id("110001"))
    event = desk.events(ticket_id)[-1]
    assert (event.type, event.unit_code) == ("file.attached", "110001")
    (_, _, small), (_, _, whole) = contents(desk)
    assert event.data == {
        "number": 1,
        "purpose": "evidence",
        "digest": hashlib.sha256(whole).hexdigest(),
        "size": len(whole),
        "media_type": "image/jpeg",
    }
    assert len(small) < len(whole) == file.size


def test_attach_takes_a_stream_and_reads_no_further_than_the_limit(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    assert attach(desk, ticket_id, io.BytesIO(samples.pdf())).media_type == "application/pdf"
    endless = io.BytesIO(b"a" * 1000)
    with pytest.raises(DomainError, match=r"file\.too_big"):
        attach(desk, ticket_id, endless, limits=replace(shipped_limits(), file_bytes=100))
    assert endless.tell() == 101


def test_attach_keeps_one_file_when_the_same_bytes_come_again(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    first, again = attach(desk, ticket_id), attach(desk, ticket_id, name="另名.jpg")
    other = attach(desk, ticket_id, purpose="after")
    assert (first.number, again.number, again.name, other.number) == (1, 1, "现场.jpg", 2)
    assert desk.event_types(ticket_id).count("file.attached") == 2
    assert [desk.run(queries.count, ticket_id, purpose) for purpose in ("evidence", "after", "before")] == [1, 1, 0]


@pytest.mark.parametrize("is_same", [True, False])
def test_attach_numbers_without_a_gap_when_many_upload_at_once(desk: Desk, is_same: bool) -> None:
    ticket_id = desk.accept().ticket_id
    sent = [samples.pdf("" if is_same else f"/N {number}") for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        numbers = sorted(file.number for file in pool.map(lambda content: attach(desk, ticket_id, content), sent))
    assert numbers == ([1] * 8 if is_same else list(range(1, 9)))
    assert desk.event_types(ticket_id).count("file.attached") == len(set(numbers))
    assert list(filter(lambda found: isinstance(found, audit.Finding), audit.verify(desk.engine))) == []


def test_attach_is_refused_when_the_ticket_is_full(desk: Desk) -> None:
    ticket_id, limits = desk.accept().ticket_id, replace(shipped_limits(), ticket_files=2)
    attach(desk, ticket_id, samples.pdf("/A 1"), limits=limits)
    attach(desk, ticket_id, samples.pdf("/A 2"), limits=limits)
    with pytest.raises(DomainError, match=r"file\.too_many"):
        attach(desk, ticket_id, samples.pdf("/A 3"), limits=limits)
    with pytest.raises(DomainError, match=r"file\.too_big"):
        attach(desk, ticket_id, samples.pdf("/A 3"), limits=replace(shipped_limits(), ticket_bytes=200))
    remove(desk, ticket_id, 1)
    assert attach(desk, ticket_id, samples.pdf("/A 3"), limits=limits).number == 3


@pytest.mark.parametrize("kind", ["SVG", "program", "PNG bomb", "zip bomb"])
def test_attach_leaves_nothing_when_the_file_is_unsound(desk: Desk, kind: str) -> None:
    ticket_id = desk.accept().ticket_id
    content, code = samples.REFUSED[kind]
    before = desk.event_types(ticket_id)
    with pytest.raises(DomainError) as refused:
        attach(desk, ticket_id, content)
    assert (refused.value.code, desk.event_types(ticket_id), contents(desk)) == (code, before, [])


def test_attach_is_refused_when_a_unit_speaks_for_the_reporter(desk: Desk) -> None:
    ticket_id, unit_id = desk.accept().ticket_id, desk.unit_id("110001")
    with pytest.raises(DomainError, match=r"file\.purpose_refused"):
        attach(desk, ticket_id, purpose="reporter", unit_id=unit_id)
    with pytest.raises(DomainError, match=r"file\.purpose_unknown"):
        attach(desk, ticket_id, purpose="nonsense")


@pytest.mark.parametrize("change", [{"state": "archived"}, {"is_imported": True}])
def test_files_stay_as_they_are_when_the_ticket_is_settled(desk: Desk, change: dict[str, Any]) -> None:
    ticket_id = desk.accept().ticket_id
    attach(desk, ticket_id)

    def settle(session: Any) -> None:
        ticket = session.get_one(Ticket, ticket_id)
        for name, value in change.items():
            setattr(ticket, name, value)

    desk.run(settle)
    with pytest.raises(DomainError, match=r"file\.ticket_settled"):
        attach(desk, ticket_id, samples.pdf())
    with pytest.raises(DomainError, match=r"file\.ticket_settled"):
        remove(desk, ticket_id, 1)


def test_remove_erases_content_and_name_and_keeps_row_and_chain(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    kept = attach(desk, ticket_id)
    removed = remove(desk, ticket_id, 1)
    assert (removed.name, removed.digest, removed.removed_at) == (None, kept.digest, desk.at)
    assert contents(desk) == []
    assert desk.run(queries.of_ticket, ticket_id) == []
    assert len(desk.run(queries.of_ticket, ticket_id, with_removed=True)) == 1
    event = desk.events(ticket_id)[-1]
    assert (event.type, REASON in str(event.data)) == ("file.removed", False)
    assert list(filter(lambda found: isinstance(found, audit.Finding), audit.verify(desk.engine))) == []
    assert attach(desk, ticket_id).number == 2


def test_remove_is_refused_when_it_is_not_theirs_or_has_no_reason(desk: Desk) -> None:
    ticket_id, unit_id = desk.accept().ticket_id, desk.unit_id("110001")
    attach(desk, ticket_id, unit_id=unit_id)
    for values, code in [
        ({"unit_ids": frozenset({desk.unit_id("110002")})}, "file.not_yours"),
        ({"reason": "  "}, "file.reason_missing"),
    ]:
        with pytest.raises(DomainError) as refused:
            remove(desk, ticket_id, 1, **values)
        assert refused.value.code == code
    with pytest.raises(DomainError, match=r"file\.unknown"):
        remove(desk, ticket_id, 2)
    remove(desk, ticket_id, 1, unit_ids=frozenset({unit_id}))
    with pytest.raises(DomainError, match=r"file\.unknown"):
        remove(desk, ticket_id, 1)
