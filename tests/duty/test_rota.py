"""Shifts: nobody else of the unit meanwhile, only people who can be called, and what has begun stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from dispatch.access import services as access
from dispatch.duty import queries, services
from dispatch.duty.models import DutyShift
from dispatch.kernel.errors import DomainError
from tests.duty.conftest import Rota
from tests.tickets.test_races import outcomes
from tests.town import MONDAY


def refusal(verb: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as found:
        verb()
    return found.value.code


def test_one_is_refused_when_two_writers_enter_the_same_time(rota: Rota) -> None:
    for day in range(5):
        shifts = [rota.new(24 * day + 1, 24 * day + 10, "li"), rota.new(24 * day + 9, 24 * day + 20, "wang")]
        together = Barrier(2)

        def enter(shift: object, together: Barrier = together) -> None:
            together.wait()
            rota.enter(shift)  # type: ignore[arg-type]

        found = outcomes(*[lambda shift=shift: enter(shift) for shift in shifts])
        assert found == {"done": 1, "duty.overlap": 1}
    assert rota.desk.run(lambda session: session.scalar(select(func.count(DutyShift.shift_id)))) == 5


def test_the_table_itself_refuses_when_a_writer_asks_nobody(rota: Rota) -> None:
    first = rota.enter(rota.new(0, 8, "li"))[0]

    def write(session: object, hours: int, unit: str) -> None:
        session.add(  # type: ignore[attr-defined]
            DutyShift(
                unit_id=rota.desk.unit_id(unit),
                starts_at=first.starts_at + timedelta(hours=hours),
                ends_at=first.ends_at + timedelta(hours=hours),
                account_id=first.account_id,
                entered_at=MONDAY,
                entered_by="nobody",
            )
        )

    with pytest.raises(IntegrityError, match="ex_duty_shift_overlap"):
        rota.desk.run(write, 7, "110001")
    rota.desk.run(write, 8, "110001")  # the end belongs to the next
    rota.desk.run(write, 7, "110002")  # another unit's rota


def test_all_or_none_are_entered_when_one_of_them_overlaps(rota: Rota) -> None:
    rota.enter(rota.new(0, 8, "li"))
    later = [rota.new(8, 16, "wang"), rota.new(7, 9, "li", unit="110001")]
    assert refusal(lambda: rota.enter(*later)) == "duty.overlap"
    assert refusal(lambda: rota.enter(rota.new(8, 12, "li"), rota.new(11, 13, "wang"))) == "duty.overlap"
    assert rota.enter(rota.new(8, 12, "li"), rota.new(12, 13, "wang"))


def test_refuse_a_span_when_it_is_empty_past_or_too_long(rota: Rota) -> None:
    assert refusal(lambda: rota.enter(rota.new(8, 8, "li"))) == "duty.span_empty"
    assert refusal(lambda: rota.enter(rota.new(-9, 0, "li"))) == "duty.span_past"
    assert refusal(lambda: rota.enter(rota.new(0, 24 * 365, "li"))) == "duty.span_long"


def test_refuse_people_when_they_cannot_be_called_to_the_unit(rota: Rota) -> None:
    street = rota.desk.unit_id("110001")
    rota.person("foreign", unit="120001")
    rota.person("below", unit="110001001")
    rota.person("district", "district_supervisor", "110")
    rota.person("city", "city_supervisor", None)
    rota.person("gone")
    rota.desk.run(access.disable, "gone", actor="system:test", at=MONDAY)
    for login in ("foreign", "below", "city", "gone"):
        assert refusal(lambda login=login: rota.enter(rota.new(0, 8, login))) == "duty.account_unfit", login
        assert refusal(lambda login=login: rota.enter(rota.new(0, 8, "li", login))) == "duty.backup_unfit", login
    assert refusal(lambda: rota.enter(rota.new(0, 8, "li", "li"))) == "duty.backup_same"
    # The district's people see the street's tickets, but the street's head does not dispose of them.
    assert refusal(lambda: rota.enter(rota.new(0, 8, "district"), units=frozenset({street}))) == "duty.account_unfit"
    assert rota.enter(rota.new(0, 8, "district"))


def test_hand_over_when_a_shift_has_begun(rota: Rota) -> None:
    shift = rota.enter(rota.new(0, 8, "li", "wang"))[0]
    rota.desk.later(hours=3)
    assert refusal(lambda: rota.desk.run(services.remove, shift.shift_id, units=None, at=rota.desk.at)) == (
        "duty.shift_begun"
    )
    rest = rota.verb(services.hand_over, shift.shift_id, units=None, to=rota.person("wang"), actor="account:9")
    assert (rest.starts_at, rest.ends_at) == (rota.desk.at, MONDAY + timedelta(hours=8))
    stored = rota.desk.run(queries.shift_of, shift.shift_id, None)
    assert (stored.starts_at, stored.ends_at) == (MONDAY, rota.desk.at)
    again = {"units": None, "to": None, "actor": "account:9"}
    assert refusal(lambda: rota.verb(services.hand_over, shift.shift_id, **again)) == "duty.not_running"


def test_hand_over_nothing_when_the_next_one_may_not_be_called(rota: Rota) -> None:
    shift = rota.enter(rota.new(0, 8, "li"))[0]
    rota.desk.later(hours=3)
    to = rota.person("foreign", unit="120001")
    handing = {"units": None, "to": to, "actor": "account:9"}
    assert refusal(lambda: rota.verb(services.hand_over, shift.shift_id, **handing)) == "duty.account_unfit"
    assert rota.desk.run(queries.shift_of, shift.shift_id, None).ends_at == MONDAY + timedelta(hours=8)


def test_remove_when_a_shift_has_not_begun_and_called_nobody(rota: Rota) -> None:
    ahead, called = rota.enter(rota.new(20, 28, "li"), rota.new(0, 8, "li"))
    rota.desk.run(services.remove, ahead.shift_id, units=None, at=rota.desk.at)
    assert refusal(lambda: rota.desk.run(queries.shift_of, ahead.shift_id, None)) == "duty.unknown_shift"
    rota.desk.later(minutes=1)
    rota.called()
    rota.desk.later(days=-1)  # a clock set back makes nothing undone
    gone = {"units": None, "at": rota.desk.at}
    assert refusal(lambda: rota.desk.run(services.remove, called.shift_id, **gone)) == "duty.shift_begun"


def test_another_units_shift_looks_like_none_when_it_is_out_of_scope(rota: Rota) -> None:
    shift = rota.enter(rota.new(20, 28, "li"))[0]
    west = rota.desk.reference.below(rota.desk.unit_id("120"))
    out = {"units": west, "at": rota.desk.at}
    assert refusal(lambda: rota.desk.run(services.remove, shift.shift_id, **out)) == "duty.unknown_shift"
    assert refusal(lambda: rota.desk.run(services.remove, shift.shift_id + 99, **out)) == "duty.unknown_shift"
    city = rota.desk.reference
    assert refusal(lambda: services.unit_in_scope("110001", west, city)) == "duty.unknown_unit"
    assert refusal(lambda: services.unit_in_scope("nowhere", west, city)) == "duty.unknown_unit"
