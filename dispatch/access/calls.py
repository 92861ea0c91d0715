"""Call records: what the telephone exchange tells piece by piece, in any order, more than once (quality.md R11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.orm import Session

from dispatch.access import rings
from dispatch.access.vault import Reporter, Vault
from dispatch.access.vault_models import CallRecord
from dispatch.kernel.errors import Conflict

INBOUND, OUTBOUND = "inbound", "outbound"
WORDS = {"line": "线路", "agent": "话务员", "recording_reference": "录音编号", "ticket_id": "工单"}
EARLIEST = ("rang_at", "answered_at")


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What one message says of a call; None: it does not say. ``number``: the other party's, None also where withheld."""

    direction: str = INBOUND
    line: str | None = None
    number: str | None = None
    rang_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    agent: str | None = None
    recording_reference: str | None = None
    ticket_id: int | None = None

    def __repr__(self) -> str:
        return "CallFacts(***)"


def record_call(session: Session, call_id: str, facts: CallFacts, *, vault: Vault) -> CallRecord:
    """Join ``facts`` to the call: the order of messages does not matter, and one told twice changes nothing.

    The earliest ring and answer and the latest end count. Raises 409 ``call.contradiction`` where another fact is known
    otherwise already. The desks that show the call are woken at the commit.
    """
    call = locked_call(session, call_id, facts.direction)
    join(session, call, facts, vault=vault)
    return call


def locked_call(session: Session, call_id: str, direction: str) -> CallRecord:
    """The call under this name, made where nothing was told of it yet. Raises 409 ``call.contradiction`` by its direction."""
    session.execute(pg_insert(CallRecord).values(call_id=call_id, direction=direction).on_conflict_do_nothing())
    call = session.scalars(
        select(CallRecord)
        .where(CallRecord.call_id == call_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if call.direction != direction:
        raise _contradiction("direction", "方向")
    return call


def join(session: Session, call: CallRecord, facts: CallFacts, *, vault: Vault) -> None:
    """The same for a call that is locked already."""
    before = rings.seen(call)
    for name, words in WORDS.items():
        told, known = getattr(facts, name), getattr(call, name)
        if told is not None and known is not None and told != known:
            raise _contradiction(name, words)
        setattr(call, name, known if told is None else told)
    for name in EARLIEST:
        setattr(call, name, min(_told(getattr(call, name), getattr(facts, name)), default=None))
    call.ended_at = max(_told(call.ended_at, facts.ended_at), default=None)
    _keep_number(call, facts.number, vault)
    rings.tell_of_change(session, before, call)


def number_of(call: CallRecord, *, vault: Vault) -> str | None:
    """The other party's number, for masking at the edge."""
    if call.sealed_number is None:
        return None
    return vault.open(call.sealed_number, call.key_id or "", bound_to=_bound_to(call.call_id)).phone


def _keep_number(call: CallRecord, number: str | None, vault: Vault) -> None:
    if number is None:
        return
    if call.phone_index is not None:
        if bytes(call.phone_index) not in vault.blind_indexes(number):
            raise _contradiction("number", "号码")
        return
    sealed = vault.seal(Reporter(phone=number), bound_to=_bound_to(call.call_id))
    call.sealed_number, call.key_id = sealed.sealed, sealed.key_id
    call.phone_index, call.index_version = sealed.phone_index, sealed.index_version


def _bound_to(call_id: str) -> str:
    return f"call:{call_id}"


def _told(*instants: datetime | None) -> list[datetime]:
    return [instant for instant in instants if instant is not None]


def _contradiction(field: str, words: str) -> Conflict:
    return Conflict("call.contradiction", f"这通电话的{words}与先前登记的不同。", field=field)
