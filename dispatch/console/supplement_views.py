"""补充情况: the citizen's page behind the link of a message. No log-in, no identity shown, no script needed."""

from __future__ import annotations

import math
import time
from typing import Any

from flask import Blueprint, render_template, request

from dispatch.console.timing import moment
from dispatch.directory.snapshot import reference
from dispatch.kernel.application import runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.guessing import SharedFuse
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.route_rules import public
from dispatch.kernel.texts import latest
from dispatch.outcomes import links
from dispatch.tickets.screening import screened

LONGEST = 5_000

# Links cannot be guessed; this keeps one address from filling the database or the processor with tries.
by_address = SharedFuse("supplement", per_second=1 / 5, burst=30)

blueprint = Blueprint("console_supplement", __name__)


@blueprint.get("/supplement/<token>")
@public("the signed link, sent to the caller alone, stands for a log-in")
def ask(token: str) -> Any:
    """Which facts are missing, and room for them."""
    return _page(token)


@blueprint.post("/supplement/<token>")
@public("the signed link, sent to the caller alone, stands for a log-in")
def give(token: str) -> Any:
    """Take the answer, once."""
    at = moment()
    if wait := by_address.take(request.remote_addr or "", time.monotonic()):
        error = _("提交次数过多，请稍后再试，或拨打 12345。")
        return render_template("supplement/told.html", error=error), 429, {"Retry-After": str(math.ceil(wait))}
    text = request.form.get("text", "").replace("\x00", "")[:LONGEST]
    try:
        with transaction() as session:
            links.give(session, token, text=text, vault=runtime().vault, reference=reference(session, at), at=at)
    except DomainError as error:
        if error.code == "supplement.text_missing":
            return _page(token, _(error.message))
        return render_template("supplement/told.html", error=_(error.message)), error.status
    return render_template("supplement/told.html", error=None)


def _page(token: str, fault: str | None = None) -> Any:
    try:
        with transaction() as session:
            ticket, question = links.asked(session, token, vault=runtime().vault, at=moment())
            words = latest(session, ticket.ticket_id).get("supplement_question")
            facts, number, until = question.facts.split(), ticket.ticket_no, question.until
    except DomainError as error:
        return render_template("supplement/told.html", error=_(error.message)), error.status
    page = render_template(
        "supplement/ask.html",
        number=number,
        facts=facts,
        question=screened(words),
        until=until,
        token=token,
        fault=fault,
        longest=LONGEST,
    )
    return page, 422 if fault else 200
