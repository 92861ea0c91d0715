"""The tickets behind every unit of a table, one unit after the other, streamed."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select, text, union_all
from sqlalchemy.orm import Session

from assessment import facts
from assessment.queries import COLUMNS
from assessment.service import Table
from dispatch import contract

AT_ONCE = 2_000


def tickets_by_unit(session: Session, table: Table) -> Iterator[tuple[str, contract.TicketFact]]:
    """(unit's code, ticket) for every ticket of the table's period and group, by unit and ticket."""
    found_in = facts.parts(session, table.scheme, table.period, table.group, table.as_of)
    parts = [rows.c for rows, _is_voice in found_in]
    rows = union_all(*(select(*(fact[name] for name in COLUMNS)) for fact in parts)).subquery()
    units = contract.unit_codes().subquery()
    listed = {row.unit.code for row in table.rows}
    query = (
        select(units.c.code, *(rows.c[name] for name in COLUMNS))
        .join_from(rows, units, units.c.unit_id == rows.c.unit_id)
        .order_by(units.c.code, rows.c.ticket_id)
        .execution_options(yield_per=AT_ONCE)
    )
    # All rows are wanted: a cursor is else planned for its first tenth, by loops that took seven times as long for all.
    session.execute(text("SET LOCAL cursor_tuple_fraction = 1"))
    for code, *values in session.execute(query):
        if code in listed:
            yield code, contract.TicketFact(*values)
