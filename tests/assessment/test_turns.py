"""Units end in the middle of a month, more than once: whoever answered at dispatch is charged, however the month is counted."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment import conditions, facts, schemes
from assessment.conditions import Asked
from assessment.counted import FIELDS, Counts
from assessment.exclusions.counting import rulings
from assessment.periods import Period
from assessment.schemes.model import Group, Scheme
from dispatch import contract
from dispatch.directory import services
from dispatch.directory.listed import FIRST, LAST, edges_around
from tests.assessment.live import MATTERS, _perhaps, instants, rule_cases
from tests.assessment.test_running import question
from tests.counts import examples
from tests.town import Desk, desk, engine

__all__ = ["desk", "engine"]

MERGERS = (("110002", "110001"), ("E-01", "E-02"), ("120001", "110001"))


def ticket_by_ticket(
    session: Session, scheme: Scheme, period: Period, group: Group, as_of: datetime
) -> dict[str, Counts]:
    """The same conditions over tickets that were charged one by one."""
    rows = rulings(session, as_of).over(select(contract.facts(group, as_of, facts.span_of(scheme, period)).subquery()))
    asked = Asked(with_pending=True, extras=conditions.extras(scheme))
    statement, _names = facts.by_code(select(rows.c.unit_id, *conditions.sums(rows.c, asked)).group_by(rows.c.unit_id))
    found = session.execute(statement).mappings()
    counted = {row["code"]: Counts(**{name: row[name] for name in row if name in FIELDS}) for row in found}
    return facts.with_aside(counted, facts.aside(session, scheme, period, group, as_of))


def test_each_ticket_is_charged_as_the_tree_stood_at_its_dispatch_when_units_end_in_the_month(desk: Desk) -> None:
    rng, begun = random.Random("turns"), desk.at
    for merger in (*MERGERS, None):
        for _day in range(2):
            for _ in range(6):
                title, text = rng.choice(MATTERS)
                desk.later(minutes=rng.randint(1, 90)).accept(title=title, text=text)
            desk.later(hours=rng.randint(5, 20)).sweep()
            for accepted in desk.accepted:
                with suppress(KeyError):  # a unit that has ended has nobody who acts
                    _perhaps(rng, desk, accepted.ticket_id)
        if merger:
            desk.run(services.succeed, *merger, kind="merge", at=desk.later(hours=1).at)
    rule_cases(desk, rng)
    charged, seen = set(), 0
    with Session(desk.engine) as session:
        townships = edges_around(session, "township", begun)
        assert townships.since < begun < townships.turn < townships.until < desk.at, "two turns in the month"
        for as_of in instants(desk, rng, examples(1, deep=40)):
            for name in schemes.builtin_names():
                scheme, period = question(name, "2026-11")
                for group in Group:
                    found = facts.counts(session, scheme, period, group, as_of, with_pending=True)
                    assert found == ticket_by_ticket(session, scheme, period, group, as_of), (name, group, as_of)
                    charged |= {code for code, of in found.items() if of.received}
                    seen += sum(of.valid for of in found.values())
    assert seen
    assert charged >= {"110001", "110002", "120001", "E-01"}


def test_edges_are_the_nearest_turns_and_ends_of_time_beyond_the_last(desk: Desk) -> None:
    before = desk.at
    with Session(desk.engine) as session:
        founded = edges_around(session, "township", before)
        assert (founded.turn, founded.until) > (before, before)
        assert edges_around(session, "township", FIRST).since == FIRST
    desk.run(services.succeed, "110002", "110001", kind="merge", at=desk.later(days=1).at)
    with Session(desk.engine) as session:
        edges = edges_around(session, "township", before)
        assert (edges.since, edges.turn) == (founded.since, desk.at), "a merger is seen by a process that asked before"
        assert edges_around(session, "township", desk.at).since == desk.at
        assert edges_around(session, "township", LAST).until == LAST
