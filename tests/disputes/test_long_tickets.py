"""A ticket with a long story: its page shows the newest lines first and the whole on demand."""

from __future__ import annotations

import re

from dispatch.console.ticket_page import NEWEST_EVENTS, NEWEST_NOTES
from dispatch.tickets import noting
from tests.disputes.test_pages import Enter, enter, pages
from tests.town import Desk

__all__ = ["enter", "pages"]

LINES = re.compile(r'<span class="timeline-icon')
WRITTEN = re.compile(r"第 (\d+) 次查看")


def lengthened(desk: Desk, count: int) -> str:
    accepted = desk.accept()
    for number in range(1, count + 1):
        desk.run(
            noting.note,
            accepted.ticket_id,
            unit_id=desk.unit_id("110001"),
            words=f"第 {number} 次查看",
            reference=desk.reference,
            actor="account:2",
            at=desk.at,
        )
    return str(accepted.ticket_no)


def test_page_shows_the_newest_lines_and_says_how_many_are_older_when_the_story_is_long(
    enter: Enter, desk: Desk
) -> None:
    number = lengthened(desk, 70)
    officer = enter("unit_officer", "110001")
    events = desk.ticket(desk.accepted[0].ticket_id).event_count
    page = officer.get(f"/tickets/{number}").text
    assert len(LINES.findall(page)) == NEWEST_EVENTS
    assert f"显示更早的 {events - NEWEST_EVENTS} 条" in page
    assert [int(one) for one in WRITTEN.findall(page)] == list(range(71 - NEWEST_NOTES, 71)), "in the order of time"
    assert "显示更早的备注" in page


def test_page_shows_everything_when_the_whole_is_asked_for(enter: Enter, desk: Desk) -> None:
    number = lengthened(desk, 70)
    officer = enter("unit_officer", "110001")
    events = desk.ticket(desk.accepted[0].ticket_id).event_count
    page = officer.get(f"/tickets/{number}?show=all").text
    assert len(LINES.findall(page)) == events
    assert [int(one) for one in WRITTEN.findall(page)] == list(range(1, 71))
    assert "显示更早" not in page


def test_page_says_nothing_of_older_lines_when_there_are_none(enter: Enter, desk: Desk) -> None:
    number = lengthened(desk, NEWEST_NOTES)
    page = enter("unit_officer", "110001").get(f"/tickets/{number}").text
    assert len(WRITTEN.findall(page)) == NEWEST_NOTES
    assert "显示更早" not in page
