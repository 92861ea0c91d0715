"""The two smallest building blocks, which a page shows a hundred times: made in Python, a macro costs twenty times as much."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from markupsafe import Markup

from dispatch.console.timing import iso_time, short_time

NO_TIME = Markup('<span class="soft">—</span>')


@cache
def icon(name: str) -> Markup:
    """A sign of the icon font, beside words that say the same. The names are few and our own."""
    return Markup('<i class="bi bi-{}" aria-hidden="true"></i>').format(name)


def time(at: datetime | None) -> Markup:
    """An instant in short, whole for machines; a dash for none."""
    if not at:
        return NO_TIME
    # Digits and signs of our own making: nothing to escape, and Markup.format would cost three times the rest.
    return Markup(f'<time class="nowrap" datetime="{iso_time(at)}">{short_time(at)}</time>')  # noqa: S704  # nosec B704
