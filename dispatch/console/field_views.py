"""网格员: one page for the phone — report, tasks, own reports — with plain forms; the queue of ``field.js`` sends the same."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from marshmallow import ValidationError
from sqlalchemy.orm import Session

from dispatch.actions import forms
from dispatch.console import choices, field_report, field_tasks
from dispatch.console import field_edge as edge
from dispatch.console.desk_beside_views import place_options
from dispatch.console.timing import moment
from dispatch.directory.snapshot import reference
from dispatch.field import queries
from dispatch.files.edge import take_uploads
from dispatch.files.limits import shipped_limits
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import Person, current_person
from dispatch.kernel.problems import Problem, flatten, plain_problem, problem_of_domain
from dispatch.kernel.route_rules import requires

REPORTS_SHOWN = 20

blueprint = Blueprint("console_field", __name__)
take_uploads(blueprint)


@blueprint.get("/field")
@requires("field.report")
def home() -> Any:
    """The page."""
    return _page({"key": str(uuid.uuid4())})


@blueprint.get("/field/lists")
@requires("field.report")
def lists() -> Any:
    """Tasks and own reports alone, fetched anew after something was sent."""
    at, person = moment(), current_person()
    with transaction() as session:
        return render_template("field/lists.html", **_lists(session, person, at))


@blueprint.post("/field/places")
@requires("field.report")
def places() -> Any:
    """Places that begin with what stands in the address field."""
    return place_options()


@blueprint.post("/field")
@requires("field.report")
def report() -> Any:
    """Take in what was seen, once per key."""
    form = field_report.typed()
    return _answered(
        lambda at: field_report.take_in(form, at),
        lambda number: _("已上报，工单号 %(number)s。", number=number),
        lambda problem: _page(form, problem),
        own_faults=lambda error: dict(flatten(field_report.own_faults(error.messages_dict))),
    )


@blueprint.post("/field/tasks/<ticket_no>")
@requires("hop.report")
def act_on_task(ticket_no: str) -> Any:
    """Sign, keep photos or report back: ``act`` says which."""
    act = request.form.get("act", "")
    said = {"acknowledge": _("已签收。"), "answer": _("已向上级单位反馈。")}.get(act, _("照片已上传。"))
    return _answered(
        lambda at: field_tasks.act_on(ticket_no, act, at),
        lambda _number: said,
        _task_refused,
        own_faults=lambda error: dict(forms.problem_of(error).fields),
    )


def _answered(
    act: Callable[[datetime], str],
    done: Callable[[str], str],
    again: Callable[[Problem], Any],
    *,
    own_faults: Callable[[ValidationError], dict[str, list[str]]],
) -> Any:
    """The queue gets JSON; a plain form gets the page again, with what was done or why not."""
    try:
        number = act(moment())
    except ValidationError as error:
        problem = plain_problem(422, fields=own_faults(error))
    except edge.TooOften as error:
        problem = plain_problem(429, detail="提交次数过多，请稍后再试。", headers=error.headers)
    except DomainError as error:
        problem = problem_of_domain(error)
    else:
        if edge.is_queue():
            return edge.told(done(number), number)
        flash(done(number), "good")
        return redirect("/field", 303)
    if edge.is_queue():
        return edge.refused(problem)
    return again(problem), problem.status, dict(problem.headers)


def _task_refused(problem: Problem) -> str:
    return _page({"key": str(uuid.uuid4())}, problem)


def _page(form: dict[str, str], problem: Problem | None = None) -> str:
    at, person = moment(), current_person()
    with transaction() as session:
        return render_template(
            "field/page.html",
            form=form,
            problem=problem,
            categories=choices.category_options(reference(session, at), _("按内容自动判断")),
            account=person.account_id,
            **_lists(session, person, at),
        )


def _lists(session: Session, person: Person, at: datetime) -> dict[str, Any]:
    found = queries.reports(session, person.account_id, limit=REPORTS_SHOWN)
    city = reference(session, at)
    return {
        "tasks": field_tasks.rows(session, person, at=at),
        "reports": [(row.Ticket, row.title, city.by_id.get(row.Ticket.unit_id or 0)) for row in found],
        "at": at,
        "most_photos": shipped_limits().request_files,
    }
