"""A name that was found, with what it may mean."""

from __future__ import annotations

from typing import NamedTuple

from dispatch.routing.matching import Span


class Home(NamedTuple):
    """A unit that is meant, with its district and township (empty where there is none); a place in it, where one is named."""

    code: str
    district: str
    township: str
    place_id: int | None = None


class Hit(NamedTuple):
    """A span, what it may mean, how much it says (0–100), and whether it is a name by itself and hardly a part of a longer one."""

    span: Span
    homes: tuple[Home, ...]
    strength: int
    is_whole: bool = True
