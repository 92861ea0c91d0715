"""What a session has read and may rely on until its transaction ends: notes beside the identity map, gone with the transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session


def held(session: Session, name: str) -> dict[Any, Any]:
    """The running transaction's notes under ``name``, empty at first.

    A savepoint has notes of its own, because it gives back its locks and its changes when it is rolled back.
    """
    running = session.get_nested_transaction() or session.get_transaction() or session.begin()
    kept = session.info.get(name)
    if kept is None or kept[0] is not running:
        session.info[name] = kept = running, {}
    notes: dict[Any, Any] = kept[1]
    return notes
