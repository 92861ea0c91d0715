"""What the ticket page shows, and what this person may do on it now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.access.contact import masked_reporter
from dispatch.access.models import Account
from dispatch.access.vault import Reporter
from dispatch.actions.verb import Standing, standing
from dispatch.console import choices, file_panel, hop_panel, joined_panel, scope, sentences, ticket_sides
from dispatch.console.action_views import Offer, offers
from dispatch.console.beside import Beside, beside
from dispatch.console.file_panel import FilePanel
from dispatch.console.hop_panel import HopRow
from dispatch.console.joined_panel import JoinedPanel
from dispatch.console.sentences import Moment
from dispatch.console.words import TEXT_KINDS
from dispatch.directory.snapshot import Reference, reference
from dispatch.follow_ups import blindness
from dispatch.follow_ups import queries as follow_up_queries
from dispatch.follow_ups.models import FollowUpAttempt
from dispatch.kernel import sides, texts
from dispatch.kernel.application import runtime
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import Person
from dispatch.limits.rules import Limit
from dispatch.tickets import disputing, queries
from dispatch.tickets.models import Assignment, Card, Dispute, Ticket

OPEN_LEAD = frozenset(queries.OPEN_LEAD)
NEWEST_EVENTS, NEWEST_NOTES = 50, 20  # what the page shows at first; the whole is one link away
SYSTEM_ACTORS = {"system": "系统", "import": "历史导入", "citizen": "诉求人"}


@dataclass(frozen=True, slots=True)
class Actions:
    """The verbs that are open to this person at this moment."""

    acknowledge: bool = False
    contact: bool = False
    first_contact: bool = False
    complete: bool = False
    dispute_until: datetime | None = None
    rule: bool = False
    dispatch: bool = False
    attempt: bool = False

    @property
    def any(self) -> bool:
        """Whether there is anything to do."""
        return any(getattr(self, name) for name in self.__slots__)


@dataclass(frozen=True, slots=True)
class Part:
    """A unit's part in the ticket, with its cards in force."""

    assignment: Assignment
    unit_name: str
    cards: list[str]


@dataclass(frozen=True, slots=True)
class TicketPage:
    """Everything of one ticket that this person may read; ``hidden_events``: how many older lines the timeline leaves out."""

    ticket: Ticket
    title: str
    words: list[tuple[str, str | None]]
    reporter: Reporter | None
    unit_name: str | None
    district_name: str | None
    place_name: str | None
    parts: list[Part]
    clock: Assignment | None
    disputes: list[Dispute]
    attempts: list[FollowUpAttempt]
    moments: list[Moment]
    files: FilePanel
    beside: Beside
    hops: list[HopRow]
    actions: Actions
    offers: list[Offer]
    joined: JoinedPanel
    is_blind: bool  # the answers are kept from whoever may ask again (抽查复核)
    unit_options: list[str]
    below_options: list[str]
    category_options: list[tuple[str, str]]
    incident_options: list[tuple[str, str]]
    hidden_events: int

    @property
    def limit_unit(self) -> str:
        """The unit of the lead's limit, ``nd`` say: what an extension is to be asked in (rules.md §3)."""
        leads = [part.assignment.limit_text for part in self.parts if part.assignment.role == "lead"]
        return Limit.parse(leads[-1]).unit if leads and leads[-1] else ""

    @property
    def reasons(self) -> list[str]:
        """Why it was sent where it was at intake: official names and words of our tables only, each once."""
        return list(dict.fromkeys((self.ticket.routing or {}).get("reasons", ())))

    @property
    def is_anything_open(self) -> bool:
        """Whether there is anything to do."""
        return self.actions.any or bool(self.offers)


def page_of(session: Session, ticket: Ticket, *, person: Person, at: datetime, is_whole: bool = False) -> TicketPage:
    """Read the ticket for ``person``: the newest lines of its timeline and notes, or all of them."""
    city, ticket_id = reference(session, at), ticket.ticket_id
    ticket_sides.look(session, ticket_id)
    disputes = _disputes(session, ticket_id)
    written = texts.latest(session, ticket_id, TEXT_KINDS)
    shown = scope.shown_words(session, [(ticket_id, written.get(kind)) for kind in TEXT_KINDS], person=person)
    by_kind = dict(zip(TEXT_KINDS, shown, strict=True))
    events = list(queries.timeline(session, ticket_id, newest=None if is_whole else NEWEST_EVENTS))
    hidden = events[0].number - 1 if events else 0
    joined = joined_panel.panel_of(session, ticket, person=person)
    is_blind = bool(blindness.kept_from(session, [ticket_id], person))
    if is_blind:
        events = [event for event in events if event.type not in blindness.TELLING_EVENTS]
        by_kind = {kind: body for kind, body in by_kind.items() if kind not in blindness.TELLING_WORDS}
    here = standing(session, ticket, person=person, reference=city, at=at)
    offered = [one for one in offers(here) if not (is_blind and one.verb.name in blindness.TELLING_VERBS)]
    widgets = {field.widget for offer in offered for field in offer.fields}
    return TicketPage(
        ticket=ticket,
        title=by_kind.pop("title") or "",
        words=[(kind, by_kind[kind]) for kind in by_kind if kind in written],
        reporter=masked_reporter(session, ticket_id, vault=runtime().vault),
        unit_name=_name(ticket.unit_id, city),
        district_name=_name(ticket.district_id, city),
        place_name=_place(ticket.place_code, city),
        parts=_parts(session, here),
        clock=_clock(here),
        disputes=disputes,
        attempts=[] if is_blind else list(follow_up_queries.attempts_of(session, ticket_id)),
        moments=sentences.timeline(
            events,
            city,
            actor_names(session, {event.actor for event in events}),
            joined_panel.incident_titles(session, events),
        ),
        files=file_panel.panel_of(session, ticket, city, person=person, at=at),
        beside=beside(session, here, disputes, newest=None if is_whole else NEWEST_NOTES),
        hops=hop_panel.rows_of(session, here, disputes),
        actions=_actions(session, here, disputes),
        offers=offered,
        joined=joined,
        is_blind=is_blind,
        unit_options=choices.unit_options(city) if "unit" in widgets else [],
        below_options=_below(here) if any(offer.verb.name == "pass-on" for offer in offered) else [],
        category_options=choices.category_options(city, "—") if "category" in widgets else [],
        incident_options=joined_panel.incident_options(session, "—") if "incident" in widgets else [],
        hidden_events=hidden,
    )


