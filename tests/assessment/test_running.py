"""Open months kept counted: the same numbers as counting the month, and as the slow reading, whatever happened since."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from assessment import facts, schemes
from assessment.counted import Counts
from assessment.exclusions.models import ExclusionCase
from assessment.hotline import queries as hotline
from assessment.periods import Period
from assessment.running import keeping, reading, statements
from assessment.running.models import OpenFact, OpenSpan
from assessment.schemes.model import CountBy, Group
from dispatch.directory import groups
from dispatch.kernel.seals import seal_changed
from tests.assessment.live import LEADS, MATTERS, UNITS, _perhaps, live, retold, rule_cases
from tests.assessment.test_facts_live import as_counts, told
from tests.counts import examples
from tests.oracle.slow_counting import slow_tallies
from tests.town import Desk, desk, engine

__all__ = ["desk", "engine"]

ZONE = ZoneInfo("Asia/Shanghai")
ASKED = (("beijing", "2026-11"), ("xining", "2026-11"))  # placed by when they came, and by when they were answered


def question(name: str, period: str) -> tuple[schemes.Scheme, Period]:
    scheme = schemes.load(name)
    return scheme, Period.parse(period, scheme, ZONE)


def keep(desk: Desk) -> None:
    for name, period in ASKED:
        desk.run(keeping.refresh, facts.span_of(*question(name, period)), at=desk.at, is_whole=False)


def kept(
    session: Session, scheme: schemes.Scheme, period: Period, group: str, as_of: datetime, *, with_pending: bool = False
) -> Mapping[str, Counts] | None:
    """What the kept rows tell; None where they cannot."""
    return reading._kept(session, scheme, {period: with_pending}, group, as_of).get(period)


def more(desk: Desk, rng: random.Random) -> None:
    """A day in which calls come, some of all tickets move, one is excluded; half of it is sealed."""
    title, text = rng.choice(MATTERS)
    desk.later(hours=2).accept(title=title, text=text)
    for accepted in desk.accepted:
        _perhaps(rng, desk, accepted.ticket_id)
    desk.run(seal_changed, at=desk.later(minutes=1).at)
    for accepted in rng.sample(desk.accepted, 5):
        desk.later(minutes=20)
        _perhaps(rng, desk, accepted.ticket_id)
    unit_id = desk.unit_id(LEADS[0])
    case = ExclusionCase(
        ticket_id=rng.choice(desk.accepted).ticket_id,
        sort="exclusion",
        ground="other",
        remedy="exclude",
        state="granted",
        applicant="account:9",
        unit_id=unit_id,
        applicant_unit_id=unit_id,
        applied_at=desk.at,
        decided_at=desk.at,
    )
    desk.run(lambda session: session.add(case))
    desk.later(minutes=1)


def check(desk: Desk) -> Counts:
    seen = Counts()
    with Session(desk.engine) as session:
        tickets = retold(session, desk.at)
        for name, month in ASKED:
            scheme, period = question(name, month)
            for group in Group:
                where = (session, scheme, period, group, desk.at)
                found = kept(*where)
                assert found == facts.counts(*where), (name, group)
                assert kept(*where, with_pending=True) == facts.counts(*where, with_pending=True)
                span = (period.start, period.end)
                slow = slow_tallies(UNITS, tickets, scheme=name, span=span, group=group, as_of=desk.at)
                expected = {code: as_counts(tally, name) for code, tally in slow.items() if any(tally.values())}
                assert {code: told(of) for code, of in found.items()} == expected
                seen += sum(found.values(), Counts())
    return seen


def check_hotline(desk: Desk) -> None:
    """The hotline's own accuracy against a loop over what the services left behind."""
    scheme, period = question(*ASKED[0])
    inside = [period.start.astimezone(UTC).isoformat(), period.end.astimezone(UTC).isoformat()]
    with Session(desk.engine) as session:
        dispatched, returned, excluded = 0, set(), 0
        as_of = desk.at.isoformat(timespec="microseconds")
        for ticket in retold(session, desk.at):
            is_merged = any(one["from"] <= as_of and not ("" < one["to"] <= as_of) for one in ticket["merges"])
            if ticket["kind"] not in scheme.kinds or not ticket["dispatched_at"] or is_merged:
                continue
            if not inside[0] <= ticket["received_at"] < inside[1]:
                continue
            if ticket["excluded"] or ticket["excluded_at"]:
                excluded += 1
                continue
            dispatched += 1
            if any(lead["fault"] == "dispute_upheld" for lead in ticket["leads"]):
                returned.add(ticket["ticket_no"])
        found = hotline.accuracy(session, scheme, period, desk.at)
        assert (found.dispatched, found.returned, found.excluded) == (dispatched, len(returned), excluded)
        listed = hotline.returned(session, scheme, period, desk.at, limit=1000)
        assert {one.ticket_no for one in listed} == returned
        assert found.waiting == sum(one.is_waiting for one in listed)


