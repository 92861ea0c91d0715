"""How the demo ends its month: a port, so that the hotline's demo shows what the assessment makes of it and imports nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.kernel.person import Person


@dataclass(frozen=True, slots=True)
class Month:
    """The replayed month, and who of its people acts: ``first`` prepares and makes known, ``second`` signs. ``people``: both of
    them and some units' own, by whom a table may be contested."""

    period: str
    first: str
    second: str
    at: datetime
    people: tuple[Person, ...] = ()


# What is done is told in sentences for the terminal.
Ending = Callable[[Session, Month], list[str]]
_ENDINGS: list[Ending] = []


def add_ending(ending: Ending) -> None:
    """Called by the composition root; once is enough, twice does no harm."""
    if ending not in _ENDINGS:
        _ENDINGS.append(ending)


def end_month(session: Session, month: Month) -> list[str]:
    """Run every ending; what they say, in order."""
    return [sentence for ending in _ENDINGS for sentence in ending(session, month)]
