"""The link in the message that invites a caller to answer: the same at each try to send, and stored nowhere but as a digest."""

from __future__ import annotations

import base64

from sqlalchemy.orm import Session

from dispatch.access.vault import Vault
from dispatch.directory.snapshot import reference
from dispatch.follow_ups import links
from dispatch.kernel.events import Event
from dispatch.notices.links import link_of
from dispatch.notices.models import CitizenMessage

TEMPLATE = "satisfaction"


@link_of(TEMPLATE)
def answer_link(session: Session, message: CitizenMessage, vault: Vault) -> str | None:
    """A path of this site, signed with the vault's key; it expires some days after the message was written."""
    event = session.get(Event, (message.ticket_id, message.event_number))
    if event is None:
        return None
    signature = vault.tags(f"answer:{message.ticket_id}:{message.event_number}")[0]
    token = base64.urlsafe_b64encode(signature).rstrip(b"=").decode()
    at = message.created_at
    round_, rules = event.data["round"], reference(session, at)
    return links.url_for(session, message.ticket_id, round_, at, reference=rules, token=token)
