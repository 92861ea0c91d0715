"""Erasing what is personal (PIPL art 47): two persons, nothing left, the chain whole, everything still opens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from dispatch.access import services as access
from dispatch.access.calls import CallFacts, record_call
from dispatch.access.contact import looks_at
from dispatch.archives import services as archives
from dispatch.erasure import services
from dispatch.erasure.models import Erasure
from dispatch.erasure.states import ERASURE_MOVES, ERASURE_WORDS, ErasureState
from dispatch.kernel import audit
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import db, transaction
from dispatch.kernel.errors import Conflict, DomainError, Forbidden
from dispatch.outcomes import services as outcomes
from dispatch.outcomes.endings import Outcome
from dispatch.tickets import redoing
from tests.apps import whole_app
from tests.files.test_archives import NAME, PHONE, closed
from tests.town import Desk

ASKER, DECIDER = "account:8", "account:9"
PASSWORD = "correct horse battery"
GONE = (NAME, PHONE, "垃圾堆积，我是", "已清运")
PERSONAL = ("text_entry", "voice", "call_record", "file_content", "ticket_file", "ticket_archive", "citizen_message")


def ask(desk: Desk, ticket_id: int, **changes: Any) -> Erasure:
    values = {"ground": "consent_withdrawn", "reason": "本人书面申请", "actor": ASKER} | changes
    made: Erasure = desk.run(services.ask, ticket_id, vault=desk.vault, at=desk.at, **values)
    return made


def decide(desk: Desk, ticket_id: int, *, is_granted: bool = True, actor: str = DECIDER) -> Erasure:
    made: Erasure = desk.run(services.decide, ticket_id, is_granted=is_granted, actor=actor, at=desk.at)
    return made


def erased(desk: Desk, *, is_archived: bool = True) -> int:
    """A ticket with everything personal that there can be, erased."""
    ticket_id = closed(desk)
    call = CallFacts(direction="in", number=PHONE, agent="account:1", recording_reference="rec-1", answered_at=desk.at)
    desk.run(record_call, "call-1", call, vault=desk.vault)
    desk.run(lambda session: session.execute(text("UPDATE call_record SET ticket_id = :id"), {"id": ticket_id}))
    if is_archived:
        desk.run(archives.archive, ticket_id, vault=desk.vault, reference=desk.reference, actor="account:1", at=desk.at)
    ask(desk, ticket_id)
    decide(desk.later(hours=1), ticket_id)
    return ticket_id


def stored(desk: Desk) -> str:
    """Every row of the tables that may hold something personal, readable or sealed."""

    def read(session: Any) -> str:
        rows = [
            f"{table}: {tuple(row)}" for table in PERSONAL for row in session.execute(text(f"SELECT * FROM {table}"))
        ]
        return "\n".join(rows)

    found: str = desk.run(read)
    return found


def findings(desk: Desk) -> list[audit.Finding]:
    return [found for found in audit.verify(desk.engine) if isinstance(found, audit.Finding)]


def test_erase_leaves_nothing_personal_and_the_chain_whole_when_two_people_agree(desk: Desk) -> None:
    ticket_id = erased(desk)
    kept = stored(desk)
    assert [word for word in (*GONE, "rec-1") if word in kept] == []
    sealed = "SELECT count(*) FROM voice WHERE sealed IS NOT NULL OR phone_index IS NOT NULL"
    assert desk.run(lambda session: session.scalar(text(sealed))) == 0
    numbers = "SELECT count(*) FROM call_record WHERE sealed_number IS NOT NULL OR phone_index IS NOT NULL"
    assert desk.run(lambda session: session.scalar(text(numbers))) == 0
    assert desk.run(lambda session: session.scalar(text("SELECT count(*) FROM file_content"))) == 0
    assert findings(desk) == []
    event = desk.events(ticket_id)[-1]
    assert (event.type, event.actor) == ("ticket.erased", DECIDER)
    assert event.data == {"erasure": 1, "ground": "consent_withdrawn", "files": [1], "archive": True}
    assert desk.ticket(ticket_id).erased_at == desk.at


def test_erase_is_in_the_look_log_and_keeps_why_when_done(desk: Desk) -> None:
    ticket_id = closed(desk)
    ask(desk, ticket_id, reason=f"{NAME}来电要求删除，电话{PHONE}")
    decide(desk, ticket_id)
    look = desk.run(looks_at, ticket_id)[-1]
    assert (look.purpose, look.actor, look.at) == ("erasure", DECIDER, desk.at)
    query = text("SELECT body FROM text_entry WHERE body IS NOT NULL")
    reasons = desk.run(lambda session: session.scalars(query).all())
    assert len(reasons) == 1
    assert "来电要求删除" in reasons[0]
    assert NAME not in reasons[0]
    assert PHONE not in reasons[0]


def test_erase_is_refused_when_the_ticket_is_not_over(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    for _step in ("dispatched", "acknowledged", "completed"):
        with pytest.raises(Conflict, match=r"erasure\.ticket_open"):
            ask(desk, ticket_id)
        if desk.ticket(ticket_id).state == "dispatched":
            desk.acknowledge(ticket_id)
        elif desk.ticket(ticket_id).state == "acknowledged":
            desk.complete(ticket_id)
    assert "erasure.asked" not in desk.event_types(ticket_id)


def test_erase_is_refused_when_the_ticket_was_taken_up_again_after_asking(desk: Desk) -> None:
    ticket_id = closed(desk)
    ask(desk, ticket_id)
    known = {"reference": desk.reference, "vault": desk.vault, "actor": "account:1", "at": desk.at}
    desk.run(redoing.reopen, ticket_id, reason="又堆了", **known)
    with pytest.raises(Conflict, match=r"erasure\.ticket_open"):
        decide(desk, ticket_id)
    assert decide(desk, ticket_id, is_granted=False).state == "refused"
    assert NAME in stored(desk)


def test_erase_needs_a_second_person_a_ground_and_a_reason(desk: Desk) -> None:
    ticket_id = closed(desk)
    with pytest.raises(DomainError, match=r"erasure\.unknown_ground"):
        ask(desk, ticket_id, ground="because")
    with pytest.raises(DomainError, match=r"erasure\.reason_missing"):
        ask(desk, ticket_id, reason=" ")
    with pytest.raises(Conflict, match=r"erasure\.none_open"):
        decide(desk, ticket_id)
    ask(desk, ticket_id)
    with pytest.raises(Conflict, match=r"erasure\.already_asked"):
        ask(desk, ticket_id)
    with pytest.raises(Forbidden, match=r"erasure\.same_person"):
        decide(desk, ticket_id, actor=ASKER)
    assert NAME in stored(desk)
    decide(desk, ticket_id)
    with pytest.raises(Conflict, match=r"erasure\.already_done"):
        ask(desk, ticket_id)


def test_nobody_works_on_it_any_more_when_erased(desk: Desk) -> None:
    ticket_id = closed(desk)
    ask(desk, ticket_id)
    decide(desk, ticket_id)
    known = {"reference": desk.reference, "vault": desk.vault, "actor": "account:1", "at": desk.at}
    with pytest.raises(Conflict, match=r"ticket\.erased"):
        desk.run(redoing.reopen, ticket_id, reason="又堆了", **known)
    waiting = desk.accept(kind="consultation", title="有件事", text="想反映一件事情").ticket_id
    answer = Outcome("answered", "可以")
    desk.run(outcomes.end, waiting, answer, procedure=desk.reference.procedure, actor="account:1", at=desk.at)
    ask(desk, waiting)
    decide(desk, waiting)
    with pytest.raises(Conflict, match=r"ticket\.erased"):
        desk.run(outcomes.restore, waiting, reason="仍需办理", actor="account:8", at=desk.at)
    assert desk.ticket(waiting).state == "answered"


def test_archive_can_be_made_of_it_when_erased_before(desk: Desk) -> None:
    ticket_id = erased(desk, is_archived=False)
    made = desk.run(
        archives.archive, ticket_id, vault=desk.vault, reference=desk.reference, actor="account:1", at=desk.at
    )
    assert [word for word in GONE if word in made.document.decode() or word in made.page.decode()] == []
    assert findings(desk) == []


@pytest.fixture
def site(config: Config, desk: Desk) -> Iterator[Flask]:
    """The whole application over the same town, where time stands at the desk's last instant."""
    clock = FixedClock(desk.at)
    made = whole_app(config, clock=clock, machine_clock=clock)
    made.config["WTF_CSRF_ENABLED"] = False
    yield made
    with made.app_context():
        db.engine.dispose()


