"""Reading instants as the exchange writes them (design §9): ISO 8601 with offset."""

from __future__ import annotations

import re
from datetime import datetime

from dispatch.kernel.errors import DomainError
from dispatch.limits.values import Pause

# datetime.fromisoformat alone also takes week dates and 20260101.
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})"
)


def parse_instant(text: str) -> datetime:
    """Read ``2026-10-01T09:00:00+08:00`` or ``…Z``; anything else is ``limit.instant_unreadable``."""
    if _INSTANT.fullmatch(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass  # the right shape, but no such day or hour
    raise DomainError(
        "limit.instant_unreadable",
        f"时间“{text[:40]}”无法识别，应为带时区偏移的 ISO 8601,例如 2026-10-01T09:00:00+08:00。",
    )


def parse_pause(text: str) -> Pause:
    """Read ``A/B``, two instants; anything else is ``limit.pause_unreadable``."""
    begins, slash, ends = text.partition("/")
    if not slash:
        raise DomainError("limit.pause_unreadable", f"暂停“{text[:80]}”无法识别，应为“开始/结束”两个时间。")
    return Pause(parse_instant(begins), parse_instant(ends))
