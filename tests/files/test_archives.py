"""The e-archive: complete, the same bytes from the same facts, and betrayed by one changed byte."""

from __future__ import annotations

import hashlib
import json
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dispatch.access.vault import Reporter
from dispatch.archives import checking, document, page, queries, services
from dispatch.archives import cli as archive_cli
from dispatch.archives.models import TicketArchive
from dispatch.files import services as files
from dispatch.kernel import audit, canonical, events, texts
from dispatch.kernel.errors import DomainError
from dispatch.kernel.events import NewEvent
from dispatch.tickets.models import Ticket
from dispatch.tickets.queries import lock_ticket
from tests.files import samples
from tests.states import walks
from tests.town import Desk

NAME, PHONE = "欧阳小明", "13800138000"


def closed(desk: Desk, **values: Any) -> int:
    """A ticket whose whole life is behind it."""
    facts = {"text": f"东区柳荫街道垃圾堆积，我是{NAME}，电话{PHONE}", "reporter": Reporter(NAME, PHONE)} | values
    ticket_id: int = desk.accept(**facts).ticket_id
    unit_id = desk.unit_id("110001")
    for content, name in [(samples.photograph(), f"{NAME}家.jpg"), (samples.pdf(), "说明.pdf")]:
        stamp = {"unit_id": unit_id, "actor": "account:2", "at": desk.at}
        desk.run(files.attach, ticket_id, content, name=name, purpose="evidence", **stamp)
    desk.run(files.remove, ticket_id, 2, reason="传错了", unit_ids=None, actor="account:1", at=desk.at)
    desk.later(hours=1).acknowledge(ticket_id)
    desk.contact(ticket_id)
    desk.later(hours=1).complete(ticket_id, answer=f"已清运，已电话{PHONE}告知")
    desk.later(days=30).sweep()
    desk.attempt(ticket_id, contacted=True, solved="yes", satisfaction="satisfied")
    assert desk.ticket(ticket_id).state == "closed"
    return ticket_id


def archive(desk: Desk, ticket_id: int) -> TicketArchive:
    made: TicketArchive = desk.run(
        services.archive, ticket_id, vault=desk.vault, reference=desk.reference, actor="account:1", at=desk.at
    )
    return made


def rebuilt(desk: Desk, ticket_id: int) -> bytes:
    return desk.run(  # type: ignore[no-any-return]
        lambda session: document.seal(document.build(session, session.get_one(Ticket, ticket_id), vault=desk.vault))
    )


def test_archive_holds_the_whole_life_when_a_closed_ticket_is_archived(desk: Desk) -> None:
    ticket_id = closed(desk)
    before = desk.events(ticket_id)
    made = archive(desk, ticket_id)
    kept = json.loads(made.document)["archive"]
    assert [event["hash"] for event in kept["events"]] == [bytes(event.hash).hex() for event in before]
    assert (kept["head"], kept["event_count"]) == (bytes(before[-1].hash).hex(), len(before))
    assert [len(kept[part]) for part in ("assignments", "follow_ups", "attempts", "files")] == [2, 1, 1, 2]
    assert kept["units"]["110001"] == "柳荫街道"
    assert {words["kind"] for words in kept["words"]} >= {"title", "text", "answer"}
    event = desk.events(ticket_id)[-1]
    assert (event.type, desk.ticket(ticket_id).state) == ("ticket.archived", "archived")
    assert event.data == {
        "digest": hashlib.sha256(made.document).hexdigest(),
        "size": len(made.document),
        "page_digest": hashlib.sha256(made.page).hexdigest(),
    }
    assert [found for found in audit.verify(desk.engine) if isinstance(found, audit.Finding)] == []


def test_archive_tells_nobody_who_called_when_read(desk: Desk) -> None:
    made = archive(desk, closed(desk))
    for content in (made.document.decode(), made.page.decode()):
        assert NAME not in content
        assert PHONE not in content
        assert "欧***" in content


def test_archive_gives_the_same_bytes_when_made_again_from_the_same_facts(desk: Desk) -> None:
    ticket_id = closed(desk)
    first = rebuilt(desk, ticket_id)
    made = archive(desk, ticket_id)
    desk.later(days=400)
    assert first == made.document == rebuilt(desk, ticket_id)
    assert page.render(first, desk.reference.calendar.zone, desk.reference.category_path) == made.page
    assert archive(desk, ticket_id).document == first
    assert desk.event_types(ticket_id).count("ticket.archived") == 1


def test_archive_verifies_and_one_changed_byte_is_found_when_checked_by_itself(desk: Desk) -> None:
    sealed = archive(desk, closed(desk)).document
    assert checking.findings(sealed) == []
    chance = random.Random(12345)
    missed = []
    for place in [*chance.sample(range(len(sealed)), 300), 0, len(sealed) - 1]:
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        if not checking.findings(changed):
            missed.append(place)
    assert missed == []
    assert checking.findings(sealed + b" ")
    assert checking.findings(sealed[:-2])
    assert checking.findings(b"")


def test_archive_is_found_out_when_it_was_changed_and_sealed_again(desk: Desk) -> None:
    kept = json.loads(archive(desk, closed(desk)).document)["archive"]

    def codes(**changes: Any) -> set[str]:
        return {code for code, _ in checking.findings(document.seal(json.loads(canonical.dumps(kept | changes))))}

    assert codes() == set()
    assert codes(events=kept["events"][:-1]) == {"audit.cut_tail"}
    assert "audit.gap" in codes(events=kept["events"][:2] + kept["events"][3:])
    late = [event | {"at": "2026-11-02T02:00:00.000000Z"} for event in kept["events"]]
    assert "audit.changed_event" in codes(events=late)
    assert codes(files=[file | {"digest": "00"} for file in kept["files"]]) == {"archive.unrecorded_file"}
    assert codes(words=[words | {"digest": "00"} for words in kept["words"]]) == {"archive.unrecorded_text"}
    assert codes(version=2) == {"archive.unknown_format"}


