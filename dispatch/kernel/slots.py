"""Named slots of the pages: what one part offers and another fills, so that neither imports the other (design §8)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import Flask

from dispatch.kernel.person import Person

KEY = "hotline_nav"
PANELS = "hotline_panels"
DOORS = "hotline_doors"


def always() -> bool:
    """Open day and night."""
    return True


def everyone(_person: Person) -> bool:
    """No restriction beyond the permissions."""
    return True


@dataclass(frozen=True, slots=True)
class NavEntry:
    """One entry of the navigation: shown to whoever holds one of ``permissions`` and passes ``is_for``.

    ``label`` is a Chinese msgid, ``icon`` a bootstrap-icons name without ``bi-``. The entry with the lowest ``order`` that a
    person sees is where they land after log-in.
    """

    label: str
    url: str
    permissions: tuple[str, ...]
    icon: str
    order: int
    is_for: Callable[[Person], bool] = everyone

    def is_visible(self, person: Person) -> bool:
        """Whether this person sees the entry."""
        return bool(person.permissions.intersection(self.permissions)) and self.is_for(person)


def add_nav(app: Flask, *entries: NavEntry) -> None:
    """Offer ``entries`` to the navigation of every page; any part may call it while it is installed."""
    app.extensions.setdefault(KEY, []).extend(entries)


def nav_for(app: Flask, person: Person | None) -> list[NavEntry]:
    """The navigation of this person, in order; empty for a passer-by."""
    if person is None:
        return []
    entries = cast(list[NavEntry], app.extensions.get(KEY, []))
    return sorted((entry for entry in entries if entry.is_visible(person)), key=lambda entry: entry.order)


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of somebody else's page: fetched from ``url`` once the page stands, for whoever holds one of ``permissions``."""

    url: str
    permissions: tuple[str, ...]


def add_panel(app: Flask, place: str, panel: Panel) -> None:
    """Offer ``panel`` to the page that names its slot ``place``."""
    app.extensions.setdefault(PANELS, {}).setdefault(place, []).append(panel)


def panels_for(app: Flask, place: str, person: Person) -> list[Panel]:
    """What this person sees in the slot."""
    offered = cast(dict[str, list[Panel]], app.extensions.get(PANELS, {}))
    return [one for one in offered.get(place, []) if person.permissions.intersection(one.permissions)]


@dataclass(frozen=True, slots=True)
class Door:
    """What anybody may open without a log-in: a link on the citizens' page and below the log-in, while ``is_open`` says so.

    ``label`` and ``words`` (what one finds behind it) are Chinese msgids, ``icon`` a bootstrap-icons name without ``bi-``.
    """

    label: str
    words: str
    url: str
    icon: str
    is_open: Callable[[], bool] = always


def add_door(app: Flask, *doors: Door) -> None:
    """Offer ``doors`` to everybody; any part may call it while it is installed."""
    app.extensions.setdefault(DOORS, []).extend(doors)


def doors_of(app: Flask) -> list[Door]:
    """The doors that are open now."""
    return [door for door in cast(list[Door], app.extensions.get(DOORS, [])) if door.is_open()]
