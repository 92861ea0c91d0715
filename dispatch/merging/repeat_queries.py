"""Reads behind the repeats: which tickets may be meant, bounded whatever they are, and what they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import ARRAY, BigInteger, ColumnElement, TextClause, and_, any_, bindparam, func, select, text
from sqlalchemy.orm import Session, aliased

from dispatch.kernel.texts import TextEntry
from dispatch.likeness import queries as likeness
from dispatch.likeness.folding import COUNTING
from dispatch.likeness.signature import Signature
from dispatch.merging.checks import MERGEABLE
from dispatch.tickets.models import Ticket

OWN, MATTER, WORDS = "own", "matter", "words"
VOICES_EACH: Final = 10  # many of the tickets that match may be voices of one matter
READ_AT_MOST: Final = 1_000  # of one telephone or matter, however long its history
_LIVE: Final = [*MERGEABLE, "suspended", "merged"]

# Our own words only: every value is bound.
_IS_LIVE: Final = "(t.state = ANY(:live) OR t.received_at >= :since) AND NOT t.is_imported"


def _newest(why: str, source: str, matches: str) -> str:
    found = f"SELECT '{why}', t.ticket_id, coalesce(t.merged_into_id, t.ticket_id) FROM {source}"  # noqa: S608 # nosec B608
    return f"{found} WHERE {matches} AND t.received_at <= :at ORDER BY t.ticket_id DESC LIMIT :limit"


_OF_PHONE: Final = (
    "(SELECT DISTINCT ticket_id FROM voice WHERE phone_index = ANY(:phones)"  # noqa: S608 # nosec B608
    f" ORDER BY ticket_id DESC LIMIT {READ_AT_MOST}) AS own JOIN ticket t USING (ticket_id)"
)
_OF_MATTER: Final = (
    "(SELECT * FROM ticket WHERE place_code = :place AND category = :category"  # noqa: S608 # nosec B608
    f" ORDER BY ticket_id DESC LIMIT {READ_AT_MOST}) AS t"
)
_QUESTIONS: Final = {
    OWN: _newest(OWN, _OF_PHONE, _IS_LIVE),
    MATTER: _newest(MATTER, _OF_MATTER, _IS_LIVE),
    WORDS: _newest(
        WORDS,
        f"({likeness.ALIKE}) AS alike JOIN ticket t USING (ticket_id)",
        "t.received_at >= :since AND t.erased_at IS NULL",
    ),
}


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
    values: dict[str, Any] = {"at": at, "since": at - timedelta(days=days), "live": _LIVE, "limit": limit}
    reasons = []
    if asked.phone_indexes:
        reasons.append(OWN)
        values["phones"] = list(asked.phone_indexes)
    if asked.place_code and asked.category:
        reasons.append(MATTER)
        values |= {"place": asked.place_code, "category": asked.category}
    if signature:
        reasons.append(WORDS)
        values |= likeness.values_of(signature)
    if not reasons:
        return []
    rows = session.execute(_question(tuple(reasons)), values)
    return [Found(*row) for row in rows if asked.ticket_id not in (row[1], row[2])]


@cache
def _question(reasons: tuple[str, ...]) -> TextClause:
    return text(" UNION ALL ".join(f"({_QUESTIONS[why]})" for why in reasons))


def said(session: Session, ticket_ids: Sequence[int]) -> dict[int, Said]:
    """These tickets with their words, by id."""
    return {row[0].ticket_id: Said(*row) for row in session.execute(_SAID, {"ids": list(ticket_ids)})}


def _first(words: type[TextEntry], kind: str) -> ColumnElement[bool]:
    return and_(words.ticket_id == Ticket.ticket_id, words.kind == kind, words.version == 1)


_TITLE, _TEXT = aliased(TextEntry), aliased(TextEntry)
_SAID = (
    select(Ticket, _TITLE.body, func.substr(_TEXT.body, 1, COUNTING))
    .outerjoin(_TITLE, _first(_TITLE, "title"))
    .outerjoin(_TEXT, _first(_TEXT, "text"))
    .where(Ticket.ticket_id == any_(bindparam("ids", type_=ARRAY(BigInteger))))  # one text however many: planned once
)
