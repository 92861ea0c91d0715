"""The link by which a citizen gives missing facts: signed with the vault's key, good for one question, stored nowhere."""

from __future__ import annotations

import base64
import hmac
import re
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.access.vault import Vault
from dispatch.directory.snapshot import Reference
from dispatch.kernel.errors import DomainError, NotFound
from dispatch.notices.links import link_of
from dispatch.notices.models import CitizenMessage
from dispatch.outcomes import queries, supplements
from dispatch.outcomes.models import Supplement
from dispatch.tickets.models import Ticket

PATH = "/supplement/"
TOKEN = re.compile(r"([0-9]{1,18})-([0-9]{1,4})-([A-Za-z0-9_-]{22})")
MAC_BYTES = 16


def token_of(vault: Vault, ticket_id: int, number: int) -> str:
    """``<ticket>-<question>-<signature>``."""
    return f"{ticket_id}-{number}-{_signed(vault.tags(_subject(ticket_id, number))[0])}"


@link_of("supplement")
def path_of(session: Session, message: CitizenMessage, vault: Vault) -> str | None:
    """The link of the question that this message asks; None once nothing is asked any more."""
    waiting = queries.open_supplement(session, message.ticket_id)
    if waiting is None or waiting.means != supplements.BY_LINK:
        return None
    return PATH + token_of(vault, waiting.ticket_id, waiting.number)


def asked(session: Session, token: str, *, vault: Vault, at: datetime) -> tuple[Ticket, Supplement]:
    """The ticket and the open question behind a link. Raises ``supplement.link_*``: unknown 404, used or ended 410."""
    found = TOKEN.fullmatch(token)
    if found is None:
        raise _unknown()
    ticket_id, number = int(found[1]), int(found[2])
    known = [_signed(tag) for tag in vault.tags(_subject(ticket_id, number))]
    if sum(hmac.compare_digest(one, found[3]) for one in known) == 0:  # a sum: each one is compared
        raise _unknown()
    question = session.get(Supplement, (ticket_id, number))
    if question is None:
        raise _unknown()
    if question.given_at is not None:
        raise DomainError("supplement.link_used", "您已经补充过了，谢谢。", status=410)
    if question.ended_at is not None or question.until <= at:
        raise DomainError("supplement.link_expired", "这个链接已经过期，如需补充请拨打 12345。", status=410)
    return session.get_one(Ticket, ticket_id), question


def give(session: Session, token: str, *, text: str, vault: Vault, reference: Reference, at: datetime) -> Ticket:
    """The citizen's answer by link; the link is spent with it."""
    ticket, question = asked(session, token, vault=vault, at=at)
    return supplements.give(
        session,
        ticket.ticket_id,
        text=text,
        number=question.number,
        reference=reference,
        actor=supplements.CITIZEN,
        at=at,
    )


def _unknown() -> NotFound:
    return NotFound("supplement.link_unknown", "没有这个链接，请检查短信里的网址是否完整。")


def _subject(ticket_id: int, number: int) -> str:
    return f"supplement:{ticket_id}:{number}"


def _signed(tag: bytes) -> str:
    return base64.urlsafe_b64encode(tag[:MAC_BYTES]).rstrip(b"=").decode()
