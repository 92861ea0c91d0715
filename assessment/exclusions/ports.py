"""How cases and publications meet without knowing each other: what an appeal asks, what a granted one answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Published:
    """A published table, as an appeal is against it: the words of ``hotline rank``, and since when it is public."""

    publication_id: int
    scheme: str
    period: str
    group: str
    published_at: datetime


class Publications(Protocol):
    """Who knows what is published."""

    def published(self, session: Session, publication_id: int) -> Published | None:
        """The publication of this number; None where there is none or it is not published (any more)."""

    def open_to_appeal(self, session: Session, unit_code: str, at: datetime) -> list[Published]:
        """The published tables in which this unit has a row, newest first, at most a page full."""

    def correct(self, session: Session, needed: CorrectionNeeded, *, actor: str, at: datetime) -> None:
        """Begin the correction that a granted appeal asks for."""


@dataclass(frozen=True)
class CorrectionNeeded:
    """A granted appeal: this publication needs a correction version by ``due_at`` (the end of the last working day)."""

    publication_id: int
    case_id: int
    due_at: datetime


_known: list[Publications] = []


def connect(publications: Publications) -> None:
    """Told once by the composition root; until then nothing is published."""
    _known[:] = [publications]


def correct(session: Session, needed: CorrectionNeeded, *, actor: str, at: datetime) -> None:
    """What ``Publications.correct`` does."""
    if _known:
        _known[0].correct(session, needed, actor=actor, at=at)


def is_connected() -> bool:
    """Whether somebody knows what is published."""
    return bool(_known)


def published(session: Session, publication_id: int) -> Published | None:
    """What ``Publications.published`` says."""
    return _known[0].published(session, publication_id) if _known else None


def open_to_appeal(session: Session, unit_code: str, at: datetime) -> list[Published]:
    """What ``Publications.open_to_appeal`` says."""
    return _known[0].open_to_appeal(session, unit_code, at) if _known else []
