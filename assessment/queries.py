"""What the evaluators' pages ask: the tickets behind a number, the latest month with any, whose numbers a person sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Select, bindparam, select, union_all
from sqlalchemy.orm import Session

from assessment import beside, facts
from assessment.metrics import Counts, Score, score
from assessment.parts import RULES, Part
from assessment.periods import Period
from assessment.rankings import UnitRow, besides_of, least
from assessment.running import reading as running
from assessment.schemes.model import CountBy, Group, Scheme
from dispatch import contract
from dispatch.kernel.errors import NotFound
from dispatch.kernel.person import Person

BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
COLUMNS = tuple(field.name for field in fields(contract.TicketFact))


def assessed_unit(session: Session, period: Period, group: Group, code: str) -> contract.UnitInEffect:
    """The unit of this code that has a row in the period. Raises ``NotFound`` ``ranking.unknown_unit``."""
    for unit in contract.units_in_effect(session, group, period.start, period.end):
        if unit.code == code:
            return unit
    raise NotFound("ranking.unknown_unit", "本周期的这个组别中没有这个单位，或您无权查看。")


def counts_of(session: Session, scheme: Scheme, period: Period, group: Group, as_of: datetime, *, code: str) -> Counts:
    """The unit's counts, ``pending`` included whether the period still runs or not."""
    return running.counts(session, scheme, period, group, as_of, with_pending=True).get(code, Counts())


def standing_of(
    session: Session, scheme: Scheme, period: Period, group: Group, as_of: datetime, *, code: str
) -> tuple[Counts, Score | None]:
    """The unit's counts and the terms of its score; None where it has too few valid follow-ups to be ranked."""
    counted = running.counts(session, scheme, period, group, as_of, with_pending=True)
    units = [UnitRow(one.code, one.name, one.population) for one in _units(session, period, group)]
    found = counted.get(code, Counts())
    if found.valid < least(scheme):
        return found, None
    besides = besides_of(units, counted, beside.entered(session, scheme, period, as_of))
    return found, score(found, scheme, besides[code])


def _units(session: Session, period: Period, group: Group) -> list[contract.UnitInEffect]:
    return contract.units_in_effect(session, group, period.start, period.end)


def tickets_of(
    session: Session,
    scheme: Scheme,
    period: Period,
    group: Group,
    as_of: datetime,
    *,
    unit_id: int,
    part: Part,
    after: int = 0,
    limit: int = 50,
) -> list[contract.TicketFact]:
    """The tickets behind one number of a unit's row, by ticket_id: at most ``limit`` of those after ``after``."""
    form, told = facts.question(session, scheme, period, group, as_of)
    page = _page(form, scheme.count_by is CountBy.VOICE, part)
    asked = told | {"of_unit": unit_id, "after": after, "most": limit}
    return [contract.TicketFact(**row) for row in session.execute(page, asked).mappings()]


@lru_cache(maxsize=facts.FORMS)
def _page(form: facts.Form, by_voice: bool, part: Part) -> Select[Any]:
    """Put together once for each part: that takes longer than asking it. Each holds some 200 KB."""
    of_unit, after = bindparam("of_unit", type_=BigInteger), bindparam("after", type_=BigInteger)
    rows = union_all(
        *(
            select(*(fact[name] for name in COLUMNS)).where(
                fact.unit_id == of_unit, fact.ticket_id > after, RULES[part].condition(fact)
            )
            for fact in (rows.c for rows, _is_voice in facts.asked_parts(form, by_voice))
        )
    ).subquery()
    return select(rows).order_by(rows.c.ticket_id).limit(bindparam("most"))


def second_lines(
    session: Session, scheme: Scheme, facts_shown: Sequence[contract.TicketFact], as_of: datetime
) -> dict[int, list[contract.VoiceAnswer]]:
    """By ticket_id: what the other callers of a merged ticket answered. A scheme that counts by voice lists them as rows."""
    if scheme.count_by is CountBy.VOICE:
        return {}
    return contract.voice_answers(session, [fact.ticket_id for fact in facts_shown], as_of)


def latest_period(session: Session, scheme: Scheme, zone: ZoneInfo, at: datetime) -> Period:
    """The month to show first: the last ended one with tickets, else the one that holds ``at``."""
    running = Period.holding(at, scheme, zone)
    kinds = frozenset(kind.value for kind in scheme.kinds)
    ended = contract.Span(scheme.placed_by.value, BEGINNING, running.start, kinds)
    last = contract.latest_placed(session, ended, at)
    return Period.holding(last, scheme, zone) if last else running


def require_visible(session: Session, person: Person, code: str, *, at: datetime) -> dict[str, str] | None:
    """``visible_units``. Raises ``NotFound`` ``ranking.unknown_unit`` where this unit is not among them."""
    visible = visible_units(session, person, at=at)
    if visible is not None and code not in visible:
        raise NotFound("ranking.unknown_unit", "本周期的这个组别中没有这个单位，或您无权查看。")
    return visible


def districts(session: Session, period: Period) -> list[contract.UnitInEffect]:
    """The districts in effect in the period, by code: what a list of units may be narrowed to."""
    return contract.units_in_effect(session, Group.DISTRICT, period.start, period.end)


def listed_units(session: Session, period: Period, district: str) -> frozenset[str] | None:
    """Codes of the units of the district of this code; None where none is given: all."""
    return contract.codes_under(session, district, period.start, period.end) if district else None


def visible_units(session: Session, person: Person, *, at: datetime) -> dict[str, str] | None:
    """Kind by code of the units whose numbers this person sees; None means all of them."""
    return None if person.may("ranking.view_all") else contract.units_in_scope(session, person, at=at)
