"""Names of places that settled tickets teach: proposed once, accepted into the gazetteer or rejected for good."""

from __future__ import annotations

import pytest

from dispatch.kernel.errors import Conflict, NotFound
from dispatch.tuning import proposing, queries
from dispatch.tuning.models import PlaceProposal
from tests.town import Desk

ACTOR = "account:1"


def taught(desk: Desk, count: int = 3) -> list[PlaceProposal]:
    """Tickets of one street that speak of an estate nobody has entered; then what is proposed."""
    for number in range(count):
        made = desk.accept(title=f"晴川花园停水{number}", text="东区柳荫街道晴川花园三号楼没有水")
        desk.acknowledge(made.ticket_id)
    desk.run(proposing.propose, reference=desk.reference, at=desk.at)
    found: list[PlaceProposal] = list(desk.run(queries.place_proposals, limit=10))
    return found


@pytest.fixture(autouse=True)
def _chosen(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    accept = desk.accept
    monkeypatch.setattr(desk, "accept", lambda **values: accept(**values, unit_code="110001"))


def decide(desk: Desk, proposal_id: int, *, is_accepted: bool) -> PlaceProposal:
    made: PlaceProposal = desk.run(
        proposing.decide, proposal_id, is_accepted=is_accepted, reference=desk.reference, actor=ACTOR, at=desk.at
    )
    return made


def test_propose_names_the_estate_and_its_street_when_enough_tickets_say_so(desk: Desk) -> None:
    (row,) = taught(desk)

    assert (row.name, row.kind, row.tickets, row.others, row.state) == ("晴川花园", "estate", 3, 0, "proposed")
    assert row.unit_id == desk.unit_id("110001")
    assert sorted(row.ticket_ids) == [one.ticket_id for one in desk.accepted]
    assert desk.run(proposing.propose, reference=desk.reference, at=desk.at) == 0, "twice changes nothing"


def test_propose_keeps_silent_when_too_few_say_so(desk: Desk) -> None:
    assert taught(desk, 2) == []


def test_accept_lets_the_gazetteer_find_it_when_a_person_says_yes(desk: Desk) -> None:
    (row,) = taught(desk)
    assert desk.reference.gazetteer.locate("晴川花园停水").unit_code is None

    decide(desk, row.proposal_id, is_accepted=True)

    assert desk.reference.gazetteer.locate("晴川花园停水").unit_code == "110001"
    with pytest.raises(Conflict):
        decide(desk, row.proposal_id, is_accepted=False)


def test_reject_is_for_good_when_a_person_says_no(desk: Desk) -> None:
    (row,) = taught(desk)
    decide(desk, row.proposal_id, is_accepted=False)

    assert desk.run(proposing.propose, reference=desk.reference, at=desk.at) == 0
    assert desk.reference.gazetteer.locate("晴川花园停水").unit_code is None


def test_decide_refuses_when_there_is_no_such_proposal(desk: Desk) -> None:
    with pytest.raises(NotFound):
        decide(desk, 999, is_accepted=True)
