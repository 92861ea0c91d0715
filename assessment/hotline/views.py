"""热线首派准确率: the hotline's own number by period, and the tickets that came back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, render_template, request, send_file

from assessment.boards import asking, taking
from assessment.boards.settings import settings
from assessment.console import words
from assessment.hotline import queries, rows
from assessment.metrics import wilson
from dispatch import contract
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import current_person
from dispatch.kernel.problems import problem_of_domain
from dispatch.kernel.route_rules import requires

PERMISSION = "ranking.view_all"
PAGE_SIZE = 50

blueprint = Blueprint("hotline_own", __name__, template_folder="templates")


def install(app: Flask) -> None:
    """Register the page; its words are in the catalogue of the ranking."""
    app.register_blueprint(blueprint)


@blueprint.get("/ranking/hotline")
@requires(PERMISSION)
def accuracy_page() -> Any:
    """The last periods, and the returned tickets of the one that was chosen."""
    at, person, zone = now(), current_person(), runtime().config.time_zone
    word = request.args.get("after", "")
    after = int(word) if word.isascii() and word.isdigit() and len(word) < 18 else 0
    with transaction() as session:
        try:
            of, problem = asking.asked(session, request.args, person, zone=zone, at=at), None
        except DomainError as error:
            of = asking.asked(session, {}, person, zone=zone, at=at, is_plain=True)
            problem = problem_of_domain(error)
        question = of.question
        where = (session, question.scheme)
        found = queries.last(*where, question.period, question.as_of, count=settings().periods)
        tickets = queries.returned(*where, question.period, question.as_of, after=after, limit=PAGE_SIZE + 1)
        headings = contract.headings(session, [one.ticket_id for one in tickets], vault=runtime().vault)
        page = render_template(
            "hotline/accuracy.html",
            question=question,
            choices=asking.choices(session, question) | {"groups": [], "districts": []},
            problem=problem,
            lines=[(one, wilson(one.rate) if one.dispatched else None) for one in found],
            tickets=tickets[:PAGE_SIZE],
            has_more=len(tickets) > PAGE_SIZE,
            after=after,
            headings=headings,
            names=words,
        )
        return page, problem.status if problem else 200


@blueprint.get("/ranking/hotline/download")
@requires(PERMISSION)
def accuracy_download() -> Any:
    """The numbers of the last periods as a spreadsheet, the newest first as on the page."""
    at, person, zone = now(), current_person(), runtime().config.time_zone
    with transaction() as session:
        of = asking.asked(session, request.args, person, zone=zone, at=at)
        where = (session, of.question.scheme, of.question.period, of.question.as_of)
        found = queries.last(*where, count=settings().periods)
    taker = taking.Taker(person, request.args.get("form"), at.astimezone(zone))
    board = rows.accuracy_rows(found, _)
    return send_file(**taking.taken(of.question, _("热线首派准确率"), board, taker, _, texts=1))