def enter(site: Flask, desk: Desk, role: str, unit: str | None = None) -> FlaskClient:
    login = role.replace("_", "-")
    who = {"login": login, "name": "某人", "password": PASSWORD, "roles": [role]}
    unit_id = desk.unit_id(unit) if unit else None
    with site.app_context(), transaction() as session:
        access.create(session, actor="system:test", at=desk.at, unit_id=unit_id, **who)
    client = site.test_client()
    assert client.post("/login", data={"login": login, "password": PASSWORD}).status_code == 303
    return client


def test_every_page_opens_and_says_erased_when_it_is(site: Flask, desk: Desk) -> None:
    number = desk.ticket(erased(desk)).ticket_no
    people = {"city_supervisor": None, "operator": None, "evaluator": None, "adjudicator": None}
    people |= {"unit_officer": "110001", "district_supervisor": "110", "follow_up_agent": None}
    for role, unit in people.items():
        client = enter(site, desk, role, unit)
        page = client.get(f"/tickets/{number}")
        assert page.status_code == 200
        assert "个人信息已依法删除" in page.text
        assert [word for word in GONE if word in page.text] == []
        assert "/archive" not in page.text
        assert client.get("/tickets").status_code == 200
        assert client.get(f"/tickets/{number}/archive").status_code == 404
        assert client.get(f"/tickets/{number}/files/1").status_code == 404


