"""One thing happens, and the table of an open month is asked for: whatever a process holds, it says what counting the month says."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from fractions import Fraction
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy.orm import Session

from assessment import facts, rankings, schemes, scored, service
from assessment.exclusions.models import ExclusionCase
from assessment.running import held, keeping, looking, reading
from assessment.schemes.model import ClassRule, Group, Scheme
from dispatch.directory import listed, services
from dispatch.exchange.csvfile import CsvFile
from dispatch.kernel.seals import seal_changed
from dispatch.tickets.import_copy import import_tickets
from dispatch.tickets.import_reading import ReadHere
from dispatch.tickets.import_rows import OPTIONAL, REQUIRED
from tests.assessment.live import LEADS, MATTERS, _answers, _perhaps, live
from tests.assessment.test_running import keep, kept, question
from tests.counts import examples
from tests.exchange.tickets_csv import as_csv, done
from tests.town import Desk, desk, engine

__all__ = ["desk", "engine"]

STEPS = 14
MONTHS = ("2026-11", "2026-12")
Patch = pytest.MonkeyPatch


@dataclass
class Process:
    """What one process holds between requests."""

    bases: dict[Any, Any] = field(default_factory=dict)
    lists: dict[Any, Any] = field(default_factory=dict)

    def enter(self, patch: Patch) -> None:
        patch.setattr(held, "_bases", self.bases)
        patch.setattr(listed, "_lists", self.lists)


def asked() -> list[Scheme]:
    """Two placed otherwise, all with classes (which ask for the month before), and the next version of one."""
    classes = ClassRule(frozenset(Group), one_in=1, at_most=2)
    both = [replace(schemes.load(name), classes=classes) for name in ("beijing", "xining")]
    first, *others = both[0].weights
    more, less = replace(first, share=first.share + Fraction(1, 10)), others[0].share - Fraction(1, 10)
    changed = (more, replace(others[0], share=less), *others[1:])
    return [*both, replace(both[0], version=both[0].version + 1, weights=changed, minimum=2)]


def keep_later(desk: Desk) -> None:
    """The second month alone, so that of two months one is older than the other."""
    for name in ("beijing", "xining"):
        scheme, period = question(name, MONTHS[1])
        if period.start <= desk.at:
            desk.run(keeping.refresh, facts.span_of(scheme, period), at=desk.at, is_whole=False)


def bring_in(desk: Desk, received_at: datetime, number: int) -> None:
    """History that comes by a file: one matter of this instant, gone all the way by now."""
    walked = ("received_at", "dispatched_at", "acknowledged_at", "first_contact_at", "completed_at", "followed_up_at")
    instants = {name: (received_at + timedelta(minutes=step)).isoformat() for step, name in enumerate(walked)}
    row = done(
        ticket_no=f"I-{number}",
        unit_code="110001",
        due_at=(received_at + timedelta(days=1)).isoformat(),
        returns="0",
        **instants,
    )
    stream = CsvFile(BytesIO(as_csv(row)), required=REQUIRED, optional=OPTIONAL)
    refused: list[Any] = []
    desk.run(import_tickets, ReadHere(stream, desk.reference, at=desk.at), at=desk.at, refuse=refused.append)
    assert refused == []


def stir(desk: Desk, rng: random.Random, count: int) -> None:
    """Of so many tickets each perhaps moves."""
    for accepted in rng.sample(desk.accepted, count):
        _perhaps(rng, desk, accepted.ticket_id)


def rule(desk: Desk, rng: random.Random, remedy: str) -> None:
    """A ticket is taken out, or its answer put right, by a case decided now."""
    unit_id = desk.unit_id(LEADS[0])
    told = {"sort": "appeal", "ground": "other", "unit_id": unit_id, "applicant_unit_id": unit_id, "state": "granted"}
    answers = _answers(rng) if remedy == "answer" else {}
    ticket_id = rng.choice(desk.accepted).ticket_id
    when = {"applied_at": desk.at, "decided_at": desk.at}
    case = ExclusionCase(ticket_id=ticket_id, remedy=remedy, applicant="account:9", **told, **answers, **when)
    desk.run(lambda session: session.add(case))


def check(desk: Desk, patch: Patch) -> list[int]:
    """Every table as asked for and as counted anew from the tickets; how many periods each look found kept."""
    looks: list[int] = []

    def spied(*told: Any) -> Any:
        found = look(*told)
        looks.append(len(found or ()))
        return found

    look = looking.look
    with Session(desk.engine) as session:
        for scheme in asked():
            for month in MONTHS:
                period = question(scheme.name, month)[1]
                if period.start > desk.at:
                    continue
                for group in Group:
                    where = (session, scheme, period, group, desk.at)
                    with patch.context() as as_it_is:
                        as_it_is.setattr(reading, "look", spied)
                        found = service.table(*where, at=desk.at)
                    with patch.context() as plainly:
                        plainly.setattr(reading, "_kept", lambda *_told: {})
                        plainly.setattr(rankings, "scorer", lambda of: lambda *by: scored._scored(by[0], of, by[1]))
                        assert found == service.table(*where, at=desk.at), (scheme.name, month, group)
    return looks


@pytest.mark.parametrize("seed", range(examples(1, deep=20)))
def test_every_process_says_what_counting_says_whatever_it_holds(desk: Desk, seed: int, monkeypatch: Patch) -> None:
    rng = random.Random(f"steps {seed}")
    desk.later(days=22)  # the walk crosses the end of November
    live(desk, rng, days=3)
    processes = [Process(), Process(), Process()]
    steps: list[Callable[[int], object]] = [
        lambda _n: desk.accept(title=(matter := rng.choice(MATTERS))[0], text=matter[1]),
        lambda _n: stir(desk, rng, 5),
        lambda _n: stir(desk, rng, len(desk.accepted)),
        lambda _n: rule(desk, rng, "exclude"),
        lambda _n: rule(desk, rng, "answer"),
        lambda number: bring_in(desk, desk.at - timedelta(days=rng.randint(0, 9), hours=1), number),
        lambda _n: desk.run(seal_changed, at=desk.at),
        lambda _n: keep(desk),
        lambda _n: keep_later(desk),
        lambda _n: desk.later(days=2).sweep(),
        lambda _n: processes.__setitem__(rng.randrange(3), Process()),  # one is started again
    ]
    keep(desk)
    read: list[int] = []
    for number, step in enumerate(rng.sample(steps * 3, STEPS)):
        step(number)
        desk.later(minutes=rng.choice((0, 3, 20)))
        rng.choice(processes).enter(monkeypatch)
        read += check(desk, monkeypatch)
    assert sum(read) > STEPS, "kept months are read, not counted"
    keep(desk)
    keep_later(desk)
    assert max(check(desk, monkeypatch)) == len(MONTHS), "two months at one look"
    desk.run(services.succeed, "110002", "110001", kind="merge", at=desk.later(hours=1).at)
    for process in processes:
        process.enter(monkeypatch)
        assert not any(check(desk, monkeypatch)), "nothing kept holds for another tree of units"
    keep(desk.later(hours=1))
    bring_in(desk, desk.at - timedelta(hours=1), STEPS)
    for process in processes:
        process.enter(monkeypatch)
        assert any(check(desk, monkeypatch))


def test_an_import_after_the_copy_is_counted_from_the_kept_month_and_a_big_one_from_the_tickets(
    desk: Desk, monkeypatch: Patch
) -> None:
    for _ in range(3):
        desk.accept()
    desk.run(seal_changed, at=desk.later(hours=1).at)
    keep(desk.later(hours=1))
    scheme, period = question("beijing", "2026-11")
    monkeypatch.setattr(looking, "MOST_CHANGED", 4)
    for number in range(6):
        bring_in(desk, desk.at - timedelta(hours=2), number)
        with Session(desk.engine) as session:
            where = (session, scheme, period, Group.TOWNSHIP, desk.at)
            found, plain = kept(*where, with_pending=True), facts.counts(*where, with_pending=True)
            assert plain["110001"].received == 4 + number
            assert found == (plain if number < 4 else None), "more than the few that may be told apart"
            assert reading.counts(*where, with_pending=True) == plain


def test_who_meets_a_copying_in_the_middle_asks_again(desk: Desk, monkeypatch: Patch) -> None:
    for _ in range(3):
        desk.accept()
    keep(desk.later(hours=1))
    desk.acknowledge(desk.accepted[0].ticket_id)
    gone, between = looking._gone, [True]

    def copied_meanwhile(*told: Any) -> Any:
        if between:
            between.clear()
            keep(desk.later(hours=1))
        return gone(*told)

    monkeypatch.setattr(looking, "_gone", copied_meanwhile)
    with Session(desk.engine) as session:
        where = (session, *question("beijing", "2026-11"), Group.TOWNSHIP, desk.at + timedelta(hours=2))
        assert kept(*where) == facts.counts(*where)
    assert not between


def test_what_changed_between_two_copyings_is_seen_in_the_older_month(desk: Desk) -> None:
    for _ in range(3):
        desk.accept()
    desk.run(seal_changed, at=desk.later(hours=1).at)
    keep(desk.later(hours=1))
    desk.acknowledge(desk.accepted[0].ticket_id)
    desk.contact(desk.accepted[0].ticket_id)
    desk.later(days=25).accept()
    desk.run(seal_changed, at=desk.at)
    keep_later(desk.later(days=1))
    with Session(desk.engine) as session:
        scheme, months = schemes.load("beijing"), [question("beijing", month)[1] for month in MONTHS]
        asked = (session, scheme, dict.fromkeys(months, True), Group.TOWNSHIP, desk.at)
        found = reading._kept(*asked)
        plain = [facts.counts(session, scheme, month, Group.TOWNSHIP, desk.at, with_pending=True) for month in months]
        assert [found[month] for month in months] == plain
        assert [sum(one.received for one in of.values()) for of in plain] == [3, 1]
        assert sum(one.first_contacted for one in plain[0].values()) == 1
