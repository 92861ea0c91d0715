"""升级提醒: a step of the ladder reaches whom it should tell, once, through the outbox."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from dispatch.notices.models import Notice
from dispatch.tickets.models import LadderStep
from tests.notices.conftest import Town
from tests.tickets.test_time import suspend


def inbox(town: Town, unit: str) -> list[str | None]:
    """For whom in the unit each line about the ladder is, oldest first."""
    query = select(Notice.for_role).where(Notice.unit_id == town.desk.unit_id(unit), Notice.kind == "ladder.reached")
    return list(town.desk.run(lambda session: session.scalars(query.order_by(Notice.notice_id)).all()))


def reached(town: Town) -> list[str]:
    query = select(LadderStep.step).order_by(LadderStep.should_at)
    return list(town.desk.run(lambda session: session.scalars(query).all()))


def swept(town: Town, **later: int) -> Town:
    town.desk.later(**later).sweep()
    town.perform()
    return town


def test_ladder_climbs_from_the_unit_to_its_head_its_district_and_the_city(town: Town) -> None:
    town.desk.accept()  # Monday 10:00, seven natural days
    assert reached(swept(town, days=3)) == []
    assert (reached(swept(town, days=1)), inbox(town, "110001")) == (["50%"], [None])
    assert (reached(swept(town, days=2)), inbox(town, "110001")) == (["50%", "25%"], [None, None])
    assert inbox(town, "110") == []
    swept(town, days=1, minutes=1)
    assert reached(town)[-1] == "due"
    assert (inbox(town, "110001")[-1], inbox(town, "110")) == ("unit_head", [None])
    assert reached(swept(town, days=2))[-1] == "+1wd"
    assert inbox(town, "110") == [None, None]
    swept(town, days=7)
    assert reached(town) == ["50%", "25%", "due", "+1wd", "+5wd"]
    assert (len(inbox(town, "110")), len(inbox(town, "100000"))) == (3, 1)
    assert len(reached(swept(town, days=30))) == 5


def test_nobody_is_told_when_the_unit_has_completed(town: Town) -> None:
    ticket_id = town.desk.accept().ticket_id
    town.desk.later(hours=1).acknowledge(ticket_id)
    town.desk.complete(ticket_id)
    assert reached(swept(town, days=20)) == []


def test_effect_shows_once_when_it_is_performed_twice_and_swept_by_many(town: Town) -> None:
    town.desk.accept()
    for _ in range(3):
        swept(town, days=0 if reached(town) else 4)
    assert (reached(town), inbox(town, "110001")) == (["50%"], [None])


def test_matter_that_rests_urges_nobody_and_reminds_when_it_goes_on(town: Town) -> None:
    desk = town.desk
    ticket_id = desk.accept().ticket_id
    desk.acknowledge(ticket_id)
    assert reached(swept(town, days=4)) == ["50%"]
    suspend(desk, ticket_id, date(2026, 11, 20))  # three of seven days are left
    assert reached(swept(town, days=14)) == ["50%"]
    assert reached(swept(town, days=1)) == ["50%", "50%"], "of the new due instant, once, when the clock runs again"
    assert desk.ticket(ticket_id).state == "acknowledged"
    assert reached(swept(town, hours=1)) == ["50%", "50%"]
