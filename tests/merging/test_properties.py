"""Whatever happened before: merge then unmerge leaves both tickets and every rate as they were (rules.md §5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from assessment import facts, schemes
from assessment.periods import Period
from assessment.schemes.model import CountBy
from dispatch.kernel.errors import DomainError
from tests.counts import examples
from tests.merging.conftest import join, part
from tests.merging.test_merge import columns
from tests.town import MONDAY, Desk

SCHEMES = [schemes.load("beijing"), schemes.load("deductions")]
STEPS = ("acknowledge", "contact", "complete", "no_answer", "dispute", "refuse", "sweep", "wait", "week")
Steps = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 1)), max_size=10)


def do(desk: Desk, step: str, ticket_id: int) -> None:
    verbs: dict[str, Any] = {
        "acknowledge": lambda: desk.acknowledge(ticket_id),
        "contact": lambda: desk.contact(ticket_id),
        "complete": lambda: desk.complete(ticket_id),
        "no_answer": lambda: desk.attempt(ticket_id, "no_answer"),
        "dispute": lambda: desk.dispute(ticket_id),
        "refuse": lambda: desk.rule(ticket_id, "refused"),
        "sweep": desk.sweep,
        "wait": lambda: desk.later(hours=7),
        "week": lambda: desk.later(days=6),
    }
    try:
        verbs[step]()
    except DomainError:
        return  # not now: what may follow on what is tested elsewhere


def rates(desk: Desk) -> list[Any]:
    zone = ZoneInfo("Asia/Shanghai")
    counted = []
    with Session(desk.engine) as session:
        for scheme in SCHEMES:
            for name in ("2026-11", "2026-12"):
                for count_by in CountBy:
                    asked = replace(scheme, count_by=count_by)
                    period = Period.parse(name, asked, zone)
                    counted.append(facts.counts(session, asked, period, "township", desk.at, with_pending=True))
    return counted


@settings(
    max_examples=examples(8, deep=200), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=Steps)
def test_unmerge_leaves_columns_and_rates_as_before_whatever_happened(desk: Desk, steps: list[tuple[str, int]]) -> None:
    desk.at = MONDAY
    pair = [desk.accept().ticket_id, desk.later(minutes=5).accept().ticket_id]
    for step, which in steps:
        do(desk, step, pair[which])
    desk.at += timedelta(seconds=1)
    while desk.sweep():
        pass  # what time alone brings has come: an unmerge would not wait for it either
    before = [columns(desk, one) for one in pair], rates(desk)
    try:
        join(desk, pair[1], pair[0])
    except DomainError as refused:
        assert refused.code.startswith("merge.")  # noqa: PT017 - whether it is refused depends on the steps
        assert ([columns(desk, one) for one in pair], rates(desk)) == before
        return
    part(desk, pair[1])
    assert ([columns(desk, one) for one in pair], rates(desk)) == before
