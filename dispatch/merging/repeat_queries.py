"""Reads behind the repeats: which tickets may be meant, bounded whatever they are, and what they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Select, Text, and_, func, literal_column, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from dispatch.access.vault_models import Voice
from dispatch.kernel.texts import TextEntry
from dispatch.likeness import queries as likeness
from dispatch.likeness.folding import COUNTING
from dispatch.likeness.signature import Signature
from dispatch.merging.checks import MERGEABLE
from dispatch.tickets.models import Ticket

OWN, MATTER, WORDS = "own", "matter", "words"
VOICES_EACH: Final = 10  # many of the tickets that match may be voices of one matter
_LIVE: Final = (*MERGEABLE, "suspended", "merged")
_SURVIVOR: Final = func.coalesce(Ticket.merged_into_id, Ticket.ticket_id)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of the new matter; what is missing is not asked for. ``ticket_id``: of the matter itself, where it has one."""

    title: str = ""
    text: str = ""
    place_code: str | None = None
    category: str | None = None
    phone_indexes: Sequence[bytes] = ()
    ticket_id: int | None = None


class Found(NamedTuple):
    """A ticket that may be meant, the matter that it belongs to, and why: ``own``, ``matter`` or ``words``."""

    why: str
    ticket_id: int
    survivor_id: int


class Said(NamedTuple):
    """A ticket with its first title and the beginning of its text, None where they are gone."""

    ticket: Ticket
    title: str | None
    text: str | None


def find(
    session: Session, asked: Asked, signature: Signature | None, *, at: datetime, days: int, limit: int
) -> list[Found]:
    """The newest of each reason, ``limit`` at most: of the same telephone or matter those that are open or were received in the
    last ``days``; of alike words only the latter.
    """
    young = Ticket.received_at >= at - timedelta(days=days)
    live = and_(or_(Ticket.state.in_(_LIVE), young), Ticket.is_imported.is_(False))
    questions: list[Select[str, int, int]] = []
    if asked.phone_indexes:
        own = select(Voice.ticket_id).where(Voice.phone_index.in_(asked.phone_indexes))
        questions.append(_newest(OWN, Ticket.ticket_id.in_(own) & live, at, limit))
    if asked.place_code and asked.category:
        same = and_(Ticket.place_code == asked.place_code, Ticket.category == asked.category)
        questions.append(_newest(MATTER, same & live, at, limit))
    if signature:
        alike = Ticket.ticket_id.in_(likeness.ALIKE)
        questions.append(_newest(WORDS, alike & young & Ticket.erased_at.is_(None), at, limit))
    if not questions:
        return []
    rows = session.execute(union_all(*questions), likeness.values_of(signature) if signature else {})
    return [Found(*row) for row in rows if asked.ticket_id not in (row[1], row[2])]


def _newest(why: str, matches: ColumnElement[bool], at: datetime, limit: int) -> Select[str, int, int]:
    return (
        select(literal_column(f"'{why}'", Text()), Ticket.ticket_id, _SURVIVOR)
        .where(matches, Ticket.received_at <= at)
        .order_by(Ticket.ticket_id.desc())
        .limit(limit)
    )


def said(session: Session, ticket_ids: Sequence[int]) -> dict[int, Said]:
    """These tickets with their words, by id."""
    title, text = aliased(TextEntry), aliased(TextEntry)
    rows = session.execute(
        select(Ticket, title.body, func.substr(text.body, 1, COUNTING))
        .outerjoin(title, _first(title, "title"))
        .outerjoin(text, _first(text, "text"))
        .where(Ticket.ticket_id.in_(ticket_ids))
    )
    return {row[0].ticket_id: Said(*row) for row in rows}


def _first(words: type[TextEntry], kind: str) -> ColumnElement[bool]:
    return and_(words.ticket_id == Ticket.ticket_id, words.kind == kind, words.version == 1)
