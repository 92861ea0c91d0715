"""What a reviewed case of assessment reads and writes of a ticket: whose it is, what was answered, what may prove it, words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from dispatch.access.known import known_reporters
from dispatch.access.models import Account
from dispatch.access.scope import unknown_ticket
from dispatch.access.vault import Vault
from dispatch.directory.calendar import stored_calendar
from dispatch.directory.models import Unit, UnitGroup, UnitVersion
from dispatch.directory.snapshot import reference
from dispatch.files import queries as files
from dispatch.follow_ups.models import FollowUpAttempt, Recheck
from dispatch.kernel import texts
from dispatch.kernel.events import Event
from dispatch.kernel.texts import TextEntry
from dispatch.tickets import as_of as known
from dispatch.tickets.models import Ticket, TicketNumber
from dispatch.tickets.queries import lock_ticket
from dispatch.tickets.screening import screened

ACCOUNT = "account:"


@dataclass(frozen=True)
class JudgedTicket:
    """A ticket and who is charged for it at an instant (None: nobody). ``is_excluded``: as imported."""

    ticket_id: int
    ticket_no: str
    is_excluded: bool
    unit_id: int | None
    unit_code: str | None


@dataclass(frozen=True)
class Answer:
    """One answer of a reporter who was reached. ``reference`` names it in its ticket: ``follow_up:1:2`` or ``recheck:2026Q4``."""

    reference: str
    at: datetime
    contacted: bool | None
    solved: str | None
    satisfaction: str | None
    is_counted: bool


@dataclass(frozen=True)
class Proof:
    """What a case may point to: an event or a file of the ticket by number. ``what``: the event's type or the file's purpose."""

    number: int
    what: str
    at: datetime
    digest: bytes


@dataclass(frozen=True)
class Words:
    """Where words lie: erasable rows of the ticket (PIPL); whoever refers to them keeps the salted digest."""

    kind: str
    version: int
    digest: str


def judged_ticket(
    session: Session, ticket_no: str, at: datetime, *, within: Collection[str] | None = None
) -> JudgedTicket:
    """The ticket of this public number. Raises 404 ``ticket.unknown``, also where none of the units ``within`` is charged."""
    ticket_id = session.scalar(select(TicketNumber.ticket_id).where(TicketNumber.ticket_no == ticket_no))
    if ticket_id is None:
        raise unknown_ticket()
    ticket = session.get_one(Ticket, ticket_id)
    rows = known.looked_up(at, among=select(Ticket.ticket_id).where(Ticket.ticket_id == ticket_id)).subquery()
    charged = session.execute(select(Unit.unit_id, Unit.code).join(rows, rows.c.lead_id == Unit.unit_id)).first()
    unit_id, code = charged or (None, None)
    if within is not None and code not in within:
        raise unknown_ticket()
    return JudgedTicket(ticket_id, ticket.ticket_no, ticket.is_excluded, unit_id, code)


def answers_on_record(session: Session, ticket_id: int, at: datetime) -> list[Answer]:
    """Every answer of the ticket by ``at``, of every round and of blind re-checks, in the order of time (rules.md §4)."""
    tried = session.scalars(
        select(FollowUpAttempt).where(
            FollowUpAttempt.ticket_id == ticket_id, FollowUpAttempt.outcome == "reached", FollowUpAttempt.at <= at
        )
    ).all()
    again = session.scalars(
        select(Recheck).where(Recheck.ticket_id == ticket_id, Recheck.outcome == "reached", Recheck.ended_at <= at)
    ).all()
    first = sorted((one for one in tried if one.round == known.COUNTED_ROUND), key=lambda one: one.number)
    counted = next((one for one in first if one.solved is not None), first[0] if first else None)
    found = [_answer(f"follow_up:{one.round}:{one.number}", one.at, one, is_counted=one is counted) for one in tried]
    found += [_answer(f"recheck:{one.quarter}", one.ended_at or at, one, is_counted=False) for one in again]
    return sorted(found, key=lambda answer: (answer.at, answer.reference))


def events_as_proof(session: Session, ticket_id: int) -> list[Proof]:
    """Every event of the ticket, with its hash in the chain."""
    rows = select(Event.number, Event.type, Event.at, Event.hash).where(Event.ticket_id == ticket_id)
    return [Proof(*row) for row in session.execute(rows.order_by(Event.number))]


def files_as_proof(session: Session, ticket_id: int) -> list[Proof]:
    """The files of the ticket that its unit may see; their names are not told."""
    ticket = session.get_one(Ticket, ticket_id)
    shown = files.shown_to(ticket, files.of_ticket(session, ticket_id), is_unit=True)
    return [Proof(file.number, file.purpose, file.at, file.digest) for file in shown]


def are_kin(session: Session, one: int, other: int, at: datetime) -> bool:
    """Whether the units are the same, or one hangs below the other: a number of the lower one is the upper one's too."""
    city = reference(session, at)
    return one in city.below(other) or other in city.below(one)


