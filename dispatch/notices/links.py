"""Links in messages: made when the message leaves, since they open a door and are therefore stored nowhere with it."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from dispatch.access.vault import Vault
from dispatch.notices.models import CitizenMessage

Maker = Callable[[Session, CitizenMessage, Vault], str | None]

LINKS: dict[str, Maker] = {}


def link_of(template: str) -> Callable[[Maker], Maker]:
    """Register who makes the ``{link}`` of a template: ``(session, message, vault)`` → a path of this site, or None.

    Called at each try to send, inside a transaction of its own; the same message must get a link that works each time.
    """

    def register(make: Maker) -> Maker:
        LINKS[template] = make
        return make

    return register
