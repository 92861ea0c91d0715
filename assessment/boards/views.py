"""Pages beside the ranking: 趋势, 分类热力图, 办法对比; each also as CSV or Excel."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, Flask, render_template, request, send_file
from sqlalchemy.orm import Session

from assessment.boards import asking, categories, rows, side_by_side, taking, trends
from assessment.boards.asking import Asked
from assessment.boards.categories import Measure
from assessment.boards.settings import settings
from assessment.console import words
from assessment.methods import in_force
from assessment.metrics import half_up
from assessment.rankings import peer_group_of
from assessment.schemes.model import Scheme
from assessment.service import table
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError, NotFound
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import current_person
from dispatch.kernel.problems import problem_of_domain
from dispatch.kernel.route_rules import requires

PERMISSIONS = ("ranking.view", "ranking.view_all")
TEXTS = 2  # two columns of words stand before the numbers
OTHER_SCHEME = "fair"  # what the default scheme is compared with where nothing is chosen

blueprint = Blueprint(
    "boards", __name__, template_folder="templates", static_folder="static", static_url_path="/ranking/boards/static"
)
Found = dict[str, Any]
Finder = Callable[[Session, Asked], Found]


def install(app: Flask) -> None:
    """Register the pages; their words are in the catalogue of the ranking."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals["half_up"] = half_up


@blueprint.get("/ranking/trend")
@requires(*PERMISSIONS)
def trend_page() -> Any:
    """The three rates and the score of a unit and of its group over the last periods."""
    return _page("trend.html", _trend)


@blueprint.get("/ranking/categories")
@requires(*PERMISSIONS)
def heat_page() -> Any:
    """Units by category."""
    return _page("heat.html", _heat)


@blueprint.get("/ranking/side-by-side")
@requires(*PERMISSIONS)
def side_by_side_page() -> Any:
    """Two schemes on one period."""
    return _page("side_by_side.html", _two_schemes)


@blueprint.get("/ranking/trend/download")
@requires(*PERMISSIONS)
def trend_download() -> Any:
    """The trend as a spreadsheet."""
    return _file(_("三率趋势"), _trend)


@blueprint.get("/ranking/categories/download")
@requires(*PERMISSIONS)
def heat_download() -> Any:
    """The map as a spreadsheet."""
    return _file(_("分类热力图"), _heat)


@blueprint.get("/ranking/side-by-side/download")
@requires(*PERMISSIONS)
def side_by_side_download() -> Any:
    """The comparison as a spreadsheet."""
    return _file(_("办法对比"), _two_schemes)


def _trend(session: Session, of: Asked) -> Found:
    question = of.question
    _all, shown = asking.units_of(session, of)
    unit = asking.chosen_unit(request.args, current_person(), shown)
    periods = asking.periods_wanted(request.args)
    moments = trends.trend(session, *of.where, code=unit.code if unit else "", periods=periods)
    group_name = _(words.GROUP_WORDS[question.group]) + " · " + _("全组合计")
    heads, lines = rows.trend_rows(moments, unit, group_name, _)
    own = {"unit": unit, "units": shown, "periods": periods, "most": settings().most_periods, "moments": moments}
    extra = {"periods": periods} | ({"unit": unit.code} if unit else {})
    return own | {"heads": heads, "lines": lines, "extra": extra, "group_name": group_name, "rates": trends.RATES}


def _heat(session: Session, of: Asked) -> Found:
    measure = _measure(request.args.get("measure"))
    units, shown = asking.units_of(session, of)
    found = categories.heat_map(
        categories.counted(session, *of.where), units, shown, of.question.scheme, measure, settings().least_answers
    )
    heads, lines = rows.heat_rows(found, _)
    extra = {"measure": measure.value}
    return {
        "map": found,
        "measure": measure,
        "measures": list(Measure),
        "least": settings().least_answers,
        "extra": extra,
        "heads": heads,
        "lines": lines,
    }


def _two_schemes(session: Session, of: Asked) -> Found:
    question = of.question
    against = request.args.get("against") or _other(question.scheme)
    method, period = in_force.for_period(session, against, question.period.name, runtime().config.time_zone)
    other = method.scheme
    group = peer_group_of(question.group, other)
    left = table(session, *of.where, at=question.at)
    right = table(session, other, period, group, question.as_of, at=question.at)
    found = side_by_side.side_by_side(left, right)
    shown = (
        None
        if of.visible is None and of.listed is None
        else {line.unit.code for line in found.lines if of.shows(line.unit.code)}
    )
    heads, lines = rows.two_schemes_rows(found, shown, _)
    both = [line for line in found.lines if of.shows(line.unit.code)]
    own = {"found": found, "shown": both, "other": other, "other_period": period, "heads": heads, "lines": lines}
    return own | {"extra": {"against": other.name}}


def _other(scheme: Scheme) -> str:
    return OTHER_SCHEME if scheme.name != OTHER_SCHEME else "beijing"


def _measure(word: str | None) -> Measure:
    if (word or Measure.RECEIVED) not in set(Measure):
        raise NotFound("ranking.unknown_measure", "没有这一项可看。")
    return Measure(word or Measure.RECEIVED)


def _page(template: str, find: Finder) -> Any:
    """The page; a question that makes no sense is said so above the pickers."""
    at = now()
    with transaction() as session:
        try:
            of = _asked(session, at)
            found: Found = find(session, of)
            problem = None
        except DomainError as error:
            of, found, problem = _asked(session, at, is_plain=True), {}, problem_of_domain(error)
        values = {"question": of.question, "choices": asking.choices(session, of.question), "problem": problem}
        is_own = of.visible is not None
        # The templates' own _() formats; what holds a percent sign of its own is said plainly.
        page = render_template(f"boards/{template}", names=words, say=_, is_own=is_own, **values, **found)
        return page, problem.status if problem else 200


def _file(title: str, find: Finder) -> Any:
    """The board's rows as a file."""
    at = now()
    with transaction() as session:
        of = _asked(session, at)
        found = find(session, of)
    board, local = (found["heads"], found["lines"]), at.astimezone(runtime().config.time_zone)
    taker = taking.Taker(current_person(), request.args.get("form"), local)
    return send_file(**taking.taken(of.question, title, board, taker, _, texts=TEXTS))


def _asked(session: Session, at: datetime, *, is_plain: bool = False) -> Asked:
    zone = runtime().config.time_zone
    return asking.asked(session, request.args, current_person(), zone=zone, at=at, is_plain=is_plain)
