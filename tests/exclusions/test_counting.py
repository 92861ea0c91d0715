"""A decided case counts from its instant on, in every number alike: rates, parts, tickets behind them, deductions (rules.md §6)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import insert, text

from assessment import facts, queries, schemes
from assessment.aids.comparing import before_and_after
from assessment.exclusions.states import Remedy, Sort
from assessment.metrics import Counts
from assessment.parts import RULES, Part
from assessment.periods import Period
from assessment.schemes.model import Group
from dispatch.tickets.models import Card
from tests.exclusions.conftest import ZONE, Office

BEIJING, DEDUCTIONS = schemes.builtin("beijing"), schemes.builtin("deductions")
NOVEMBER = Period.parse("2026-11", BEIJING, ZONE)
TICK = timedelta(microseconds=1)


def counts(office: Office, as_of: datetime, group: str = "township", code: str = "110001", **asked: bool) -> Counts:
    found = office.desk.run(facts.counts, BEIJING, NOVEMBER, group, as_of, with_pending=True, **asked)
    return found.get(code, Counts())


def require_parts_agree(office: Office, as_of: datetime) -> dict[Part, int]:
    """Each number of the row, and as many tickets behind it."""
    where = (BEIJING, NOVEMBER, Group.TOWNSHIP, as_of)
    unit_id, of = office.desk.unit_id("110001"), counts(office, as_of)
    told = {part: rule.count(of) for part, rule in RULES.items()}
    listed = {
        part: len(office.desk.run(queries.tickets_of, *where, unit_id=unit_id, part=part, limit=200)) for part in Part
    }
    assert listed == told
    return told


def test_leave_the_ticket_out_from_the_decision_on_when_it_is_granted(office: Office) -> None:
    kept, excluded = office.answered(solved="yes", satisfaction="satisfied"), office.answered()
    case = office.apply(excluded)
    office.desk.later(hours=1)
    office.review(case)
    office.desk.later(hours=1)
    assert require_parts_agree(office, office.desk.at)[Part.EXCLUDED] == 0, "applied for is not decided"
    office.decide(case)
    decided_at = office.desk.at
    before, after = counts(office, decided_at - TICK), counts(office, decided_at)
    assert (before.received, before.valid, before.yes, before.excluded) == (2, 2, 1, 0)
    assert (after.received, after.valid, after.yes, after.excluded) == (1, 1, 1, 1)
    assert counts(office, decided_at, "district", "110") == after, "the district's pooled row says the same"
    assert counts(office, decided_at, with_excluded=True) == before, "and with it back in, as before"
    parts = require_parts_agree(office, decided_at)
    assert (parts[Part.RECEIVED], parts[Part.EXCLUDED]) == (1, 1)
    where = (BEIJING, NOVEMBER, Group.TOWNSHIP, decided_at)
    unit_id = office.desk.unit_id("110001")
    listed = office.desk.run(queries.tickets_of, *where, unit_id=unit_id, part=Part.EXCLUDED)
    assert [(fact.ticket_id, fact.is_excluded) for fact in listed] == [(excluded, True)]
    assert kept not in {fact.ticket_id for fact in listed}


def test_count_the_other_answer_from_the_decision_on_when_an_appeal_is_granted(office: Office) -> None:
    ticket_id = office.answered()
    reference = office.answer_again(ticket_id, contacted=None, solved="yes", satisfaction="basically")
    office.publish(7, office.desk.at)
    wanted = {"sort": Sort.APPEAL, "remedy": Remedy.ANSWER, "ground": "answer_reviewed", "answer": reference}
    case = office.apply(ticket_id, publication_id=7, **wanted)
    office.review(case)
    office.desk.later(hours=1)
    office.decide(case)
    before, after = counts(office, office.desk.at - TICK), counts(office, office.desk.at)
    assert (before.valid, before.contacted, before.yes, before.basically) == (1, 1, 0, 0)
    assert (after.valid, after.contacted, after.unknown_contacted, after.yes, after.basically) == (1, 0, 1, 1, 1)
    assert counts(office, office.desk.at, with_excluded=True) == after, "a replaced answer stays replaced"
    require_parts_agree(office, office.desk.at)
    assert office.desk.ticket(ticket_id).solved == "no", "what was said first stays on record"


def test_put_imported_and_decided_exclusions_back_in_when_tables_are_compared(office: Office) -> None:
    office.answered(solved="yes", satisfaction="satisfied")
    decided, imported = office.answered(), office.answered()
    office.desk.run(
        lambda session: session.execute(
            text("UPDATE ticket SET is_excluded = true WHERE ticket_id = :id"), {"id": imported}
        )
    )
    office.granted(decided)
    at = office.desk.at
    found = office.desk.run(before_and_after, BEIJING, NOVEMBER, "township", at, at)
    units = {one.unit.code: one for one in found.units}
    mine = units["110001"]
    assert (mine.excluded, mine.before.counts.received, mine.after.counts.received) == (2, 3, 1)
    assert mine.before.counts.excluded == 0
    assert (mine.before.resolution_rate.percent(2), mine.after.resolution_rate.percent(2)) == ("33.33", "100.00")
    assert mine.gain == mine.after.score - mine.before.score > 0
    assert (mine.places, units["110002"].places) == (0, None)
    assert found.total_before.received - found.total_after.received == found.total_after.excluded == 2


def test_take_no_points_for_the_cards_of_a_ticket_when_it_is_taken_out(office: Office) -> None:
    ticket_id = office.answered()
    card = {"ticket_id": ticket_id, "assignment_number": 1, "colour": "red"}
    at = office.desk.at
    with_it = {"unit_id": office.desk.unit_id("110001"), "issued_at": at, "should_at": at, "due_at": at}
    office.desk.run(lambda session: session.execute(insert(Card).values(**card, **with_it)))
    month = Period.parse("2026-11", DEDUCTIONS, ZONE)

    def cards(**asked: bool) -> int:
        found = office.desk.run(facts.counts, DEDUCTIONS, month, "township", office.desk.at, **asked)
        return int(found["110001"].red_cards)

    first = cards()
    office.granted(ticket_id)
    assert (first >= 1, cards(), cards(with_excluded=True)) == (True, 0, first)