@pytest.mark.parametrize("seed", range(examples(1, deep=20)))
def test_kept_counts_are_the_counts_when_tickets_change_after_they_were_kept(desk: Desk, seed: int) -> None:
    rng = random.Random(f"kept {seed}")
    live(desk, rng, days=6)
    rule_cases(desk, rng)
    desk.run(seal_changed, at=desk.later(hours=1).at)
    desk.later(hours=1)
    keep(desk)
    more(desk, rng)
    check(desk)
    keep(desk)
    more(desk, rng)
    seen = check(desk)
    if seed == 0:  # this town is known to have done it all
        assert min(seen.received, seen.valid, seen.excluded) > 0
    check_hotline(desk)
    with Session(desk.engine) as session:
        scheme, period = question(*ASKED[0])
        where = (session, scheme, period, "township")
        early = desk.at - timedelta(days=1)
        assert kept(*where, early) is None, "an instant before they were kept"
        by_voice = replace(scheme, count_by=CountBy.VOICE)
        assert kept(session, by_voice, period, "township", desk.at) is None
        assert reading.counts(*where, desk.at, with_excluded=True) == facts.counts(*where, desk.at, with_excluded=True)
    desk.run(groups.bump)
    with Session(desk.engine) as session:
        assert kept(session, scheme, period, "township", desk.at) is None, "the tree of units changed"
        rows = session.scalar(select(func.count()).select_from(OpenFact))
        assert rows
    desk.run(keeping.keep_open, zone=ZONE, at=desk.at)
    check_beijing = desk.run(lambda session: kept(session, scheme, period, "township", desk.at))
    assert check_beijing is not None, "and is counted again"
    with Session(desk.engine) as session:
        spans = session.scalars(select(OpenSpan.instant)).all()
        assert set(spans) == {"received_at"}, "spans that nobody publishes by itself are thrown away"


def test_a_kept_month_is_asked_by_plans_that_were_made_once(desk: Desk) -> None:
    """However many tickets changed, each time another number: planning takes longer than the answer."""
    desk.accept()
    keep(desk)
    with Session(desk.engine) as session:
        for _ in range(14):  # psycopg prepares a statement the sixth time, PostgreSQL plans it anew five times more
            desk.later(minutes=1).accept()
            assert kept(session, *question(*ASKED[0]), "township", desk.at) is not None
        plans = session.execute(text("SELECT statement, generic_plans FROM pg_prepared_statements")).all()
        of_kept = [generic for statement, generic in plans if "open_span" in statement]
        assert len(of_kept) == 2
        assert min(of_kept) > 0
        _multiply(session, 20_000)
        few, many = _estimate(session, [1]), _estimate(session, list(range(1, 1001)))
        assert many == pytest.approx(few, abs=10), (
            "less than planning seems to cost, else a busy month has no plan to keep"
        )


def _multiply(session: Session, count: int) -> None:
    """So many kept facts of one ticket, in a transaction that nobody commits."""
    names = ", ".join(column.name for column in OpenFact.__table__.c if column.name != "ticket_id")
    session.execute(
        text(
            f"INSERT INTO open_fact (ticket_id, {names}) SELECT 1000 + n, {names}"
            f" FROM (SELECT * FROM open_fact LIMIT 1), generate_series(1, {count}) AS n"
        )
    )
    session.execute(text("ANALYZE open_fact"))


def _estimate(session: Session, ids: list[int]) -> float:
    """What PostgreSQL thinks that the facts of these tickets cost."""
    statement = statements.gone()[0].compile(session.get_bind())
    told = {**statement.params, "span_ids": [1, 2], "of_group": "township", "ids": ids}
    plan = session.connection().exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", told).scalar_one()
    return float(plan[0]["Plan"]["Total Cost"])


def test_after_a_whole_copying_postgresql_knows_how_many_facts_there_are(desk: Desk) -> None:
    """Without it the first looks would be planned for an empty table, until autovacuum comes by."""
    for _ in range(3):
        desk.accept()
    keep(desk)
    known = "SELECT reltuples::int, (SELECT count(*) FROM open_fact) FROM pg_class WHERE relname = 'open_fact'"
    assert desk.run(lambda session: session.execute(text(known)).one()) == (3, 3)
