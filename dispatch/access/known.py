"""Who is known on a ticket, for screening only: the words shown to units must not repeat the reporter's name or number."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.access.vault import Reporter, Vault
from dispatch.access.vault_models import Voice
from dispatch.kernel.held import held


def known_reporters(session: Session, ticket_ids: Sequence[int], *, vault: Vault) -> dict[int, list[Reporter]]:
    """Everyone who spoke up on each of these tickets, in one query for those not yet asked in this transaction.

    Never shown to anybody: for masking only, so no look.
    """
    known = held(session, "known reporters")
    missing = [ticket_id for ticket_id in ticket_ids if ticket_id not in known]
    if missing:
        known.update(_read(session, missing, vault))
    return {ticket_id: known[ticket_id] for ticket_id in ticket_ids}


def _read(session: Session, ticket_ids: Sequence[int], vault: Vault) -> dict[int, list[Reporter]]:
    found: dict[int, list[Reporter]] = {ticket_id: [] for ticket_id in ticket_ids}
    columns = (Voice.ticket_id, Voice.sealed, Voice.key_id)
    rows = session.execute(select(*columns).where(Voice.ticket_id.in_(ticket_ids), Voice.sealed.is_not(None)))
    for ticket_id, sealed, key_id in rows:
        if sealed is not None:
            found[ticket_id].append(vault.open(sealed, key_id or "", bound_to=f"ticket:{ticket_id}"))
    return found
