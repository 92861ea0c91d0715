"""工单查询: by number, words, unit, state and time; by telephone, which is logged; searches to keep, lists to take out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.access.contact import tickets_of_phone
from dispatch.access.scope import unit_ids_in_scope
from dispatch.access.vault import normalise_phone
from dispatch.access.vault_models import IdentityLook
from dispatch.console import choices, scope, search_sheet, work_lists
from dispatch.console.keyset import read_number
from dispatch.console.timing import moment
from dispatch.console.words import CHANNELS, KINDS, words
from dispatch.directory.snapshot import reference
from dispatch.kernel.application import runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError, NotFound
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import Person, current_person
from dispatch.kernel.problems import Problem, problem_of_domain
from dispatch.kernel.route_rules import requires
from dispatch.search import asking, queries, saved
from dispatch.search.asking import Asked
from dispatch.tickets import work_queries
from dispatch.tickets.models import Ticket

PAGE_SIZE = 50
MOST_EXPORTED = 5_000
OF_ONE_PHONE = 50

blueprint = Blueprint("console_search", __name__, url_prefix="/tickets")


@blueprint.get("")
@requires("ticket.view")
def find_page() -> Any:
    """A number leads to its ticket; everything else to a list, the newest first, of what this person may see."""
    at, person = moment(), current_person()
    asked = _asked(at)
    number = request.args.get("no", "").strip() or asked.q
    with transaction() as session:
        if number and any(char.isdigit() for char in number):
            try:
                found = scope.visible_ticket(session, number, person=person, at=at)
                return redirect(url_for("console_tickets.ticket_page", ticket_no=found.ticket_no), 303)
            except NotFound:
                if request.args.get("no"):
                    return _page(session, asked, person, at, is_missing=True)
        return _page(session, asked, person, at)


@blueprint.post("")
@requires("ticket.accept")
def of_phone() -> Any:
    """The tickets of a caller. The number is in no address, and the search is logged."""
    at, person = moment(), current_person()
    with transaction() as session:
        try:
            phone = normalise_phone(request.form.get("phone", ""))
        except DomainError as error:
            problem = problem_of_domain(error)
            return _page(session, Asked(), person, at, problem=problem), problem.status
        vault = runtime().vault
        ids = tickets_of_phone(session, phone, vault=vault, actor=person.actor, at=at, limit=OF_ONE_PHONE)
        tickets = session.scalars(select(Ticket).where(Ticket.ticket_id.in_(ids)).order_by(Ticket.ticket_id.desc()))
        titles = work_queries.titles(session, ids)
        pairs = [work_lists.Titled(ticket, titles.get(ticket.ticket_id)) for ticket in tickets]
        rows, _next = work_lists.page_of_rows(session, pairs, OF_ONE_PHONE, person=person, at=at)
        return _page(session, Asked(), person, at, of_phone=rows)


@blueprint.get("/export.csv")
@requires("ticket.view")
def export() -> Any:
    """The list as a spreadsheet, with who took it and when; the look log says so too."""
    at, person = moment(), current_person()
    asked = _asked(at)
    with transaction() as session:
        city = reference(session, at)
        units = unit_ids_in_scope(session, person, at=at)
        found = queries.find(session, asked, units, city, before=None, limit=MOST_EXPORTED)
        session.add(IdentityLook(actor=person.actor, purpose="ticket_export", at=at))
        body = search_sheet.sheet(session, found, city, person=person, at=at)
    answer = Response(body, mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="tickets.csv"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/saved")
@requires("ticket.view")
def keep() -> Any:
    """Keep this search under a name."""
    at, person = moment(), current_person()
    asked = asking.read(request.form)
    try:
        with transaction() as session:
            saved.keep(session, person.account_id, request.form.get("name", ""), asked, at=at)
    except DomainError as error:
        problem = problem_of_domain(error)
        with transaction() as session:
            return _page(session, asked, person, at, problem=problem), problem.status
    flash(_("查询已保存。"), "good")
    return redirect(f"/tickets?{asked.query}", 303)


@blueprint.post("/saved/<int:saved_search_id>/drop")
@requires("ticket.view")
def drop(saved_search_id: int) -> Any:
    """Forget a search that was kept."""
    with transaction() as session:
        saved.drop(session, current_person().account_id, saved_search_id)
    flash(_("已删除保存的查询。"), "good")
    return redirect("/tickets", 303)


def _asked(at: datetime) -> Asked:
    """The address, with the unit's label turned into its code."""
    values = request.args.to_dict()
    if values.get("unit"):
        with transaction() as session:
            values["unit"] = choices.unit_code_of(values["unit"], reference(session, at)) or ""
    return asking.read(values)


def _page(
    session: Session,
    asked: Asked,
    person: Person,
    at: datetime,
    *,
    is_missing: bool = False,
    problem: Problem | None = None,
    of_phone: list[work_lists.TicketRow] | None = None,
) -> str:
    city, before = reference(session, at), read_number(request.args.get("before"))
    rows, following, is_cut = of_phone, None, False
    if rows is None:
        units = unit_ids_in_scope(session, person, at=at)
        found = queries.find(session, asked, units, city, before=before, limit=PAGE_SIZE)
        rows, _next = work_lists.page_of_rows(session, found.rows, PAGE_SIZE, person=person, at=at)
        following, is_cut = found.before, found.is_cut
    unit = city.known.get(asked.unit)
    return render_template(
        "console/tickets.html",
        rows=rows,
        asked=asked,
        unit_typed=choices.unit_label(unit.name, unit.code) if unit else asked.unit,
        is_missing=is_missing,
        is_of_phone=of_phone is not None,
        is_cut=is_cut,
        problem=problem,
        before=before,
        next=following,
        kept=saved.kept(session, person.account_id),
        may_search_phone=person.may("ticket.accept"),
        states=choices.options(words.ticket, _("全部状态")),
        kinds=choices.options(KINDS, _("全部类型")),
        channels=choices.options(CHANNELS, _("全部渠道")),
        units=choices.unit_options(city),
        categories=choices.category_options(city, _("全部分类")),
    )
