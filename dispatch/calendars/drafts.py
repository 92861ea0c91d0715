"""A calendar sent in by an administrator: kept with what it would move, put into force by a second press, or thrown away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.calendars import recount, services
from dispatch.calendars.models import CalendarDraft
from dispatch.calendars.notice import Notice, NoticeDay
from dispatch.calendars.recount import Moved
from dispatch.calendars.services import Local
from dispatch.directory.snapshot import forget, reference
from dispatch.kernel.canonical import instant
from dispatch.kernel.errors import Conflict, DomainError, NotFound

NOTICE, LOCAL = "notice", "local"
LOOKED_AT: Final = (
    10_000  # tickets that a preview counts again; in all of them it takes the command, or putting it into force
)
SHOWN: Final = 50
LARGEST: Final = 2**63 - 1
PREVIEWER: Final = "system:calendar"


def begin(session: Session, sent: Notice | Sequence[Local], *, source: str, actor: str, at: datetime) -> CalendarDraft:
    """Keep what was sent in, with what it would move. Raises ``calendar.nothing_changes``.

    What is wrong with a file has been said by whoever read it. A change on record meanwhile shows when it is put.
    """
    kind, year = (NOTICE, sent.year) if isinstance(sent, Notice) else (LOCAL, None)
    days = [[day[0].isoformat(), *day[1:]] for day in (sent.days if isinstance(sent, Notice) else sent)]
    first, preview = _tried(session, sent, at)
    made = CalendarDraft(
        kind=kind,
        year=year,
        days=days,
        source=source,
        actor=actor,
        at=at,
        preview=preview,
        first_changed=first,
        walked_to=0,
        looked_at=0,
        moved=0,
        orders_moved=0,
    )
    session.add(made)
    session.flush()
    return made


def draft(session: Session, draft_id: int, *, is_locked: bool = False) -> CalendarDraft:
    """One of them. Raises ``calendar.draft_unknown``."""
    found = None
    if 0 < draft_id <= LARGEST:
        found = session.get(CalendarDraft, draft_id, with_for_update=is_locked, populate_existing=is_locked)
    if found is None:
        raise NotFound("calendar.draft_unknown", "没有这份待生效的日历，可能已删除。")
    return found


def listed(session: Session, *, limit: int = 20) -> Sequence[CalendarDraft]:
    """The last ones, newest first."""
    return session.scalars(select(CalendarDraft).order_by(CalendarDraft.draft_id.desc()).limit(limit)).all()


def put(session: Session, draft_id: int, *, actor: str, at: datetime) -> CalendarDraft:
    """Into force, now; the walk over the open tickets begins. Raises ``calendar.already_put`` or ``calendar.nothing_changes``."""
    row = draft(session, draft_id, is_locked=True)
    if row.put_at is not None:
        raise Conflict("calendar.already_put", "这份日历已经生效。")
    row.first_changed = min(_change(session, sent_in(row), source=row.source, actor=actor, at=at))
    row.put_at, row.put_by = at, actor
    return row


def discard(session: Session, draft_id: int) -> None:
    """Throw it away. Raises ``calendar.already_put``."""
    row = draft(session, draft_id, is_locked=True)
    if row.put_at is not None:
        raise Conflict("calendar.already_put", "这份日历已经生效，不能删除；要改回去，请导入原来的安排。")
    session.delete(row)


def sent_in(row: CalendarDraft) -> Notice | Sequence[Local]:
    """The notice or the additions that a draft holds."""
    if row.kind == NOTICE:
        return Notice(row.year or 0, tuple(NoticeDay(date.fromisoformat(day), *rest) for day, *rest in row.days))
    return [Local(date.fromisoformat(day), *rest) for day, *rest in row.days]


def _change(session: Session, sent: Notice | Sequence[Local], *, source: str, actor: str, at: datetime) -> list[date]:
    if isinstance(sent, Notice):
        changed = services.replace_notice(session, sent, source=source, actor=actor, at=at)
    else:
        changed = services.replace_local(session, sent, source=source, actor=actor, at=at)
    if not changed:
        raise DomainError("calendar.nothing_changes", "与现行安排相同，没有需要更改的日子。", field="file")
    return changed


def _tried(session: Session, sent: Notice | Sequence[Local], at: datetime) -> tuple[date, dict[str, Any]]:
    """Put it into force, count again, and take everything back: the first day that changes, and what was seen."""
    attempt = session.begin_nested()
    try:
        changed = _change(session, sent, source="preview", actor=PREVIEWER, at=at)
        city = reference(session, at)
        codes = {unit.unit_id: unit.code for unit in city.by_id.values()}
        since = recount.since(changed, city.calendar)
        batch = recount.preview(session, city, since, after=0, limit=LOOKED_AT)
    finally:
        attempt.rollback()
        session.expire_all()
        forget(session)
    return min(changed), {
        "changed": len(changed),
        "looked_at": batch.seen,
        "is_whole": batch.after is None,
        "promises": sum(one.part == 0 for one in batch.moved),
        "parts": sum(one.part != 0 for one in batch.moved),
        "tickets": len({one.ticket_id for one in batch.moved}),
        "rows": [_row(one, codes) for one in batch.moved[:SHOWN]],
    }


def _row(one: Moved, codes: dict[int, str]) -> list[Any]:
    before, after = (instant(at) if at else None for at in (one.before, one.after))
    return [one.ticket_id, one.ticket_no, codes.get(one.unit_id or 0, ""), one.part, before, after]