def _name(unit_id: int | None, city: Reference) -> str | None:
    return city.by_id[unit_id].name if unit_id is not None else None


def _place(code: str | None, city: Reference) -> str | None:
    known = city.known.get(code or "")
    return known.name if known else None


def _clock(here: Standing) -> Assignment | None:
    """The open part whose limit runs for this person: their own unit's, or else the lead's."""
    own = [part for part in here.own_parts("support", "handler") if part.completed_at is None]
    if own and not here.leads:
        return own[0]
    return here.lead if here.lead is not None and here.lead.completed_at is None else None


def _below(here: Standing) -> list[str]:
    """Whom this person's units can pass the ticket on to."""
    held = [part.unit_id for part in here.own_parts("lead", "handler") if part.state == "acknowledged"]
    return choices.below_options(here.reference, held)


def _parts(session: Session, here: Standing) -> list[Part]:
    cards: dict[int, list[str]] = {}
    in_force = select(Card.assignment_number, Card.colour).where(
        Card.ticket_id == here.ticket.ticket_id, Card.withdrawn_at.is_(None)
    )
    if not sides.is_empty(session, Card, here.ticket.ticket_id):
        for number, colour in session.execute(in_force.order_by(Card.colour.desc())):
            cards.setdefault(number, []).append(colour)
    return [Part(part, here.reference.by_id[part.unit_id].name, cards.get(part.number, [])) for part in here.parts]


def _disputes(session: Session, ticket_id: int) -> list[Dispute]:
    if sides.is_empty(session, Dispute, ticket_id):
        return []
    return list(session.scalars(select(Dispute).where(Dispute.ticket_id == ticket_id).order_by(Dispute.number)))


def actor_names(session: Session, actors: set[str]) -> dict[str, str]:
    """Who stands behind the actors of events: people by name, the system as such."""
    named = {actor: str(_(SYSTEM_ACTORS.get(actor.partition(":")[0], actor))) for actor in actors}
    ids = [int(actor.partition(":")[2]) for actor in actors if actor.startswith("account:")]
    people = select(Account.account_id, Account.name).where(Account.account_id.in_(ids))
    for account_id, name in session.execute(people) if ids else ():
        named[f"account:{account_id}"] = name
    return named


def _actions(session: Session, here: Standing, disputes: list[Dispute]) -> Actions:
    ticket, person, lead, own = here.ticket, here.person, here.lead, here.leads
    if ticket.is_imported:
        return Actions()
    is_open = own and lead is not None and lead.state in OPEN_LEAD
    state = lead.state if lead is not None and own else None
    return Actions(
        acknowledge=state == "sent" and person.may("ticket.acknowledge"),
        contact=_may_contact(ticket, is_open, person),
        first_contact=state in ("acknowledged", "disputed")
        and person.may("ticket.acknowledge")
        and lead is not None
        and lead.first_contact_at is None,
        complete=state == "acknowledged" and person.may("ticket.complete"),
        dispute_until=_dispute_until(ticket, lead, disputes, here.reference, here.at)
        if own and person.may("ticket.dispute")
        else None,
        rule=person.may("ticket.rule") and any(dispute.ruled_at is None for dispute in disputes),
        dispatch=person.may("ticket.dispatch") and ticket.state == "awaiting_dispatch",
        attempt=person.may("follow_up.attempt") and _is_waiting(session, ticket),
    )


def _may_contact(ticket: Ticket, is_open: bool, person: Person) -> bool:
    """A unit while it handles the ticket, unless the reporter asked for confidence; the hotline always."""
    if not person.may("ticket.contact") or ticket.voice_id is None:
        return False
    return person.unit_id is None or (is_open and not ticket.is_confidential)


def _dispute_until(
    ticket: Ticket, lead: Assignment | None, disputes: list[Dispute], city: Reference, at: datetime
) -> datetime | None:
    """The end of the window in which this lead may be disputed; None where no dispute is possible (rules.md §3)."""
    if lead is None or lead.state not in ("sent", "acknowledged") or lead.is_designated or ticket.redos:
        return None
    if any(dispute.unit_id == lead.unit_id for dispute in disputes):
        return None
    until = disputing.window_closes_at(lead, city)
    return until if at <= until else None


def _is_waiting(session: Session, ticket: Ticket) -> bool:
    rounds = follow_up_queries.of_ticket(session, ticket.ticket_id)
    return any(found.round == ticket.round and found.state in follow_up_queries.WAITING for found in rounds)
