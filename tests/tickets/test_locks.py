"""The lock that every verb begins with: held to the end of the transaction, asked for once, given back with a savepoint."""

from __future__ import annotations

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from dispatch.tickets.queries import lock_ticket
from tests.town import Desk

TAKEN = text("SELECT 1 FROM ticket WHERE ticket_id = :ticket_id FOR UPDATE NOWAIT")


def is_locked(desk: Desk, ticket_id: int) -> bool:
    with Session(desk.engine) as other:
        try:
            other.execute(TAKEN, {"ticket_id": ticket_id})
        except OperationalError:
            return True
        return False


def test_lock_asks_once_when_a_transaction_locks_again(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    with Session(desk.engine) as session:
        first = lock_ticket(session, ticket_id)
        statements: list[str] = []
        event.listen(desk.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
        assert lock_ticket(session, ticket_id) is first
        assert not statements
        assert is_locked(desk, ticket_id)


def test_lock_reads_anew_when_the_transaction_before_has_ended(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    with Session(desk.engine, expire_on_commit=False) as session:
        assert lock_ticket(session, ticket_id).state == "dispatched"
        session.commit()
        assert not is_locked(desk, ticket_id)
        desk.acknowledge(ticket_id)
        assert lock_ticket(session, ticket_id).state == "acknowledged"
        assert is_locked(desk, ticket_id)


@pytest.mark.parametrize("is_rolled_back", [True, False])
def test_lock_holds_when_a_savepoint_ended(desk: Desk, is_rolled_back: bool) -> None:
    ticket_id = desk.accept().ticket_id
    with Session(desk.engine) as session:
        savepoint = session.begin_nested()
        lock_ticket(session, ticket_id)
        savepoint.rollback() if is_rolled_back else savepoint.commit()
        assert is_locked(desk, ticket_id) is not is_rolled_back
        lock_ticket(session, ticket_id)
        assert is_locked(desk, ticket_id)
