"""What becomes of supports and handlers when the lead completes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from dispatch.hops.parts import SUPPORT, open_parts, release
from dispatch.kernel import texts
from dispatch.kernel.errors import Conflict
from dispatch.tickets.models import Ticket


def end_parts(
    session: Session, ticket: Ticket, *, reason: str | None, actor: str, at: datetime
) -> list[dict[str, Any]]:
    """Release what is still open; an open support needs a ``reason``. Returns its words, as the event carries them."""
    parts = open_parts(session, ticket.ticket_id)
    waits = any(part.role == SUPPORT for part in parts)
    if waits and not (reason or "").strip():
        raise Conflict(
            "support.still_open", "还有协办单位没有反馈；不等协办反馈而办结，请写明原因。", field="without_supports"
        )
    release(session, ticket, parts, reason="lead_completed", actor=actor, at=at)
    return [texts.write(session, ticket.ticket_id, "without_supports", reason or "", at=at)] if waits else []
