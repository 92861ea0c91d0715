"""A unit's own rates of the running period, for the slot on its worklist: each with its fraction, and what is still missing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, render_template
from sqlalchemy.orm import Session

from assessment import queries
from assessment.console import words
from assessment.console.question import DEFAULT_SCHEME, own_group
from assessment.methods import in_force
from assessment.metrics import Rate, rate
from assessment.parts import RULES, Part
from assessment.periods import Period
from assessment.schemes.model import Indicator, Scheme
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import NotFound
from dispatch.kernel.person import Person, current_person
from dispatch.kernel.route_rules import requires
from dispatch.kernel.slots import Panel, add_panel

DECIMALS = 2
# What keeps each rate from being whole: the tickets behind it are one click away.
MISSING = {
    Indicator.RESPONSE: Part.NOT_CONTACTED,
    Indicator.RESOLUTION: Part.UNSOLVED,
    Indicator.SATISFACTION: Part.DISSATISFIED,
}
BESIDE = (Part.PENDING, Part.UNREACHED, Part.EXCLUDED)

blueprint = Blueprint("own_rates", __name__, template_folder="templates")


def install(app: Flask) -> None:
    """Fill the slot of the worklist."""
    app.register_blueprint(blueprint)
    add_panel(app, "work", Panel("/ranking/own", ("ranking.view",)))


@blueprint.get("/ranking/own")
@requires("ranking.view")
def own_rates() -> Any:
    """A fragment for the worklist; empty for whose unit is not assessed."""
    person, at = current_person(), now()
    zone = runtime().config.time_zone
    with transaction() as session:
        scheme = in_force.at_instant(session, DEFAULT_SCHEME, at, zone).scheme
        period = Period.holding(at, scheme, zone)
        try:
            counts, address = _counts(session, person, scheme, period)
        except NotFound:
            return ""
        rates: list[tuple[Indicator, Rate]] = [(name, rate(name, counts, scheme)) for name in MISSING]
        missing = {name: RULES[part].count(counts) for name, part in MISSING.items()}
        beside = [(part, RULES[part].count(counts)) for part in BESIDE]
        values = {"counts": counts, "rates": rates, "missing": missing, "missing_parts": MISSING, "beside": beside}
        return render_template(
            "own/rates.html",
            period=period,
            scheme=scheme,
            address=address,
            names=words,
            decimals=DECIMALS,
            **values,
        )


def _counts(session: Session, person: Person, scheme: Scheme, period: Period) -> tuple[Any, dict[str, str]]:
    """Counts of the person's own unit, and the address of the tickets behind them. Raises 404 where it has no row."""
    at, code = now(), person.unit_code or ""
    visible = queries.require_visible(session, person, code, at=at)
    group = own_group(person, visible)
    queries.assessed_unit(session, period, group, code)
    address = {"unit_code": code, "scheme": scheme.name, "period": period.name, "group": group.value}
    return queries.counts_of(session, scheme, period, group, at, code=code), address
