"""The satisfaction link: minted when its message is sent, good once, for the follow-up's round, until it expires."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.follow_ups import services
from dispatch.follow_ups.models import FollowUp, FollowUpLink
from dispatch.follow_ups.queries import WAITING
from dispatch.follow_ups.states import Outcome
from dispatch.follow_ups.taking import follow_up_of
from dispatch.kernel import events
from dispatch.kernel.canonical import instant
from dispatch.kernel.errors import Conflict, DomainError, NotFound
from dispatch.kernel.events import NewEvent
from dispatch.tickets import queries
from dispatch.tickets.models import Ticket

TOKEN_BYTES = 24
PATH = "/answer/"


def url_for(
    session: Session, ticket_id: int, round_: int, at: datetime, *, reference: Reference, token: str | None = None
) -> str:
    """A link as a path of this site. Only its digest is kept, so that no copy of the database can answer for anybody.

    ``token``: one that the caller can make again; the second time it stays the link it is.
    """
    token = token or secrets.token_urlsafe(TOKEN_BYTES)
    expires_at = at + timedelta(days=reference.procedure.follow_up.link_days)
    session.execute(
        pg_insert(FollowUpLink)
        .values(token_digest=_digest(token), ticket_id=ticket_id, round=round_, created_at=at, expires_at=expires_at)
        .on_conflict_do_nothing()
    )
    return f"{PATH}{token}"


def invite(session: Session, ticket_id: int, *, reference: Reference, actor: str, at: datetime) -> FollowUp:
    """发送评价链接: the caller gets the link; agents wait the policy's days before they call again."""
    ticket = queries.lock_ticket(session, ticket_id)
    follow_up = follow_up_of(session, ticket)
    if follow_up.state not in WAITING:
        raise Conflict("follow_up.ended", "这张工单的回访已经结束。", state=follow_up.state)
    if ticket.voice_id is None:
        raise Conflict("follow_up.nobody_to_invite", "诉求人没有留下联系方式，无法发送评价链接。")
    until = at + timedelta(days=reference.procedure.follow_up.link_wait_days)
    follow_up.next_attempt_at = max(follow_up.next_attempt_at, until)
    follow_up.taken_by = follow_up.taken_at = None
    ticket.changed_at = at
    data = {"round": follow_up.round, "until": instant(until)}
    events.record(session, ticket, [NewEvent("follow_up.invited", at, actor, None, data)])
    return follow_up


def asked(session: Session, token: str, *, at: datetime) -> Ticket:
    """The ticket that a link asks about. Raises where the link is unknown, used, expired or too late."""
    link = _link(session, token)
    ticket = session.get_one(Ticket, link.ticket_id)
    _require_open(session, link, ticket, at)
    return ticket


def answer(
    session: Session,
    token: str,
    *,
    contacted: bool | None,
    solved: str | None,
    satisfaction: str | None,
    words: str | None,
    reference: Reference,
    at: datetime,
) -> FollowUp:
    """The caller's own answer: an attempt that reached, by ``citizen:link``. The link is spent."""
    if contacted is None and solved is None and satisfaction is None:
        raise DomainError("follow_up.no_answer_given", "请至少回答一个问题。", field="solved")
    link = _link(session, token)
    ticket = queries.lock_ticket(session, link.ticket_id)
    session.refresh(link)
    _require_open(session, link, ticket, at)
    session.execute(
        update(FollowUpLink)
        .where(FollowUpLink.ticket_id == link.ticket_id, FollowUpLink.round == link.round)
        .values(used_at=at)
    )
    return services.attempt(
        session,
        link.ticket_id,
        outcome=Outcome.REACHED,
        contacted=contacted,
        solved=solved,
        satisfaction=satisfaction,
        words=words,
        reference=reference,
        actor=services.CITIZEN,
        at=at,
    )


def _link(session: Session, token: str) -> FollowUpLink:
    link = session.get(FollowUpLink, _digest(token))
    if link is None:
        raise NotFound("follow_up.link_unknown", "没有这个评价链接，请检查短信里的网址是否完整。")
    return link


def _require_open(session: Session, link: FollowUpLink, ticket: Ticket, at: datetime) -> None:
    if link.used_at is not None:
        raise Conflict("follow_up.link_used", "您已经评价过了，谢谢。")
    if link.expires_at <= at:
        raise DomainError("follow_up.link_expired", "这个评价链接已经过期，请拨打 12345 反映。", status=410)
    follow_up = session.get(FollowUp, (link.ticket_id, link.round), populate_existing=True)
    if follow_up is None or link.round != ticket.round or follow_up.state not in WAITING:
        raise Conflict("follow_up.link_too_late", "这件事的回访已经结束，如有新情况请拨打 12345 反映。")


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