def lock(session: Session, ticket_id: int) -> None:
    """Hold the ticket until the edge's transaction ends: whoever writes to it waits for the other."""
    lock_ticket(session, ticket_id)


def write_words(session: Session, ticket_id: int, kind: str, body: str, *, vault: Vault, at: datetime) -> Words:
    """Keep words beside the ticket: numbers and whoever spoke up covered first, erased when the ticket is."""
    lock_ticket(session, ticket_id)
    reporters = known_reporters(session, [ticket_id], vault=vault)[ticket_id]
    return Words(**texts.write(session, ticket_id, kind, screened(body.strip(), reporters) or "", at=at))


def words_of(session: Session, ticket_id: int, kinds: Collection[str]) -> dict[tuple[str, int], str | None]:
    """By (kind, version); None where they were erased."""
    rows = session.execute(
        select(TextEntry.kind, TextEntry.version, TextEntry.body).where(
            TextEntry.ticket_id == ticket_id, TextEntry.kind.in_(kinds)
        )
    )
    return {(row.kind, row.version): row.body for row in rows}


def numbers_of(session: Session, ticket_ids: Sequence[int]) -> dict[int, str]:
    """Public numbers by ticket_id."""
    columns = (Ticket.ticket_id, Ticket.ticket_no)
    return {
        row.ticket_id: row.ticket_no
        for row in session.execute(select(*columns).where(Ticket.ticket_id.in_(ticket_ids)))
    }


def names_of(session: Session, actors: Iterable[str]) -> dict[str, str]:
    """``account:12`` → name; who is no account stands for themselves."""
    ids = [int(actor.removeprefix(ACCOUNT)) for actor in actors if actor.startswith(ACCOUNT)]
    if not ids:
        return {}
    rows = session.execute(select(Account.account_id, Account.name).where(Account.account_id.in_(ids)))
    return {f"{ACCOUNT}{row.account_id}": row.name for row in rows}


def units_named(session: Session, unit_ids: Collection[int], at: datetime) -> dict[int, tuple[str, str]]:
    """Code and name by unit_id, as called at ``at``; one that had ended by then is called by its code."""
    in_force = and_(UnitVersion.unit_id == Unit.unit_id, UnitVersion.valid_from <= at, UnitVersion.valid_to > at)
    rows = select(Unit.unit_id, Unit.code, UnitVersion.name).outerjoin(UnitVersion, in_force)
    found = session.execute(rows.where(Unit.unit_id.in_(sorted(unit_ids))))
    return {row.unit_id: (row.code, row.name or row.code) for row in found}


def kind_of_unit(session: Session, unit_id: int) -> str:
    """``township``, ``district`` and so on."""
    return str(session.scalars(select(Unit.kind).where(Unit.unit_id == unit_id)).one())


def districts_of(session: Session, unit_ids: Collection[int], at: datetime) -> dict[int, int]:
    """By unit_id the district above it as the tree stands at ``at``; a district is its own, city units are absent."""
    of = UnitGroup
    in_force = (of.peer_group == "district", of.valid_from <= at, of.valid_to > at)
    rows = select(of.unit_id, of.charged_unit_id).where(of.unit_id.in_(sorted(unit_ids)), *in_force)
    return {row.unit_id: row.charged_unit_id for row in session.execute(rows)}


def last_working_day(session: Session, start: datetime, working_days: int) -> tuple[date, datetime]:
    """The n-th working day after the local day of ``start`` by the calendar in force, and its 24:00 (rules.md §1, ``wd``)."""
    calendar = stored_calendar(session)
    day = calendar.nth_working_day_after(calendar.local_day(start), working_days)
    return day, calendar.end_of(day)


def imported_exclusions(
    session: Session, *, before: int | None, limit: int, unit_codes: Collection[str] | None = None
) -> list[JudgedTicket]:
    """Tickets that came in as excluded, newest first: at most ``limit`` below ``before``, of these units only (None: all)."""
    rows = (
        select(Ticket.ticket_id, Ticket.ticket_no, Ticket.is_excluded, Unit.unit_id, Unit.code)
        .outerjoin(Unit, Unit.unit_id == Ticket.unit_id)
        .where(Ticket.is_excluded, Ticket.is_imported)
        .order_by(Ticket.ticket_id.desc())
        .limit(limit)
    )
    if before is not None:
        rows = rows.where(Ticket.ticket_id < before)
    if unit_codes is not None:
        rows = rows.where(Unit.code.in_(sorted(unit_codes)))
    return [JudgedTicket(*row) for row in session.execute(rows)]


def _answer(reference: str, at: datetime, of: FollowUpAttempt | Recheck, *, is_counted: bool) -> Answer:
    return Answer(reference, at, of.contacted, of.solved, of.satisfaction, is_counted)
