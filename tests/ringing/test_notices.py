"""Who is told that a call changed: the desk that shows it and no other, with the commit and never without."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from dispatch.access.calls import CallFacts, record_call
from dispatch.access.rings import desk_of
from dispatch.desk.ringing import link_ticket
from tests.ringing.conftest import Ear, Tell
from tests.town import Desk

WANG, LI = desk_of("wang"), desk_of("li")


def test_tell_the_desks_that_show_the_call_when_it_moves(tell: Tell, ear: Ear) -> None:
    tell("newCall", "c1", "wang")
    assert ear.until_now() == [WANG]
    tell("answer", "c1", "li")
    assert sorted(ear.until_now()) == sorted([WANG, LI]), "who lost it and who has it"
    tell("hangup", "c1")
    assert ear.until_now() == [LI]


def test_tell_nobody_when_nothing_changed_or_it_rings_for_several(tell: Tell, ear: Ear) -> None:
    tell("newCall", "c1", "wang")
    ear.until_now()
    tell("newCall", "c1", "wang")
    tell("newCall", "many", "wang", "li")
    tell("hangup", "many")
    assert ear.until_now() == []


def test_tell_the_desk_when_the_exchange_writes_records_or_a_ticket_is_made(desk: Desk, ear: Ear) -> None:
    call = desk.run(record_call, "c1", CallFacts(agent="wang", rang_at=desk.at), vault=desk.vault)
    assert ear.until_now() == [WANG]
    desk.run(link_ticket, call.call_record_id, desk.accept().ticket_id, agent="wang")
    assert ear.until_now() == [WANG]
    desk.run(record_call, "c1", CallFacts(recording_reference="rec/1"), vault=desk.vault)
    assert ear.until_now() == [], "the desk shows no recording"


def test_tell_after_the_commit_and_not_at_all_after_a_rollback(desk: Desk, ear: Ear) -> None:
    with Session(desk.engine) as session:
        record_call(session, "c1", CallFacts(agent="wang", rang_at=desk.at), vault=desk.vault)
        assert ear.until_now() == [], "not yet committed"
        session.rollback()
        assert ear.until_now() == [], "rolled back"
        record_call(session, "c2", CallFacts(agent="wang", rang_at=desk.at), vault=desk.vault)
        session.commit()
        assert ear.until_now() == [WANG]


@pytest.mark.parametrize("login", ["wang", "王", "a" * 64])
def test_name_a_desk_by_what_says_nothing(login: str) -> None:
    assert len(desk_of(login)) == 32
    assert login not in desk_of(login)
