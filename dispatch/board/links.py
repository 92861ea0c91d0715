"""Verbs of the wall's links: issue, revoke, open. Each but the last leaves a line in the access log; instants are the machine's."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from dispatch.access import policy
from dispatch.access.services import digest, note
from dispatch.board.models import WallLink
from dispatch.kernel.errors import DomainError, NotFound

LONGEST_NAME: Final = 60
MOST_DAYS: Final = 3650
MOST_LISTED: Final = 200
TOUCH: Final = timedelta(minutes=1)


def issue(
    session: Session, name: str, *, unit_id: int | None, days: int | None, actor: str, at: datetime
) -> tuple[WallLink, str]:
    """A new link and its token, shown this once. ``days``: how long it opens; None: until it is revoked.

    Raises ``wall.name_unreadable`` and ``wall.days_unreadable``.
    """
    name = name.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise DomainError("wall.name_unreadable", "名称须为 1 至 60 个字符。", field="name")
    if days is not None and not 0 < days <= MOST_DAYS:
        raise DomainError("wall.days_unreadable", "有效天数须为 1 至 3650，留空则长期有效。", field="days")
    token = secrets.token_urlsafe(policy.TOKEN_BYTES)
    expires_at = None if days is None else at + timedelta(days=days)
    link = WallLink(
        token_digest=digest(token), name=name, unit_id=unit_id, issued_by=actor, issued_at=at, expires_at=expires_at
    )
    session.add(link)
    session.flush()
    outcome = "city" if unit_id is None else f"unit:{unit_id}"
    note(session, "wall.issue", actor=actor, at=at, subject=f"wall:{link.wall_link_id}", outcome=outcome)
    return link, token


def revoke(session: Session, number: int, *, units: Collection[int] | None, actor: str, at: datetime) -> WallLink:
    """End a link of these units (None: any); a second time changes nothing. Raises ``wall.unknown``."""
    link = session.get(WallLink, number, with_for_update=True)
    if link is None or not _is_of(link, units):
        raise NotFound("wall.unknown", "没有这个大屏链接，或您无权管理。")
    if link.revoked_at is None:
        link.revoked_by, link.revoked_at = actor, at
        note(session, "wall.revoke", actor=actor, at=at, subject=f"wall:{number}")
    return link


def opened(session: Session, token: str, *, at: datetime) -> WallLink:
    """The link behind a token, its last use noted to the minute. Raises one and the same 404 for unknown, ended and revoked ones."""
    link = session.scalars(
        select(WallLink).where(
            WallLink.token_digest == digest(token),
            WallLink.revoked_at.is_(None),
            or_(WallLink.expires_at.is_(None), WallLink.expires_at > at),
        )
    ).one_or_none()
    if link is None:
        raise NotFound("wall.link_ended", "这个大屏链接不存在或已失效，请联系督办人员重新签发。")
    if link.used_at is None or at - link.used_at >= TOUCH:
        session.execute(update(WallLink).where(WallLink.wall_link_id == link.wall_link_id).values(used_at=at))
    return link


def listed(session: Session, units: Collection[int] | None) -> Sequence[WallLink]:
    """The links of these units (None: all), the newest first."""
    query = select(WallLink).order_by(WallLink.wall_link_id.desc()).limit(MOST_LISTED)
    if units is not None:
        query = query.where(WallLink.unit_id.in_(sorted(units)))
    return session.scalars(query).all()


def _is_of(link: WallLink, units: Collection[int] | None) -> bool:
    return units is None or (link.unit_id is not None and link.unit_id in units)
