"""``/answer/<token>``: the caller answers the three questions by the link that was sent; nobody is named on the page."""

from __future__ import annotations

import time
from typing import Any

from flask import Blueprint, render_template, request

from dispatch.console import choices
from dispatch.console.timing import moment
from dispatch.console.words import SATISFACTIONS, SOLVED
from dispatch.directory.snapshot import reference
from dispatch.follow_ups import link_maker, links
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.guessing import SharedFuse
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.problems import Problem, problem_of_domain
from dispatch.kernel.route_rules import public

LONGEST_WORDS = 1_000
TRUTHS = {"true": True, "false": False}
# So many pages may one address ask for; a token has 192 random bits, the fuse only spares the machine.
FUSE = SharedFuse("answer", per_second=0.5, burst=40)
ASKED_AGAIN = 422

__all__ = ["blueprint", "link_maker"]  # messages shown on pages carry links too

blueprint = Blueprint("console_answer", __name__)


@blueprint.get("/answer/<token>")
@public("the link that was sent to the caller is the key")
def answer_page(token: str) -> Any:
    """The three questions; looking at them spends nothing."""
    return _guarded(token)


@blueprint.post("/answer/<token>")
@public("the link that was sent to the caller is the key")
def give_answer(token: str) -> Any:
    """Keep the answer; the link is spent."""
    if (waiting := _wait()) is not None:
        return waiting
    at, form = moment(), request.form
    try:
        with transaction() as session:
            links.answer(
                session,
                token,
                contacted=TRUTHS.get(form.get("contacted", "")),
                solved=form.get("solved") or None,
                satisfaction=form.get("satisfaction") or None,
                words=form.get("words", "").replace("\x00", "")[:LONGEST_WORDS] or None,
                reference=reference(session, at),
                at=at,
            )
    except DomainError as error:
        if error.status == ASKED_AGAIN:
            return _guarded(token, problem_of_domain(error))
        return _refused(error)
    return render_template("console/answered.html", refusal=None)


def _guarded(token: str, problem: Problem | None = None) -> Any:
    if (waiting := _wait()) is not None:
        return waiting
    try:
        with transaction() as session:
            ticket = links.asked(session, token, at=moment())
            page = _form(ticket.ticket_no, problem)
    except DomainError as error:
        return _refused(error)
    return page, problem.status if problem else 200


def _form(ticket_no: str, problem: Problem | None) -> str:
    return render_template(
        "console/answer.html",
        ticket_no=ticket_no,
        contacted=[("true", _("联系过")), ("false", _("没有联系"))],
        solved=choices.options(SOLVED),
        satisfactions=choices.options(SATISFACTIONS),
        form=request.form,
        problem=problem,
    )


def _refused(error: DomainError) -> Any:
    return render_template("console/answered.html", refusal=error.message), error.status


def _wait() -> Any:
    seconds = FUSE.take(request.remote_addr or "", time.monotonic())
    if seconds == 0:
        return None
    page = render_template("console/answered.html", refusal=_("访问过于频繁，请稍后再试。"))
    return page, 429, {"Retry-After": str(int(seconds) + 1)}
