"""``POST /api/v1/tickets/<no>/contact``: the one verb that answers more than a state, the reporter's number, once."""

from __future__ import annotations

from typing import Any

from flask import Response

from dispatch.access.contact import contact_reporter
from dispatch.access.guard import current_person, requires
from dispatch.directory.snapshot import reference as reference_at
from dispatch.kernel.answers import answer_json
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.http import ApiBlueprint
from dispatch.tickets import schemas, shapes
from dispatch.tickets.edge import contacting_unit_id, visible_ticket_id
from dispatch.tickets.representation import local

contacting = ApiBlueprint("contacting", __name__)


@contacting.route("/tickets/<ticket_no>/contact", methods=["POST"])
@requires("ticket.contact")
@contacting.arguments(schemas.ContactSchema)
@contacting.response(200, shapes.ContactView)
def contact(data: dict[str, Any], ticket_no: str) -> Response:
    """联系诉求人：记录事由后显示一次姓名与号码，限时有效."""
    at, person = now(), current_person()
    with transaction() as session:
        ticket_id = visible_ticket_id(session, ticket_no, person=person, at=at)
        reference = reference_at(session, at)
        shown = contact_reporter(
            session,
            ticket_id,
            vault=runtime().vault,
            actor=person.actor,
            unit_id=contacting_unit_id(session, ticket_id, person=person, at=at),
            purpose=data["purpose"],
            shown_minutes=reference.procedure.contact_shown_minutes,
            at=at,
        )
    return answer_json({"name": shown.name, "phone": shown.phone, "until": local(shown.until, reference)})
