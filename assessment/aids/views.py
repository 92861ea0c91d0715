"""Pages beside the ranking: the funnel plot, and the table with its exclusions back in."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from flask import Blueprint, Flask, render_template, request
from sqlalchemy.orm import Session

from assessment import queries
from assessment.aids import comparing, funnels
from assessment.aids.settings import settings
from assessment.boards.asking import choices
from assessment.console import words
from assessment.console.question import Question, ask, own_group
from assessment.schemes.model import Indicator
from assessment.service import table
from assessment.table import cells
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.person import current_person
from dispatch.kernel.route_rules import requires

PERMISSIONS = ("ranking.view", "ranking.view_all")
PLACES = 5  # of shares 0 to 1 in the chart

blueprint = Blueprint(
    "aids", __name__, template_folder="templates", static_folder="static", static_url_path="/ranking/aids/static"
)


def install(app: Flask) -> None:
    """Register the pages; their words are in the catalogue of the ranking."""
    app.register_blueprint(blueprint)


@blueprint.get("/ranking/funnel")
@requires(*PERMISSIONS)
def funnel_page() -> Any:
    """One rate of every unit over its answers, between the limits of chance."""
    named = request.args.get("indicator")
    indicator = Indicator(named) if named in comparing.RATES else Indicator.RESOLUTION
    with transaction() as session:
        question, visible, shown = _asked(session)
        found = table(session, question.scheme, question.period, question.group, question.as_of, at=question.at)
        funnel = funnels.funnel_of(found, indicator, shown)
        return render_template(
            "aids/funnel.html",
            question=question,
            choices=choices(session, question),
            funnel=funnel,
            lines=json.dumps(_lines(funnel)),
            levels=settings().funnel,
            indicators=comparing.RATES,
            names=words,
            is_own=visible is not None,
        )


@blueprint.get("/ranking/before-and-after")
@requires(*PERMISSIONS)
def comparison_page() -> Any:
    """Every unit's rates, score and rank with the excluded tickets back in, and officially."""
    with transaction() as session:
        question, visible, shown = _asked(session)
        where = (question.scheme, question.period, question.group, question.as_of)
        found = comparing.before_and_after(session, *where, at=question.at)
        units = [one for one in found.units if shown is None or one.unit.code in shown]
        return render_template(
            "aids/comparison.html",
            question=question,
            choices=choices(session, question),
            units=[(one, cells(one.before), cells(one.after)) for one in units],
            total_before=comparing.rates_of(found.total_before, question.scheme),
            total_after=comparing.rates_of(found.total_after, question.scheme),
            excluded=found.total_after.excluded,
            indicators=comparing.RATES,
            names=words,
            is_own=visible is not None,
        )


def _asked(session: Session) -> tuple[Question, dict[str, str] | None, Collection[str] | None]:
    """The question, the units that the reader sees, and those of them that are listed (None: all)."""
    person, at = current_person(), now()
    visible = queries.visible_units(session, person, at=at)
    zone, group = runtime().config.time_zone, own_group(person, visible)
    question = ask(session, request.args, zone=zone, at=at, group=group)
    listed = queries.listed_units(session, question.period, question.district)
    if visible is None or listed is None:
        return question, visible, visible if listed is None else listed
    return question, visible, listed & visible.keys()


def _lines(funnel: funnels.Funnel) -> list[list[float]]:
    """Number of answers, then the limits of each level, low and high."""
    return [
        [answers, *(round(edge, PLACES) for band in bands for edge in (band.low, band.high))]
        for answers, bands in funnel.limits
    ]
