"""核查线索: units whose numbers may have been made to look good, and the tickets to look at."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Blueprint, Flask, render_template, request

from assessment import queries as ranking_queries
from assessment.boards import asking
from assessment.console import words as names
from assessment.signals import queries, words
from assessment.signals.judging import judged
from assessment.signals.thresholds import Signal, thresholds
from dispatch import contract
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError, NotFound
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import current_person
from dispatch.kernel.problems import problem_of_domain
from dispatch.kernel.route_rules import requires

PAGE_SIZE = 50
PERMISSION = "signal.view"

blueprint = Blueprint("signals", __name__, template_folder="templates")
log = structlog.get_logger("signals")


def install(app: Flask) -> None:
    """Register the pages; their words are in the catalogue of the ranking."""
    app.register_blueprint(blueprint)


@blueprint.get("/ranking/signals")
@requires(PERMISSION)
def signals_page() -> Any:
    """Units by signal, those out of line first."""
    at, person, zone = now(), current_person(), runtime().config.time_zone
    with transaction() as session:
        try:
            of, problem = asking.asked(session, request.args, person, zone=zone, at=at), None
        except DomainError as error:
            of = asking.asked(session, {}, person, zone=zone, at=at, is_plain=True)
            problem = problem_of_domain(error)
        units, shown = asking.units_of(session, of)
        found = judged(units, {} if problem else queries.tally(session, *of.where, by=thresholds()), thresholds())
        codes, with_all = {unit.code for unit in shown}, request.args.get("all") == "1"
        lines = [line for line in found if line.unit.code in codes and (with_all or line.hints)]
        counts = {
            "tickets": sum(cell.whole for line in found for signal, cell in line.cells if signal is Signal.EXCLUDED)
        }
        values = {"question": of.question, "choices": asking.choices(session, of.question), "problem": problem}
        page = _render("signals.html", lines=lines, with_all=with_all, **counts, **values)
        return page, problem.status if problem else 200


@blueprint.get("/ranking/<path:unit_code>/signals")
@requires(PERMISSION)
def signal_tickets_page(unit_code: str) -> Any:
    """The tickets behind one signal of a unit."""
    at, person, zone = now(), current_person(), runtime().config.time_zone
    signal, after = _signal(request.args.get("signal")), request.args.get("after", "")
    with transaction() as session:
        of = asking.asked(session, request.args, person, zone=zone, at=at)
        if not of.shows(unit_code):
            raise NotFound("ranking.unknown_unit", "本周期的这个组别中没有这个单位，或您无权查看。")
        unit = ranking_queries.assessed_unit(session, of.question.period, of.question.group, unit_code)
        place = int(after) if after.isascii() and after.isdigit() and len(after) < 18 else 0
        asked: dict[str, Any] = {"unit_id": unit.unit_id, "signal": signal, "after": place, "limit": PAGE_SIZE + 1}
        ids = queries.ticket_ids(session, *of.where, by=thresholds(), **asked)
        log.info("signal.opened", unit=unit_code, signal=signal.value, actor=person.actor)
        numbers = contract.numbers_of(session, ids[:PAGE_SIZE])
        headings = contract.headings(session, ids[:PAGE_SIZE], vault=runtime().vault)
        listed = {"ids": ids[:PAGE_SIZE], "numbers": numbers, "headings": headings, "has_more": len(ids) > PAGE_SIZE}
        return _render("tickets.html", question=of.question, unit=unit, signal=signal, after=place, **listed)


def _signal(word: str | None) -> Signal:
    if word not in set(Signal):
        raise NotFound("signal.unknown", "没有这一种线索。")
    return Signal(word)


def _render(template: str, **values: Any) -> str:
    filled = words.numbers(thresholds())
    hints = {signal: _(words.SIGNAL_HINTS[signal], **filled[signal]) for signal in Signal}
    return render_template(
        f"signals/{template}", names=names, own_words=words, hints=hints, signals=list(Signal), **values
    )