def test_archive_is_refused_when_the_ticket_is_still_open(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    with pytest.raises(DomainError, match=r"ticket\.illegal_move"):
        archive(desk, ticket_id)
    with pytest.raises(DomainError, match=r"archive\.none"):
        desk.run(queries.of_ticket, ticket_id)


def test_archive_is_made_anew_when_the_ticket_came_back_from_it(desk: Desk) -> None:
    ticket_id = walks.closed(desk)
    first = archive(desk, ticket_id)
    walks.redo(desk, ticket_id)
    desk.later(hours=1).acknowledge(ticket_id)
    desk.later(hours=1).complete(ticket_id, answer="再次清运")
    desk.later(days=30).sweep()
    desk.attempt(ticket_id, contacted=True, solved="yes", satisfaction="satisfied")
    second = archive(desk, ticket_id)
    assert second.digest != first.digest
    kept = desk.run(queries.of_ticket, ticket_id)
    assert (kept.digest, kept.document) == (second.digest, second.document)
    assert checking.findings(second.document or b"") == []
    archived = [event.data["digest"] for event in desk.events(ticket_id) if event.type == "ticket.archived"]
    assert archived == [first.digest.hex(), second.digest.hex()]


def test_tickets_are_archived_by_themselves_when_closed_long_enough(desk: Desk) -> None:
    ticket_id = closed(desk)

    def pass_by() -> int:
        values = {"vault": desk.vault, "reference": desk.reference, "limit": 10}
        return int(desk.run(services.archive_due, desk.at, **values))

    wait = timedelta(days=desk.reference.procedure.archive_after_days)
    desk.at += wait - timedelta(seconds=1)
    assert pass_by() == 0
    desk.later(seconds=2)
    assert (pass_by(), pass_by()) == (1, 0)
    assert desk.ticket(ticket_id).archived_at == desk.at


def test_archive_withholds_words_that_have_readers_of_their_own(desk: Desk) -> None:
    ticket_id = closed(desk)
    said = "只给热线自己看的话"

    def note(session: Any) -> None:
        ticket = lock_ticket(session, ticket_id)
        text = texts.write(session, ticket_id, "note", said, at=desk.at)
        events.record(session, ticket, [NewEvent("ticket.noted", desk.at, "account:1", data={"text": text})])

    desk.run(note)
    made = archive(desk, ticket_id)
    assert said not in made.document.decode() + made.page.decode()
    assert "note" in {words["kind"] for words in json.loads(made.document)["archive"]["words"]}
    assert checking.findings(made.document) == []


def test_page_shows_words_as_words_when_they_look_like_markup(desk: Desk) -> None:
    made = archive(desk, closed(desk, title="柳荫街道<script>alert(1)</script>"))
    assert b"<script" not in made.page
    assert "&lt;script&gt;" in made.page.decode()


def test_command_exports_and_verifies_when_asked(app: Any, town: Any, tmp_path: Path) -> None:
    number = town.number()
    run, command = app.test_cli_runner().invoke, archive_cli.archive
    early = run(command, [number, "--output", str(tmp_path)])
    assert (early.exit_code, early.stdout) == (1, "")
    town.sql("UPDATE ticket SET state = 'closed', closed_at = received_at")
    out = run(command, [number, "--output", str(tmp_path)])
    path = tmp_path / f"{number}.json"
    assert out.stdout == f"{number}\t{hashlib.sha256(path.read_bytes()).hexdigest()}\t{path}\n"
    again = run(command, ["--closed-before", "2026-11-03", "--output", str(tmp_path)])
    assert again.stdout == out.stdout
    assert run(command, ["--closed-before", "2026-11-02", "--output", str(tmp_path)]).stdout == ""
    assert run(command, ["verify", str(path)]).exit_code == 0
    assert run(command, ["--output", str(tmp_path)]).exit_code == 2
    archived = json.loads(path.read_bytes())["archive"]
    archived["words"][0]["body"] = "改过的话"
    path.write_bytes(document.seal(archived))
    forged = run(command, ["verify", str(path)])
    assert (forged.exit_code, forged.stdout) == (1, f"archive.changed\t{path}\trecord\n")


def test_archive_is_served_as_a_file_when_the_ticket_is_visible(app: Any, town: Any) -> None:
    number = town.number()
    assert town.call("GET", f"/tickets/{number}/archive").json["code"] == "archive.none"
    town.sql("UPDATE ticket SET state = 'closed', closed_at = received_at")
    with app.app_context():
        made = archive_cli._archived(number)
    unit = {"role": "unit_officer", "unit": "110001"}
    whole = town.call("GET", f"/tickets/{number}/archive", **unit)
    read = town.call("GET", f"/tickets/{number}/archive?format=html", **unit)
    assert (whole.data, read.data) == (made.document, made.page)
    assert whole.headers["ETag"] == f'"{hashlib.sha256(made.document).hexdigest()}"'
    for answer in (whole, read):
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert town.call("GET", f"/tickets/{number}/archive?format=xml", **unit).status_code == 422
    assert town.call("GET", f"/tickets/{number}/archive", role="unit_officer", unit="120001").status_code == 404
