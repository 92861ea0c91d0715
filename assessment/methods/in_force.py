"""Which text judges which period: the newest version that was in effect when the period began, else the shipped file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment import schemes
from assessment.methods.models import SchemeVersion
from assessment.periods import Period
from assessment.schemes import Scheme
from dispatch.kernel.errors import DomainError, NotFound


@dataclass(frozen=True)
class Method:
    """A scheme with the text that says it; ``effective_on`` None: as shipped, from the beginning."""

    scheme: Scheme
    body: str
    effective_on: date | None


def names(session: Session) -> list[str]:
    """Of every scheme there is, shipped or the city's own, sorted."""
    own = session.scalars(select(SchemeVersion.name).where(SchemeVersion.withdrawn_at.is_(None)).distinct())
    return sorted({*schemes.builtin_names(), *own})


def versions(session: Session, name: str) -> Sequence[SchemeVersion]:
    """Every version of this name that was put, the newest first, withdrawn ones among them."""
    query = select(SchemeVersion).where(SchemeVersion.name == name)
    return session.scalars(query.order_by(SchemeVersion.effective_on.desc(), SchemeVersion.version.desc())).all()


def methods_of(session: Session, name: str) -> list[Method]:
    """What judges under this name, the latest to come into effect first. Raises ``NotFound`` ``scheme.unknown``."""
    found = [
        Method(schemes.loads(row.body), row.body, row.effective_on)
        for row in (versions(session, name) if name.isprintable() else ())
        if row.withdrawn_at is None
    ]
    if name in schemes.builtin_names():
        found.append(Method(schemes.builtin(name), schemes.builtin_text(name), None))
    if not found:
        known = "、".join(names(session))
        raise NotFound("scheme.unknown", f"没有名为“{name}”的考核办法，可用：{known}。", name=name)
    return found


def on(session: Session, name: str, day: date) -> Method:
    """The one in effect on a local day; of a scheme that only begins later its first. Raises ``NotFound`` ``scheme.unknown``."""
    found = methods_of(session, name)
    return next((one for one in found if one.effective_on is None or one.effective_on <= day), found[-1])


def at_instant(session: Session, name: str, at: datetime, zone: ZoneInfo) -> Method:
    """The one in effect at an instant."""
    return on(session, name, at.astimezone(zone).date())


def for_period(session: Session, name: str, period: str, zone: ZoneInfo) -> tuple[Method, Period]:
    """The one that judges the period of this name, and the period as it counts months. Raises ``scheme.unknown``,
    ``period.unreadable``, ``scheme.not_in_force``: the city's own scheme, which begins only after that period did."""
    for one in methods_of(session, name):
        span = Period.parse(period, one.scheme, zone)
        if one.effective_on is None or one.effective_on <= span.first_on:
            return one, span
    raise DomainError("scheme.not_in_force", f"考核办法“{name}”在周期 {period} 开始时尚未生效。", period=period)


def all_at(session: Session, at: datetime, zone: ZoneInfo) -> list[Scheme]:
    """Every scheme as in effect at an instant: what pickers offer."""
    return [at_instant(session, name, at, zone).scheme for name in names(session)]


def of_words(session: Session, words: str, period: str, zone: ZoneInfo) -> tuple[Scheme, Period]:
    """What a command calls a scheme: a ``.toml`` file, or the name of one in force in the period. Raises as ``for_period``."""
    if words.endswith(".toml"):
        scheme = schemes.load(words)
        return scheme, Period.parse(period, scheme, zone)
    found, span = for_period(session, words, period, zone)
    return found.scheme, span
