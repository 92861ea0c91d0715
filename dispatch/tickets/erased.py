"""What no longer goes once the words of a ticket are erased (PIPL): nobody can work on a matter without words."""

from __future__ import annotations

from dispatch.kernel.errors import Conflict
from dispatch.tickets.models import Ticket


def require_words(ticket: Ticket) -> None:
    """Raises ``ticket.erased``."""
    if ticket.erased_at is not None:
        raise Conflict("ticket.erased", "本单的个人信息已依法删除，不能再办理；如仍有诉求，请另行受理。")
