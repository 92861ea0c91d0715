"""A message as its caller reads it: the template's words, the ticket's number and code, the gist of what was written."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.access.known import known_reporters
from dispatch.access.vault import Vault
from dispatch.access.vault_models import Voice
from dispatch.kernel.events import Event
from dispatch.kernel.texts import TextEntry
from dispatch.notices.codes import query_code
from dispatch.notices.links import LINKS
from dispatch.notices.models import CitizenMessage
from dispatch.notices.queries import family_of
from dispatch.notices.rules import sending_rules
from dispatch.notices.templates import BLANK, Template, fill
from dispatch.notices.wordings import template_of
from dispatch.tickets.models import Ticket
from dispatch.tickets.screening import screened

PAGE = "/progress"


def text_of(session: Session, message: CitizenMessage, *, vault: Vault, public_url: str | None) -> str:
    """The whole message. Without ``public_url`` it has no link. Holds what its caller may read: never to be logged or stored."""
    template = template_of(session, message.template, message.template_version)
    ticket_no = own_number(session, message)
    text = template.confidential if is_confidential(session, message) else template.text
    values = {str(name): str(value) for name, value in message.values.items()}
    values |= {"ticket_no": ticket_no, "code": query_code(vault, ticket_no)}
    if text is template.text:
        values |= _words(session, message, template, vault=vault)
    if public_url is not None:
        values["page"] = public_url + PAGE
        if "link" in BLANK.findall(text) and (path := link_path(session, message, vault=vault)):
            values["link"] = public_url + path
    return fill(text, values)


def own_number(session: Session, message: CitizenMessage) -> str:
    """The number that this caller knows: of their own ticket, also where it is a voice of another one now."""
    own = session.scalar(select(Voice.ticket_id).where(Voice.voice_id == message.voice_id)) or message.ticket_id
    return session.scalars(select(Ticket.ticket_no).where(Ticket.ticket_id == own)).one()


def link_path(session: Session, message: CitizenMessage, *, vault: Vault) -> str | None:
    """Where the message leads within this site, where it leads anywhere."""
    make = LINKS.get(message.template)
    return make(session, message, vault) if make else message.values.get("link")


def is_confidential(session: Session, message: CitizenMessage) -> bool:
    """Whether caller or ticket ask for secrecy: then no matter is named."""
    of_ticket = session.scalar(select(Ticket.is_confidential).where(Ticket.ticket_id == message.ticket_id))
    of_voice = session.scalar(select(Voice.is_confidential).where(Voice.voice_id == message.voice_id))
    return bool(of_ticket or of_voice)


def _words(session: Session, message: CitizenMessage, template: Template, *, vault: Vault) -> dict[str, str]:
    """The gist of what was written for the caller; other people's names and numbers in it are covered."""
    if not template.words:
        return {}
    callers = known_reporters(session, family_of(session, message.ticket_id), vault=vault)
    known = [caller for of_ticket in callers.values() for caller in of_ticket]
    found = {}
    for blank, kinds in template.words.items():
        body = screened(_body(session, message, kinds), known)
        if body:
            found[blank] = sending_rules().gist(body)
    return found


def _body(session: Session, message: CitizenMessage, kinds: tuple[str, ...]) -> str | None:
    """The words of the first of ``kinds`` there are: the version that the event carries, else the newest; None: erased."""
    event = session.get(Event, (message.ticket_id, message.event_number))
    carried = _digests(event) if event else {}
    for kind in kinds:
        query = select(TextEntry.body).where(TextEntry.ticket_id == message.ticket_id, TextEntry.kind == kind)
        if kind in carried:
            query = query.where(TextEntry.digest == bytes.fromhex(carried[kind]))
        body = session.scalar(query.order_by(TextEntry.version.desc()).limit(1))
        if body:
            return body
    return None


def _digests(event: Event) -> dict[str, str]:
    """Kind → digest of the words that an event carries (docs/events.md)."""
    found = dict(event.data.get("texts") or {})
    single = event.data.get("text")
    if isinstance(single, dict):
        found[single["kind"]] = single["digest"]
    return found
