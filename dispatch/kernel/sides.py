"""The tables beside a ticket, asked all at once which of them hold anything of it: for most tickets, most are empty.

A page looks once; the reads below it then leave out the questions whose answer is "nothing" (docs/performance.md). A verb
never looks: it reads what it decides by under its lock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from dispatch.kernel.db import Base
from dispatch.kernel.held import held

Sides = Mapping[type[Base], Sequence[InstrumentedAttribute[Any]]]
EMPTY = "empty sides"


def question(sides: Sides, only: Mapping[type[Base], ColumnElement[bool]] | None = None) -> Select[Any]:
    """One row of booleans: whether each table has a row in which one of these columns names the ticket ``of_ticket``; ``only``: of which
    table not every row counts.
    """
    of_ticket: BindParameter[int] = bindparam("of_ticket")
    counting = {
        model: exists() if model not in (only or {}) else exists().where((only or {})[model]) for model in sides
    }
    found = [or_(*(counting[model].where(column == of_ticket) for column in sides[model])) for model in sides]
    return cast(Select[Any], select(*found))


def look(session: Session, ticket_id: int, sides: Sides, asked: Select[Any]) -> None:
    """Note for this transaction which ``sides`` of the ticket are empty; ``asked``: their :func:`question`, made once."""
    row = session.execute(asked, {"of_ticket": ticket_id}).one()
    empty = frozenset(model for model, is_there in zip(sides, row, strict=True) if not is_there)
    held(session, EMPTY)[ticket_id] = empty


def is_empty(session: Session, model: type[Base], ticket_id: int) -> bool:
    """Whether a look said that this table holds nothing of the ticket; False where nobody looked."""
    return model in held(session, EMPTY).get(ticket_id, ())
