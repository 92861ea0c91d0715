"""What the API and the pages of the knowledge base share: whose articles these are, days as instants, and If-Match."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from dispatch.access.scope import unit_ids_in_scope
from dispatch.directory.snapshot import Reference
from dispatch.kernel.errors import DomainError
from dispatch.kernel.person import Person
from dispatch.knowledge import queries
from dispatch.knowledge.content import Content

KEEPING = frozenset({"knowledge.edit", "knowledge.publish"})
A_DAY = timedelta(days=1)
A_MOMENT = timedelta(microseconds=1)


class Changed(DomainError):
    """Somebody was quicker: the article is no longer what the client read."""

    def __init__(self) -> None:
        super().__init__(
            "knowledge.changed", "这篇知识已被他人更新，请重新读取后再操作。", status=412, field="If-Match"
        )


def kept_by(session: Session, person: Person, *, at: datetime) -> frozenset[int] | None:
    """The units whose articles this person keeps: their own and those below; None: all; empty for mere readers."""
    if not KEEPING & person.permissions:
        return frozenset()
    return unit_ids_in_scope(session, person, at=at)


def content_of(data: dict[str, Any], *, person: Person, city: Reference, at: datetime) -> Content:
    """Loaded data of ``ArticleSchema`` as the services take it. Raises ``unit.unknown`` for a unit that is not there."""
    today = at.astimezone(city.calendar.zone).date()
    last = data["valid_until"]
    return Content(
        title=data["title"],
        questions=data["questions"],
        body=data["body"],
        legal_basis=data["legal_basis"],
        category=data["category"],
        unit_id=_unit_id(data["unit_code"], person, city),
        valid_from=_midnight(data["valid_from"] or today, city),
        valid_to=_midnight(last + A_DAY, city) if last else None,
        review_at=_midnight(data["review_on"], city),
    )


def first_day(instant: datetime, city: Reference) -> date:
    """The local day that begins at an instant."""
    return instant.astimezone(city.calendar.zone).date()


def last_day(end: datetime | None, city: Reference) -> date | None:
    """The last local day before an end; None where there is none."""
    return (end - A_MOMENT).astimezone(city.calendar.zone).date() if end else None


def require_match(session: Session, article_id: int, *, within: frozenset[int] | None, at: datetime) -> None:
    """Lock the article and hold it against If-Match, where one is sent. Raises 404, and 412 ``knowledge.changed``."""
    if not request.if_match:
        return
    queries.article_view(session, article_id, at=at, within=within)
    article = queries.lock_article(session, article_id)
    if article is not None and not request.if_match.contains(str(article.change_count)):
        raise Changed


def _unit_id(code: str | None, person: Person, city: Reference) -> int | None:
    if not code:
        return person.unit_id
    unit = city.by_code.get(code)
    if unit is None:
        raise DomainError("unit.unknown", "没有这个单位，请重新选择。", field="unit_code")
    return unit.unit_id


def _midnight(day: date, city: Reference) -> datetime:
    return datetime.combine(day, time.min, tzinfo=city.calendar.zone)
