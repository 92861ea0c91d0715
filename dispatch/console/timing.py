"""Instants on pages: the request's one business instant, local times, and what is left of a limit."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import cast

from flask import g

from dispatch.kernel.application import now, runtime
from dispatch.kernel.clock import SystemClock
from dispatch.kernel.i18n import gettext as _
from dispatch.limits.rules import Limit

MINUTE, HOUR, DAY = 60, 3600, 86400


def moment() -> datetime:
    """The business instant of this request: asked once, so that a page does not contradict itself."""
    if "console_at" not in g:
        g.console_at = now()
    return cast(datetime, g.console_at)


def simulated_at() -> datetime | None:
    """The business instant while it is not the machine's; None in earnest."""
    clock = runtime().clock
    if isinstance(clock, SystemClock):
        return None
    at, real = moment(), runtime().machine_clock.now()
    return at if abs(at - real) > timedelta(minutes=1) else None


def local(at: datetime) -> datetime:
    """``at`` in the business time zone."""
    return at.astimezone(runtime().config.time_zone)


def local_day(at: datetime) -> date:
    """The local day of ``at``."""
    return local(at).date()


def day_began(at: datetime) -> datetime:
    """Midnight of the local day of ``at``."""
    return local(at).replace(hour=0, minute=0, second=0, microsecond=0)


def iso_time(at: datetime) -> str:
    """For ``<time datetime>``: ISO 8601 with the business offset, whole seconds."""
    return local(at).isoformat(timespec="seconds")


def short_time(at: datetime) -> str:
    """``11-22 19:41``, with the year where it is another than this one."""
    then = local(at)
    return f"{then:%m-%d %H:%M}" if then.year == local(moment()).year else f"{then:%Y-%m-%d %H:%M}"


def full_time(at: datetime) -> str:
    """``2026-11-22 19:41:07``."""
    return f"{local(at):%Y-%m-%d %H:%M:%S}"


def remaining(due_at: datetime, at: datetime) -> str:
    """``剩 2 天 3 小时`` before the due instant, ``超时 5 分钟`` after it; two units, rounded down."""
    seconds = int((due_at - at).total_seconds())
    if at <= due_at:
        return str(_("剩 %(span)s", span=span_words(seconds)))
    return str(_("超时 %(span)s", span=span_words(-seconds)))


def span_words(seconds: int) -> str:
    """A length of time in the two largest units that say something."""
    days, hours, minutes = seconds // DAY, seconds % DAY // HOUR, seconds % HOUR // MINUTE
    if days:
        return str(_("%(days)s 天 %(hours)s 小时", days=days, hours=hours) if hours else _("%(days)s 天", days=days))
    if hours:
        if not minutes:
            return str(_("%(hours)s 小时", hours=hours))
        return str(_("%(hours)s 小时 %(minutes)s 分", hours=hours, minutes=minutes))
    return str(_("%(minutes)s 分钟", minutes=minutes) if minutes else _("不到 1 分钟"))


def countdown_words() -> dict[str, str]:
    """The sentences of :func:`remaining` with their gaps left open, for a page that counts the minutes down by itself."""
    return {
        "left": _("剩 %(span)s", span="{span}"),
        "late": _("超时 %(span)s", span="{span}"),
        "days-hours": _("%(days)s 天 %(hours)s 小时", days="{days}", hours="{hours}"),
        "days": _("%(days)s 天", days="{days}"),
        "hours-minutes": _("%(hours)s 小时 %(minutes)s 分", hours="{hours}", minutes="{minutes}"),
        "hours": _("%(hours)s 小时", hours="{hours}"),
        "minutes": _("%(minutes)s 分钟", minutes="{minutes}"),
        "moment": _("不到 1 分钟"),
    }


def card_colour(due_at: datetime | None, yellow_at: datetime | None, at: datetime) -> str | None:
    """The card an open assignment stands under at ``at`` (rules.md §1): red after due, yellow from its instant on."""
    if due_at is None:
        return None
    if at > due_at:
        return "red"
    return "yellow" if yellow_at is not None and at >= yellow_at else None


def limit_words(limit: str | None) -> str:
    """``7nd`` → ``7 个自然日``; ``24h``, ``5wd`` and ``8wh`` likewise (rules.md §1). A dash for none."""
    if not limit:
        return "—"
    parsed = Limit.parse(limit)
    sentences = {
        "h": _("%(amount)s 小时", amount=parsed.amount),
        "nd": _("%(amount)s 个自然日", amount=parsed.amount),
        "wd": _("%(amount)s 个工作日", amount=parsed.amount),
        "wh": _("%(amount)s 个工作小时", amount=parsed.amount),
    }
    return str(sentences[parsed.unit])