def test_supervisor_asks_and_security_administrator_decides_on_their_pages(site: Flask, desk: Desk) -> None:
    number = desk.ticket(closed(desk)).ticket_no
    supervisor, security = enter(site, desk, "city_supervisor"), enter(site, desk, "security_admin")
    assert "申请删除个人信息" in supervisor.get(f"/tickets/{number}").text
    form = {"ground": "consent_withdrawn", "reason": "本人书面申请"}
    assert supervisor.post(f"/tickets/{number}/ask-erasure", data=form).status_code == 303
    assert supervisor.get("/admin/erasures").status_code == 403
    page = security.get("/admin/erasures").text
    assert number in page
    assert "本人书面申请" in page
    assert security.get(f"/tickets/{number}").status_code == 403, "deciding needs no look at the ticket"
    assert security.post(f"/admin/erasures/{number}", data={"is_granted": "true"}).status_code == 303
    assert "已删除" in security.get("/admin/erasures").text
    assert "个人信息已依法删除" in supervisor.get(f"/tickets/{number}").text
    assert "删除个人信息" in enter(site, desk, "audit_admin").get(f"/audit?no={number}").text


def test_table_of_erasures_is_whole() -> None:
    assert {after for _before, after in ERASURE_MOVES} | {ErasureState.ASKED} == set(ErasureState) == set(ERASURE_WORDS)


def test_everything_personal_is_there_before_it_is_erased(desk: Desk) -> None:
    """The proof above could not fail if the fixture kept nothing."""
    closed(desk)
    kept = stored(desk)
    assert [word for word in GONE if word not in kept] == []
    assert desk.run(lambda session: session.scalar(text("SELECT count(*) FROM file_content"))) > 0
