"""Short words for the cases: local instants of Beijing, limits, and the answer in local time."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from dispatch.limits.calendar import Calendar
from dispatch.limits.rules import due_at
from dispatch.limits.values import Limit, Mode, Pause

BEIJING = ZoneInfo("Asia/Shanghai")


def local(text: str) -> datetime:
    """``2026-11-23 09:00`` in Beijing."""
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def limit(text: str) -> Limit:
    """``5wd``, ``3nd``; ``3nd!`` counts to the end of the day."""
    return Limit.parse(text.removesuffix("!"), Mode.END_OF_DAY if text.endswith("!") else Mode.ROLLING)


def pause(begins: str, ends: str) -> Pause:
    """A pause between two local instants."""
    return Pause(local(begins), local(ends))


def due(
    start: str,
    first: str,
    extensions: Sequence[str] = (),
    pauses: Sequence[Pause] = (),
    calendar: Calendar | None = None,
) -> str:
    """The due instant as local text."""
    answer = due_at(local(start), limit(first), calendar or Calendar.shipped(), [limit(e) for e in extensions], pauses)
    return answer.at.astimezone(BEIJING).isoformat(" ", "minutes")[:16]
