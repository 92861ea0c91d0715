"""直派门槛: what each threshold of certainty would have meant for the tickets of a while, and a policy draft with the one picked."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

from flask import Blueprint, flash, redirect, render_template, request, url_for

from dispatch.console.timing import local, moment
from dispatch.directory.snapshot import Reference, reference
from dispatch.kernel.db import transaction
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import current_person
from dispatch.kernel.route_rules import requires
from dispatch.kernel.shares import percent
from dispatch.policies import drafts
from dispatch.tuning import queries
from dispatch.tuning.curve import TOP, Point, curve, lowest_for

DAYS = 90
STEP = 5  # rows of the table; the chart has every threshold
AIMS = (Fraction(95, 100), Fraction(98, 100), Fraction(995, 1000))

blueprint = Blueprint("console_threshold", __name__)


class _Asked(NamedTuple):
    first: date
    last: date
    start: datetime
    end: datetime


@blueprint.get("/dispatch-threshold")
@requires("accuracy.view")
def threshold_page() -> Any:
    """Shares and the curve of the days asked for, both included; else of the last three months."""
    with transaction() as session:
        city = reference(session, moment())
        asked = _days(city)
        points = curve(queries.judged(session, asked.start, asked.end))
        return render_template(
            "console/threshold.html",
            asked=asked,
            shares=queries.shares(session, asked.start, asked.end),
            points=points,
            points_json=[_plain(point) for point in points],
            rows=_rows(points, city.procedure.direct_confidence),
            current=city.procedure.direct_confidence,
            aims=[(aim, lowest_for(points, aim)) for aim in AIMS],
            most=queries.MOST,
            percent=percent,
        )


@blueprint.post("/dispatch-threshold")
@requires("policy.edit")
def pick() -> Any:
    """Begin a policy draft with the threshold picked; nothing is in force before it was tried and put."""
    at, typed = moment(), request.form.get("threshold", "").strip()
    if not (typed.isascii() and typed.isdigit() and int(typed) <= TOP):
        flash(_("请填写 0 到 100 之间的整数。"), "bad")
        return redirect("/dispatch-threshold", 303)
    with transaction() as session:
        draft_id = drafts.begin_with_threshold(session, int(typed), actor=current_person().actor, at=at).draft_id
    flash(_("已按新的门槛起草政策；试算之后才能发布。"), "good")
    return redirect(url_for("console_policy_drafts.trial_page", draft_id=draft_id), 303)


def _plain(point: Point) -> dict[str, float | int | None]:
    """A point of the chart, in percent; a picture needs no more digits."""
    shares = {"share": point.share, "accuracy": point.accuracy}
    return {"threshold": point.threshold} | {
        name: None if share is None else round(float(share) * 100, 2) for name, share in shares.items()
    }


def _rows(points: tuple[Point, ...], current: int) -> list[Point]:
    """Every fifth threshold, and the one in force."""
    return [point for point in points if point.threshold % STEP == 0 or point.threshold == current]


def _days(city: Reference) -> _Asked:
    today = local(moment()).date()
    last = _day(request.args.get("to"), today)
    first = min(_day(request.args.get("from"), last - timedelta(days=DAYS)), last)
    start, end = (datetime.combine(day, time(), city.calendar.zone) for day in (first, last + timedelta(days=1)))
    return _Asked(first, last, start, end)


def _day(typed: str | None, otherwise: date) -> date:
    try:
        found = date.fromisoformat(typed or "")
    except ValueError:
        return otherwise
    return found if date(1970, 1, 1) <= found <= date(2999, 12, 31) else otherwise
