"""What is personal in a ticket, table by table, and how it goes. Digests, codes and instants stay: the chain needs them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from dispatch.access.vault_models import CallRecord, IdentityLook, Voice
from dispatch.archives.models import TicketArchive
from dispatch.erasure.queries import REASON
from dispatch.files.models import FileContent, TicketFile
from dispatch.kernel import texts
from dispatch.likeness import services as likeness
from dispatch.notices.models import CitizenMessage
from dispatch.outcomes.models import CallBack
from dispatch.search import indexing as search

PURPOSE = "erasure"  # in the look log: who had the identity erased


def wipe(session: Session, ticket_id: int, *, actor: str, at: datetime) -> tuple[Sequence[int], bool]:
    """Erase it all; the numbers of the files whose content went, and whether an archive did."""
    texts.erase(session, ticket_id, keep=(REASON,), at=at)
    likeness.erase(session, ticket_id)
    search.erase(session, ticket_id)
    _wipe_identity(session, ticket_id, actor=actor, at=at)
    _wipe_calls(session, ticket_id)
    files = _wipe_files(session, ticket_id, actor=actor, at=at)
    # A provider's complaint may repeat the number; the rest of a message is a template's name and codes.
    told = update(CitizenMessage).where(CitizenMessage.ticket_id == ticket_id)
    session.execute(told.values(values={}, last_error=None))
    emptied = update(TicketArchive).where(TicketArchive.ticket_id == ticket_id)
    archive = session.execute(
        emptied.values(document=None, page=None, erased_at=at).returning(TicketArchive.ticket_id)
    ).first()
    return files, archive is not None


def _wipe_identity(session: Session, ticket_id: int, *, actor: str, at: datetime) -> None:
    nothing = {"sealed": None, "key_id": None, "phone_index": None, "index_version": None, "erased_at": at}
    gone = update(Voice).where(Voice.ticket_id == ticket_id, Voice.erased_at.is_(None)).values(**nothing)
    for voice_id in session.scalars(gone.returning(Voice.voice_id)).all():
        session.add(IdentityLook(voice_id=voice_id, ticket_id=ticket_id, actor=actor, purpose=PURPOSE, at=at))


def _wipe_calls(session: Session, ticket_id: int) -> None:
    calls = select(CallRecord.call_record_id).where(CallRecord.ticket_id == ticket_id)
    session.execute(
        update(CallBack)
        .where(CallBack.call_record_id.in_(calls))
        .values(phone_index=func.convert_to(func.concat("erased:", CallBack.call_back_id), "UTF8"))
    )
    nothing = {"sealed_number": None, "key_id": None, "phone_index": None, "index_version": None}
    session.execute(
        update(CallRecord).where(CallRecord.ticket_id == ticket_id).values(recording_reference=None, **nothing)
    )


def _wipe_files(session: Session, ticket_id: int, *, actor: str, at: datetime) -> Sequence[int]:
    session.execute(delete(FileContent).where(FileContent.ticket_id == ticket_id))
    gone = (
        update(TicketFile)
        .where(TicketFile.ticket_id == ticket_id, TicketFile.removed_at.is_(None))
        .values(name=None, has_thumbnail=False, removed_at=at, removed_by=actor)
        .returning(TicketFile.number)
    )
    return sorted(session.scalars(gone).all())
