"""The city's overview tells by local day how matters ended, over indexes of instants."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import text

from dispatch.access import services as access
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.outcomes import daily, services, withdrawing
from dispatch.outcomes.endings import Outcome
from tests.apps import whole_app
from tests.town import Desk

VAGUE = {"title": "有件事", "text": "想反映一件事情"}
PASSWORD = "correct horse battery"


def end(desk: Desk, outcome: Outcome) -> int:
    ticket_id = int(desk.accept(kind="consultation", **VAGUE).ticket_id)
    procedure = desk.reference.procedure
    desk.run(services.end, ticket_id, outcome, procedure=procedure, actor="account:1", at=desk.at)
    return ticket_id


def told(desk: Desk, count: int = 7) -> dict[str, dict[str, int]]:
    """Local day → the counts that are not 0."""
    found = desk.run(daily.days, at=desk.at, count=count, calendar=desk.reference.calendar)
    assert [day.on for day in found] == [_today(desk) - timedelta(days=back) for back in range(count)]
    return {day.on.isoformat(): {kind: number for kind, number in day.counts.items() if number} for day in found}


def _today(desk: Desk) -> date:
    return desk.reference.calendar.local_day(desk.at)


def a_day(desk: Desk) -> None:
    """One of each, and an answer that did not hold."""
    for outcome in (
        Outcome("answered", "可以"),
        Outcome("declined", ground="secret"),
        Outcome("transferred", agency="110"),
        Outcome("invalid", ground="no_matter"),
        Outcome("invalid", ground="harassment"),
    ):
        end(desk, outcome)
    wrong = end(desk, Outcome("answered", "可以"))
    desk.run(services.restore, wrong, reason="仍需办理", actor="account:8", at=desk.at)
    gone = desk.accept().ticket_id
    known = {"reference": desk.reference, "actor": "account:1", "at": desk.at}
    desk.run(withdrawing.withdraw, gone, reason="已自行解决", **known)


EACH = dict.fromkeys(("answered", "declined", "transferred", "invalid", "harassment", "withdrawn", "dispatched"), 1)


def test_count_each_ending_once_on_its_local_day_when_days_go_by(desk: Desk) -> None:
    a_day(desk)
    desk.later(hours=14, minutes=59, seconds=59)  # 23:59:59 in Beijing, still Monday
    end(desk, Outcome("answered", "可以"))
    desk.later(seconds=1)
    end(desk, Outcome("answered", "可以"))
    found = told(desk)
    assert found["2026-11-02"] == EACH | {"answered": 2}
    assert found["2026-11-03"] == {"answered": 1}
    assert [day for day, counts in found.items() if counts] == ["2026-11-03", "2026-11-02"]
    assert told(desk, count=1) == {"2026-11-03": {"answered": 1}}


def test_count_a_dispatch_once_when_the_ticket_goes_on_to_another_unit(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    desk.later(hours=1).dispute(ticket_id)
    desk.rule(ticket_id, "upheld", "110002")
    assert told(desk)["2026-11-02"] == {"dispatched": 1}


def test_city_page_shows_the_days_of_the_policy(config: Config, desk: Desk) -> None:
    a_day(desk)
    app: Flask = whole_app(config, clock=FixedClock(desk.at), machine_clock=FixedClock(desk.at))
    app.config["WTF_CSRF_ENABLED"] = False
    who: dict[str, Any] = {"login": "super", "name": "督办", "password": PASSWORD, "roles": ["city_supervisor"]}
    desk.run(access.create, actor="system:test", at=desk.at, **who)
    client = app.test_client()
    client.post("/login", data={"login": "super", "password": PASSWORD})
    page = client.get("/city").text
    assert len(re.findall(r"data-day=", page)) == desk.reference.procedure.overview_days
    today = page.split('data-day="2026-11-02"')[1].split("</tr>")[0]
    assert {kind: int(number) for kind, number in re.findall(r'data-kind="(\w+)">(\d+)<', today)} == EACH
    assert "data-day" not in client.get("/city", headers={"HX-Request": "true"}).text, "not counted every 10 seconds"


def test_endings_are_found_by_their_index_when_there_are_many(desk: Desk) -> None:
    a_day(desk)

    def plan(session: Any) -> str:
        session.execute(text("SET LOCAL enable_seqscan = off"))
        query = "EXPLAIN SELECT kind FROM ending WHERE ended_at >= :at AND ended_at <= :at AND reversed_at IS NULL"
        return str(session.execute(text(query), {"at": desk.at}).all())

    assert "ix_ending_ended_at" in desk.run(plan)
