"""The facts of a publication in SQL: copied by one INSERT … SELECT, hashed where they lie, counted by the same conditions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Text,
    and_,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.orm import Session

from assessment import beside, conditions, facts
from assessment.counted import FIELDS
from assessment.metrics import Counts
from assessment.periods import Period
from assessment.publications import counted_as
from assessment.publications.models import PublicationFact, PublicationUnit
from assessment.schemes.model import Group, Scheme

BATCH = 10_000
# What is hashed and explained, in the order in which it is hashed (``digest.FORM``).
COLUMNS = (
    "ticket_id",
    "ticket_no",
    "kind",
    "unit_id",
    "lead_id",
    "is_voice",
    "is_imported",
    "is_excluded",
    "is_withdrawn",
    "is_pending",
    "reached",
    "contacted",
    "solved",
    "satisfaction",
    "is_on_time",
    "is_explained",
    "redos",
    "returns",
    "received_at",
    "dispatched_at",
    "due_at",
    "followed_up_at",
    "first_contact_at",
    "completed_at",
)


def unbounded(session: Session) -> None:
    """For this transaction: no time limit on a statement that walks a month, and instants as text in UTC whoever asks.

    All of a cursor's rows are wanted: it is else planned for its first tenth, by loops that take several times as long for all.
    """
    session.execute(text("SET LOCAL statement_timeout = 0"))
    session.execute(text("SET LOCAL cursor_tuple_fraction = 1"))
    session.execute(text("SET LOCAL TimeZone = 'UTC'"))


def digest_of(row: Any) -> ColumnElement[bytes]:
    """SHA-256 of the columns of a fact as a JSON array, made by the database. Needs ``unbounded`` before."""
    whole = func.json_build_array(*(row[name] for name in COLUMNS)).cast(Text)
    return func.sha256(func.convert_to(whole, "UTF8"))


def copy(session: Session, publication_id: int, scheme: Scheme, period: Period, group: Group, cut_off: datetime) -> int:
    """Copy what counts as of the cut-off, numbered by ``ticket_id``; how many rows. Nothing of it passes through here."""
    parts = facts.parts(session, scheme, period, group, cut_off)
    rows = union_all(*(_part(part, is_voice) for part, is_voice in parts)).subquery("counted")
    number = func.row_number().over(order_by=rows.c.ticket_id)
    source = select(literal(publication_id), number, *(rows.c[name] for name in COLUMNS), digest_of(rows.c)).order_by(
        rows.c.ticket_id
    )
    session.execute(insert(PublicationFact).from_select(["publication_id", "number", *COLUMNS, "digest"], source))
    return last_number(session, publication_id)


def last_number(session: Session, publication_id: int) -> int:
    """The number of the last fact, 0 where there is none: how many there are, if none is missing."""
    return session.scalar(select(func.coalesce(func.max(PublicationFact.number), 0)).where(_of(publication_id))) or 0


def _part(part: FromClause, is_voice: bool) -> Select[Any]:
    row = part.c
    columns: list[Any] = [literal(True).label(name) if name == "is_voice" else row[name] for name in COLUMNS]
    if not is_voice:
        columns[COLUMNS.index("is_voice")] = literal(False).label("is_voice")
    return select(*columns)


def unit_ids(session: Session, publication_id: int) -> set[int]:
    """The units charged with a fact."""
    return set(session.scalars(select(PublicationFact.unit_id).where(_of(publication_id)).distinct()))


def counts(session: Session, publication_id: int, scheme: Scheme) -> dict[str, Counts]:
    """``Counts`` by unit code from the frozen facts, by the conditions that count live ones; what is counted apart from the units."""
    rows, unit = _tally(publication_id, scheme).subquery(), PublicationUnit
    names = sorted(FIELDS & set(rows.c.keys()))
    counted: list[Any] = [
        unit.code,
        unit.red_cards,
        unit.lost_disputes,
        unit.more,
        *(func.coalesce(rows.c[name], 0).label(name) for name in names),
    ]
    found = session.execute(
        select(*counted)
        .select_from(unit)
        .outerjoin(rows, rows.c.unit_id == unit.unit_id)
        .where(unit.publication_id == publication_id)
    ).mappings()
    return {
        row["code"]: Counts(
            **{name: int(row[name]) for name in row if name in FIELDS} | beside.counts_kept(row["more"])
        )
        for row in found
    }


def _tally(publication_id: int, scheme: Scheme) -> Select[Any]:
    """By unit: its facts by what they count as, from the index alone, and of those what the conditions say (``counted_as``)."""
    fact = PublicationFact.__table__.c
    alike = select(fact.unit_id, fact.counted_as, func.count().label("facts")).where(_of(publication_id))
    each = alike.group_by(fact.unit_id, fact.counted_as).subquery("alike").c
    asked = conditions.Asked(with_pending=True, extras=conditions.extras(scheme))
    counted = conditions.sums(counted_as.unpacked(each.counted_as), asked, each.facts)
    return select(each.unit_id, *counted).group_by(each.unit_id)


def digests(session: Session, publication_id: int) -> Iterator[bytes]:
    """The digests of the facts in their order, a batch at a time."""
    query = select(PublicationFact.digest).where(_of(publication_id)).order_by(PublicationFact.number)
    yield from session.scalars(query, execution_options={"yield_per": BATCH})


def first_changed(session: Session, publication_id: int) -> str | None:
    """The number of the first ticket whose fact is no longer what was hashed. Needs ``unbounded`` before."""
    fact = PublicationFact.__table__.c
    query = (
        select(fact.ticket_no).where(_of(publication_id), fact.digest != digest_of(fact)).order_by(fact.number).limit(1)
    )
    return session.scalar(query)


def first_gap(session: Session, publication_id: int, count: int) -> tuple[int, str | None] | None:
    """Where facts are missing or too many: (number, ticket): of the first after a gap (None: at the end), or the first too many."""
    fact = PublicationFact.__table__.c
    # Numbers are different and begin at 1: as many as the last one says, none is missing.
    there = session.execute(select(func.count(), func.min(fact.number)).where(_of(publication_id))).one()
    have = last_number(session, publication_id)
    if tuple(there) == (count, 1 if count else None) and have == count:
        return None
    last = func.coalesce(func.lag(fact.number).over(order_by=fact.number), 0)
    rows = select(fact.number, fact.ticket_no, last.label("last")).where(_of(publication_id)).subquery()
    odd = or_(rows.c.number != rows.c.last + 1, rows.c.number > count)
    row = session.execute(select(rows.c.last, rows.c.ticket_no).where(odd).order_by(rows.c.number).limit(1)).first()
    return (have + 1, None) if row is None else (int(row.last) + 1, str(row.ticket_no))


def _of(publication_id: int) -> ColumnElement[bool]:
    return and_(PublicationFact.publication_id == publication_id)
