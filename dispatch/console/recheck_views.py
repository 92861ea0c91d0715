"""抽查复核: the agents' list and blind form, and the page where supervisors and evaluators draw and see the disagreement."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.access.contact import masked_reporter
from dispatch.access.models import Account
from dispatch.console import choices, scope
from dispatch.console.timing import moment
from dispatch.console.words import OUTCOMES, SATISFACTIONS, SOLVED
from dispatch.directory.snapshot import Reference, reference
from dispatch.follow_ups import recheck_queries, rechecking
from dispatch.follow_ups.rechecking import Answers
from dispatch.follow_ups.services import CITIZEN
from dispatch.kernel import texts
from dispatch.kernel.application import runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import Conflict, DomainError
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import current_person
from dispatch.kernel.problems import Problem, problem_of_domain
from dispatch.kernel.route_rules import requires

LONGEST_WORDS = 5_000
TRUTHS = {"true": True, "false": False}
# What was said and answered before the follow-up; never what the caller answered then.
SHOWN = ("title", "text", "address", "answer")
SEED_BYTES = 16
QUARTERS_OFFERED = 4

blueprint = Blueprint("console_rechecks", __name__)


@blueprint.get("/follow-ups/rechecks")
@requires("follow_up.attempt")
def list_page() -> Any:
    """Whom this agent may ask again."""
    person = current_person()
    with transaction() as session:
        found = recheck_queries.waiting(session, agent=person.actor)
        titles = scope.shown_words(session, [(row.Ticket.ticket_id, row.title) for row in found], person=person)
        rows = [(row.Recheck, row.Ticket, title) for row, title in zip(found, titles, strict=True)]
        return render_template("console/rechecks.html", rows=rows)


@blueprint.get("/follow-ups/rechecks/<ticket_no>")
@requires("follow_up.attempt")
def ask_page(ticket_no: str) -> Any:
    """The matter and the three questions, without the first answers."""
    return _page(ticket_no)


@blueprint.post("/follow-ups/rechecks/<ticket_no>")
@requires("follow_up.attempt")
def record(ticket_no: str) -> Any:
    """Register what the caller said this time."""
    at, person, form = moment(), current_person(), request.form
    answers = Answers(
        outcome=form.get("outcome", ""),
        contacted=TRUTHS.get(form.get("contacted", "")),
        solved=form.get("solved") or None,
        satisfaction=form.get("satisfaction") or None,
        words=form.get("words", "").replace("\x00", "")[:LONGEST_WORDS] or None,
    )
    try:
        with transaction() as session:
            ticket = scope.visible_ticket(session, ticket_no, person=person, at=at)
            city = reference(session, at)
            rechecking.recheck(session, ticket.ticket_id, answers, reference=city, actor=person.actor, at=at)
    except DomainError as error:
        if error.status == 404:
            raise
        problem = problem_of_domain(error)
        return _page(ticket_no, problem), problem.status
    flash(_("%(number)s 的复核已登记。", number=ticket_no), "good")
    return redirect("/follow-ups/rechecks", 303)


@blueprint.get("/rechecks")
@requires("recheck.draw")
def report_page() -> Any:
    """Every draw, and the disagreement of one by unit and by agent."""
    at = moment()
    with transaction() as session:
        city = reference(session, at)
        draws = recheck_queries.draws(session)
        quarter = request.args.get("quarter") or (draws[0].quarter if draws else None)
        by_unit = recheck_queries.by_unit(session, quarter) if quarter else []
        by_agent = recheck_queries.by_agent(session, quarter) if quarter else []
        names = _names(session, [str(row.key) for row in by_agent])
        return render_template(
            "console/recheck_report.html",
            draws=[(draw.quarter, _quarter_name(draw.quarter)) for draw in draws],
            choices=_open_quarters(at, city, {draw.quarter for draw in draws}),
            quarter=quarter,
            by_unit=[(city.by_id[int(row.key)].name, row) for row in by_unit],
            by_agent=[(names.get(str(row.key), row.key), row) for row in by_agent],
            problem=None,
        )


@blueprint.post("/rechecks")
@requires("recheck.draw")
def draw() -> Any:
    """抽取: once per quarter, after its end."""
    at, person = moment(), current_person()
    quarter = request.form.get("quarter", "").strip().upper()
    seed = secrets.token_hex(SEED_BYTES)
    try:
        with transaction() as session:
            city = reference(session, at)
            count = rechecking.draw(session, quarter, seed=seed, reference=city, actor=person.actor, at=at)
    except DomainError as error:
        flash(_(error.message), "bad")
        return redirect("/rechecks", 303)
    flash(ngettext("已抽取 %(num)s 件。", "已抽取 %(num)s 件。", count), "good")
    return redirect(f"/rechecks?quarter={quarter}", 303)


def _open_quarters(at: datetime, city: Reference, drawn: set[str]) -> list[tuple[str, str]]:
    """The year's finished quarters that were not drawn yet, the latest first."""
    today = at.astimezone(city.calendar.zone)
    now = today.year * 4 + (today.month - 1) // 3
    names = [f"{past // 4}Q{past % 4 + 1}" for past in range(now - 1, now - 1 - QUARTERS_OFFERED, -1)]
    return [(name, _quarter_name(name)) for name in names if name not in drawn]


def _quarter_name(quarter: str) -> str:
    year, number = quarter.split("Q")
    return str(_("%(year)s 年第 %(number)s 季度", year=year, number=number))


def _names(session: Session, actors: list[str]) -> dict[str, str]:
    ids = [int(actor.partition(":")[2]) for actor in actors if actor.startswith("account:")]
    rows = session.execute(select(Account.account_id, Account.name).where(Account.account_id.in_(ids)))
    return {CITIZEN: str(_("诉求人（评价链接）"))} | {f"account:{row.account_id}": row.name for row in rows}


def _page(ticket_no: str, problem: Problem | None = None) -> Any:
    at, person = moment(), current_person()
    unsaid = _("未回答")
    with transaction() as session:
        ticket = scope.visible_ticket(session, ticket_no, person=person, at=at)
        drawn = rechecking.waiting_recheck(session, ticket.ticket_id)
        if drawn is None:
            raise Conflict("recheck.not_yours", "这张工单没有您可以复核的回访。")
        rechecking.require_may_recheck(session, drawn, person.actor)
        written = texts.latest(session, ticket.ticket_id)
        kinds = [kind for kind in SHOWN if written.get(kind)]
        shown = scope.shown_words(session, [(ticket.ticket_id, written[kind]) for kind in kinds], person=person)
        return render_template(
            "console/recheck.html",
            ticket=ticket,
            told=list(zip(kinds, shown, strict=True)),
            reporter=masked_reporter(session, ticket.ticket_id, vault=runtime().vault),
            outcomes=choices.options(OUTCOMES),
            contacted=[("true", _("联系过")), ("false", _("没有联系")), ("", unsaid)],
            solved=[*choices.options(SOLVED), ("", unsaid)],
            satisfactions=[*choices.options(SATISFACTIONS), ("", unsaid)],
            shown_minutes=reference(session, at).procedure.contact_shown_minutes,
            form=request.form,
            problem=problem,
        )
