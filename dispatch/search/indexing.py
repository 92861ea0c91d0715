"""What is said about a ticket becomes searchable: seconds after intake by a look at the newest, stragglers by a longer one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dispatch.access.known import known_reporters
from dispatch.access.vault import Vault
from dispatch.kernel.texts import TextEntry
from dispatch.knowledge.tokens import vector
from dispatch.search.models import TicketWords
from dispatch.tickets.models import Ticket
from dispatch.tickets.screening import screened

WEIGHTS: Final = {"title": "A", "address": "B", "text": "C"}
NEWEST: Final = 2_000  # ids: intakes of some seconds at the busiest; whatever commits later is a straggler
LONGEST: Final = 4_000  # characters of each: a lexeme's place may not pass 16,383

_KEEP = text(
    "INSERT INTO ticket_words (ticket_id, words)"
    " SELECT n.ticket_id, CAST(n.words AS tsvector)"
    " FROM unnest(CAST(:ids AS bigint[]), CAST(:words AS text[])) AS n(ticket_id, words)"
    # Whoever comes first has the row: words that were read before an erasure are not written after it.
    " ON CONFLICT (ticket_id) DO NOTHING"
)
# Two walks along primary keys, merged: about a second per million tickets, and only every ten minutes.
_MISSING = text(
    "SELECT t.ticket_id FROM ticket t LEFT JOIN ticket_words w USING (ticket_id) WHERE w.ticket_id IS NULL"
    " ORDER BY t.ticket_id LIMIT :most"
)
# The same among the newest alone: a few thousand looks into two primary keys.
_RECENT = text(
    "SELECT t.ticket_id FROM ticket t LEFT JOIN ticket_words w USING (ticket_id) WHERE w.ticket_id IS NULL"
    " AND t.ticket_id > (SELECT max(ticket_id) FROM ticket) - :newest ORDER BY t.ticket_id LIMIT :most"
)
_NEXT = select(Ticket.ticket_id).where(Ticket.ticket_id > bindparam("after")).order_by(Ticket.ticket_id)
_NEXT = _NEXT.limit(bindparam("most"))
_THERE = select(TicketWords.ticket_id).where(TicketWords.ticket_id.in_(bindparam("ids", expanding=True)))
_SAID = select(TextEntry.ticket_id, TextEntry.kind, TextEntry.body).where(
    TextEntry.ticket_id.in_(bindparam("ids", expanding=True)),
    TextEntry.kind.in_(tuple(WEIGHTS)),
    TextEntry.body.is_not(None),
)


def index(session: Session, ticket_ids: Sequence[int], *, vault: Vault) -> None:
    """Write the words of these tickets as units read them, without numbers and names of reporters: nobody finds out by asking
    for a name which ticket is theirs. Twice does no harm.
    """
    known = known_reporters(session, list(dict.fromkeys(ticket_ids)), vault=vault)
    said: dict[int, list[tuple[str, str]]] = {ticket_id: [] for ticket_id in ticket_ids}
    for row in session.execute(_SAID, {"ids": list(said)}):
        said[row.ticket_id].append((screened(row.body[:LONGEST], known[row.ticket_id]) or "", WEIGHTS[row.kind]))
    values: dict[str, Any] = {"ids": list(said), "words": [vector(parts) for parts in said.values()]}
    session.execute(_KEEP, values)


def fill_recent(session: Session, *, vault: Vault, limit: int) -> int:
    """Write the words of the newest tickets that have none yet; how many there were."""
    return _fill(session, list(session.scalars(_RECENT, {"newest": NEWEST, "most": limit})), vault)


def fill(session: Session, *, vault: Vault, limit: int) -> int:
    """Write the words of any tickets that have none yet, the oldest first; how many there were."""
    return _fill(session, list(session.scalars(_MISSING, {"most": limit})), vault)


def _fill(session: Session, found: list[int], vault: Vault) -> int:
    if found:
        index(session, found, vault=vault)
    return len(found)


def walk(session: Session, *, vault: Vault, after: int, limit: int) -> tuple[int | None, int]:
    """The next tickets by id that have no words yet, among ``limit`` of them: (the last id looked at, how many were written).

    None: there are no more.
    """
    ids = list(session.scalars(_NEXT, {"after": after, "most": limit}))
    missing = sorted(set(ids) - set(session.scalars(_THERE, {"ids": ids}))) if ids else []
    if missing:
        index(session, missing, vault=vault)
    return (ids[-1] if ids else None), len(missing)


def erase(session: Session, ticket_id: int) -> None:
    """The words are gone, and with them what was made of them; the empty row says that nothing is missing."""
    empty = insert(TicketWords).values(ticket_id=ticket_id, words="")
    session.execute(empty.on_conflict_do_update(index_elements=["ticket_id"], set_={"words": ""}))
