"""What the layout needs on every page: navigation, the person's place of work, filters and words."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from unicodedata import east_asian_width

from flask import Flask, current_app, g, request

from dispatch.console import big_type, looks, marks, timing
from dispatch.console.words import category_name, tones, words
from dispatch.directory.snapshot import reference
from dispatch.duty.queries import unread_count
from dispatch.kernel.db import current_session
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import current_person_or_none
from dispatch.kernel.slots import Door, NavEntry, doors_of, nav_for

# One line of a small screen (1280 px), in half characters; each entry of the navigation has an icon and room around it.
LINE, BESIDE_LABEL, MORE, BELL = 90, 6, 9, 24


def nav_entries() -> list[NavEntry]:
    """The navigation of whoever is asking."""
    return nav_for(current_app, current_person_or_none())


def nav_parts() -> tuple[list[NavEntry], list[NavEntry]]:
    """The navigation that stands in one line, and what is left for its menu."""
    entries = nav_entries()
    line = LINE - BELL if duty_unread() else LINE
    ends = list(accumulate(_width(_(entry.label)) + BESIDE_LABEL for entry in entries))
    cut = len(ends) if not ends or ends[-1] <= line else bisect_right(ends, line - MORE)
    return entries[:cut], entries[cut:]


def doors() -> list[Door]:
    """What anybody may open without a log-in, beyond the citizens' own page."""
    return doors_of(current_app)


def _width(label: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in label)


def is_here(url: str) -> bool:
    """Whether this page belongs to the navigation's entry: the longest entry that the path begins with."""
    if "here_in_nav" not in g:
        path = f"{request.path}/"
        fitting = [entry.url for entry in nav_entries() if path.startswith(f"{entry.url.rstrip('/')}/")]
        g.here_in_nav = max(fitting, key=len, default=None)
    return bool(url == g.here_in_nav)


def duty_unread() -> int:
    """How many calls of the rota this person has not read: one question by a partial index, for those whom it may call."""
    person = current_person_or_none()
    if person is None or not person.may("duty.answer"):
        return 0
    if "duty_unread" not in g:
        g.duty_unread = unread_count(current_session(), person.account_id)
    return int(g.duty_unread)


def here() -> str:
    """This page's address, to come back to after a switch; the front page after a POST."""
    return request.full_path.rstrip("?") if request.method == "GET" else "/"


def workplace() -> str:
    """The person's unit by name, or their roles where they belong to the hotline itself."""
    person = current_person_or_none()
    if person is None:
        return ""
    if person.unit_id is None:
        return "、".join(_(words.account_role[role]) for role in sorted(person.roles) if role in words.account_role)
    unit = reference(current_session()).by_id.get(person.unit_id)
    return unit.name if unit else ""


def translated(options: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """(value, word) pairs with the words in the reader's language."""
    return [(value, str(_(word))) for value, word in options]


def install(app: Flask) -> None:
    """Filters and globals of the templates."""
    app.jinja_env.filters.update(
        iso_time=timing.iso_time, short_time=timing.short_time, full_time=timing.full_time, category=category_name
    )
    app.jinja_env.tests.update(here=is_here)
    app.jinja_env.globals.update(
        nav_parts=nav_parts,
        is_here=is_here,
        here=here,
        doors=doors,
        workplace=workplace,
        big_type=big_type.is_on,
        look=looks.look,
        duty_unread=duty_unread,
        icon_mark=marks.icon,
        time_mark=marks.time,
        moment=timing.moment,
        simulated_at=timing.simulated_at,
        remaining=timing.remaining,
        card_colour=timing.card_colour,
        limit_words=timing.limit_words,
        words=words,
        tones=tones,
        translated=translated,
    )
