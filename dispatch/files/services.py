"""Verbs of files: attach and remove. The content is looked through and written anew before the ticket is locked."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import BinaryIO

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from dispatch.directory.models import Unit
from dispatch.files import queries, refusals
from dispatch.files.inspection import Kept, inspect
from dispatch.files.limits import Limits, shipped_limits
from dispatch.files.models import FileContent, TicketFile
from dispatch.files.names import safe_name
from dispatch.files.states import HOTLINE_ONLY, SETTLED, Purpose
from dispatch.kernel import events, texts
from dispatch.kernel.errors import Conflict, DomainError, Forbidden
from dispatch.kernel.events import NewEvent
from dispatch.kernel.rows import insert_all
from dispatch.tickets.erased import require_words
from dispatch.tickets.models import Ticket
from dispatch.tickets.queries import lock_ticket

REMOVAL_REASON = "file_removal_reason"


def attach(
    session: Session,
    ticket_id: int,
    content: bytes | BinaryIO,
    *,
    name: str,
    purpose: str,
    unit_id: int | None,
    actor: str,
    at: datetime,
    limits: Limits | None = None,
) -> TicketFile:
    """Keep ``content`` with the ticket for ``purpose`` (:class:`Purpose`); ``unit_id`` is None for the hotline.

    The same bytes for the same purpose once more give the file that is there, and no event. Raises ``file.too_big``,
    ``file.type_refused``, ``file.broken``, ``file.too_many``, ``file.purpose_refused``, ``file.ticket_settled``.
    """
    limits = limits or shipped_limits()
    wanted = _purpose(purpose, unit_id)
    sent = content if isinstance(content, bytes) else content.read(limits.file_bytes + 1)
    kept, source = inspect(sent, limits), hashlib.sha256(sent).digest()
    ticket = _lock_open(session, ticket_id)
    if found := _same(session, ticket_id, wanted, source):
        return found
    number = _next_number(session, ticket_id, kept, limits)
    file = TicketFile(
        ticket_id=ticket_id,
        number=number,
        purpose=wanted.value,
        name=safe_name(name, kept.media_type, limits.file_name_characters),
        media_type=kept.media_type,
        size=len(kept.body),
        digest=hashlib.sha256(kept.body).digest(),
        source_digest=source,
        has_thumbnail=kept.thumbnail is not None,
        uploaded_by=actor,
        unit_id=unit_id,
        at=at,
    )
    session.add(file)
    session.flush()
    _store(session, file, kept)
    facts = {"number": number, "purpose": file.purpose, "digest": file.digest.hex(), "size": file.size}
    data = {**facts, "media_type": file.media_type}
    events.record(session, ticket, [NewEvent("file.attached", at, actor, _code(session, unit_id), data)])
    ticket.changed_at = at
    return file


def remove(
    session: Session,
    ticket_id: int,
    number: int,
    *,
    reason: str,
    unit_ids: frozenset[int] | None,
    actor: str,
    at: datetime,
) -> TicketFile:
    """Erase a file's content and name; its row and its event stay. ``unit_ids``: those of the person, None for the hotline.

    Raises ``file.reason_missing``, ``file.not_yours``, ``file.ticket_settled``, 404 ``file.unknown``.
    """
    if not reason.strip():
        raise DomainError("file.reason_missing", "请填写移除材料的原因。", field="reason")
    ticket = _lock_open(session, ticket_id)
    file = queries.one(session, ticket, number, is_unit=unit_ids is not None)
    if unit_ids is not None and file.unit_id not in unit_ids:
        raise Forbidden("file.not_yours", "只有上传单位或热线可以移除此文件。")
    session.execute(delete(FileContent).where(FileContent.ticket_id == ticket_id, FileContent.number == number))
    file.name, file.has_thumbnail, file.removed_at, file.removed_by = None, False, at, actor
    said = texts.write(session, ticket_id, REMOVAL_REASON, reason.strip(), at=at)
    data = {"number": number, "purpose": file.purpose, "digest": file.digest.hex(), "text": said}
    events.record(session, ticket, [NewEvent("file.removed", at, actor, _code(session, file.unit_id), data)])
    ticket.changed_at = at
    return file


def _purpose(purpose: str, unit_id: int | None) -> Purpose:
    try:
        wanted = Purpose(purpose)
    except ValueError:
        raise DomainError("file.purpose_unknown", "请选择文件用途。", field="purpose") from None
    if unit_id is not None and wanted in HOTLINE_ONLY:
        raise DomainError("file.purpose_refused", "承办单位不能以诉求人名义上传，请选择其他用途。", field="purpose")
    return wanted


def _lock_open(session: Session, ticket_id: int) -> Ticket:
    ticket = lock_ticket(session, ticket_id)
    if ticket.is_imported or ticket.state in SETTLED:
        raise Conflict("file.ticket_settled", "工单已归档或为历史工单，材料不能再增减。", state=ticket.state)
    require_words(ticket)
    return ticket


def _same(session: Session, ticket_id: int, purpose: Purpose, source: bytes) -> TicketFile | None:
    return session.scalars(
        select(TicketFile).where(
            TicketFile.ticket_id == ticket_id,
            TicketFile.purpose == purpose.value,
            TicketFile.source_digest == source,
            TicketFile.removed_at.is_(None),
        )
    ).first()


def _next_number(session: Session, ticket_id: int, kept: Kept, limits: Limits) -> int:
    """The number of one more file, if the ticket has room for it."""
    is_kept = TicketFile.removed_at.is_(None)
    last, files, size = session.execute(
        select(
            func.coalesce(func.max(TicketFile.number), 0),
            func.count().filter(is_kept),
            func.coalesce(func.sum(TicketFile.size).filter(is_kept), 0),
        ).where(TicketFile.ticket_id == ticket_id)
    ).one()
    if files >= limits.ticket_files:
        raise refusals.too_many(limits.ticket_files)
    if size + len(kept.body) > limits.ticket_bytes:
        raise refusals.too_big(limits.ticket_bytes)
    return int(last) + 1


def _store(session: Session, file: TicketFile, kept: Kept) -> None:
    key = {"ticket_id": file.ticket_id, "number": file.number}
    rows = [{**key, "part": "whole", "body": kept.body}]
    if kept.thumbnail is not None:
        rows.append({**key, "part": "thumbnail", "body": kept.thumbnail})
    insert_all(session, [(FileContent, rows)])


def _code(session: Session, unit_id: int | None) -> str | None:
    return session.scalar(select(Unit.code).where(Unit.unit_id == unit_id)) if unit_id is not None else None
