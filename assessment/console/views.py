"""考核排名: the ranking of a period with its formula, its download, and the tickets behind each number."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import structlog
from flask import Blueprint, Flask, render_template, request, send_file
from sqlalchemy.orm import Session

from assessment import queries
from assessment.aids.settings import settings
from assessment.console import sheets, words
from assessment.console.page import RankingPage, page_of
from assessment.console.question import Question, ask, own_group
from assessment.console.sheets import ranking_rows
from assessment.console.terms import terms_of
from assessment.methods import in_force
from assessment.parts import RULES, Part
from assessment.periods import PeriodKind
from assessment.schemes.model import Group
from assessment.service import table
from dispatch import contract
from dispatch.kernel import i18n
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import current_session, transaction
from dispatch.kernel.errors import DomainError, NotFound
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import Person, current_person
from dispatch.kernel.problems import problem_of_domain
from dispatch.kernel.route_rules import requires
from dispatch.kernel.slots import NavEntry, add_nav

PAGE_SIZE = 50
TEXTS = 3  # rank, code and name stand before the numbers
FOLDER = Path(__file__).parent
PERMISSIONS = ("ranking.view", "ranking.view_all")
NAVIGATION = NavEntry("考核排名", "/ranking", PERMISSIONS, "bar-chart-line", 60)
# Beyond the columns of the ranking: what a scheme may weigh or a reader may ask why.
MAIN_PARTS = (Part.RECEIVED, Part.VALID, Part.CONTACTED, Part.SOLVED, Part.SATISFIED, Part.BASICALLY, Part.EXCLUDED)

blueprint = Blueprint(
    "ranking", __name__, template_folder="templates", static_folder="static", static_url_path="/ranking/static"
)
log = structlog.get_logger("ranking")


def install(app: Flask) -> None:
    """Register the pages, their words and their place in the navigation."""
    app.register_blueprint(blueprint)
    add_nav(app, NAVIGATION)
    i18n.add_catalogue(app, FOLDER / "translations")


@blueprint.get("/ranking")
@requires(*PERMISSIONS)
def ranking_page() -> Any:
    """The ranking of a period; a question that makes no sense is said so above the pickers."""
    person, at = current_person(), now()
    with transaction() as session:
        visible = queries.visible_units(session, person, at=at)
        group = own_group(person, visible)
        try:
            question, problem = _ask(session, at=at, group=group), None
            page: RankingPage | None = _page(session, question, visible)
        except DomainError as error:
            question, page, problem = _ask(session, at=at, group=group, is_plain=True), None, problem_of_domain(error)
        aids = _aids(session, page) if request.args.get("intervals") == "1" else {}
        districts = queries.districts(session, question.period) if question.group is not Group.DISTRICT else []
        shown = {"page": page, "problem": problem, "districts": districts}
        return _render("ranking.html", question, **shown, **aids), problem.status if problem else 200


@blueprint.get("/ranking/download")
@requires(*PERMISSIONS)
def ranking_download() -> Any:
    """The same rows as a spreadsheet, with who took it and when in the file and in its name."""
    person, at = current_person(), now()
    with transaction() as session:
        visible = queries.visible_units(session, person, at=at)
        question = _ask(session, at=at, group=own_group(person, visible))
        page = _page(session, question, visible)
    log.info("export", what="ranking", rows=len(page.lines), actor=person.actor, **question.address)
    form = sheets.form_of(request.args.get("form"))
    name = f"{_('三率排名')}_{question.period.name}_{question.group}_{person.login}_{_local(at):%Y%m%d-%H%M%S}.{form}"
    heads, rows = ranking_rows(page.lines, _)
    content = sheets.written(sheets.Sheet(_("三率排名"), heads, rows, _watermark(question, person), texts=TEXTS), form)
    return send_file(BytesIO(content), mimetype=sheets.TYPES[form], as_attachment=True, download_name=name)


@blueprint.get("/ranking/<path:unit_code>/tickets")
@requires(*PERMISSIONS)
def tickets_page(unit_code: str) -> Any:
    """The tickets behind one number of a unit's row."""
    person, at = current_person(), now()
    after = request.args.get("after", "")
    part = _part(request.args.get("part"))
    with transaction() as session:
        visible = queries.require_visible(session, person, unit_code, at=at)
        asked = _ask(session, at=at, group=own_group(person, visible))
        unit = queries.assessed_unit(session, asked.period, asked.group, unit_code)
        where = (asked.scheme, asked.period, asked.group, asked.as_of)
        counts, score = queries.standing_of(session, *where, code=unit_code)
        place = int(after) if after.isascii() and after.isdigit() and len(after) < 18 else 0
        found = queries.tickets_of(session, *where, unit_id=unit.unit_id, part=part, after=place, limit=PAGE_SIZE + 1)
        facts, has_more = found[:PAGE_SIZE], len(found) > PAGE_SIZE
        headings = contract.headings(session, [fact.ticket_id for fact in facts], vault=runtime().vault)
        others = queries.second_lines(session, asked.scheme, facts, asked.as_of)
        values = {"unit": unit, "part": part, "counts": {name: rule.count(counts) for name, rule in RULES.items()}}
        terms = terms_of(score, asked.scheme) if score else ()
        listed = {"facts": facts, "headings": headings, "others": others, "has_more": has_more, "after": place}
        may_apply = person.unit_id is not None and person.may("exclusion.apply")
        return _render(
            "tickets.html",
            asked,
            **values,
            **listed,
            terms=terms,
            may_apply=may_apply,
            main_parts=MAIN_PARTS,
            parts=list(Part),
        )


def _ask(session: Session, *, at: datetime, group: Group, is_plain: bool = False) -> Question:
    """The question of this request's address, or the one that is asked by default."""
    args = {} if is_plain else request.args
    return ask(session, args, zone=runtime().config.time_zone, at=at, group=group)


def _page(session: Session, question: Question, visible: dict[str, str] | None) -> RankingPage:
    where = (question.scheme, question.period, question.group, question.as_of)
    listed = queries.listed_units(session, question.period, question.district)
    return page_of(table(session, *where, at=question.at), visible, listed)


def _aids(session: Session, page: RankingPage | None) -> dict[str, Any]:
    """Rank intervals, reckoned only when asked for: they cost a second and numpy."""
    if page is None:
        return {}
    from assessment.aids.sampling import intervals_of

    return {"intervals": intervals_of(session, page.table), "aid": settings()}


def _part(word: str | None) -> Part:
    if (word or Part.RECEIVED) not in set(Part):
        raise NotFound("ranking.unknown_part", "没有这一类工单。")
    return Part(word or Part.RECEIVED)


def _render(template: str, question: Question, *, districts: Any = (), **values: Any) -> str:
    choices = {
        "districts": districts,
        "schemes": in_force.all_at(current_session(), question.at, question.period.zone),
        "months": question.choices(PeriodKind.MONTH),
        "weeks": question.choices(PeriodKind.WEEK),
        "groups": [group for group in Group if group in question.scheme.peer_groups],
    }
    # The templates' own _() formats; what holds a percent sign of its own is said plainly.
    shared = {"question": question, "choices": choices, "names": words, "say": _}
    return render_template(f"assessment/{template}", **shared, **values)


def _watermark(question: Question, person: Person) -> list[str]:
    return [
        _("下载人"),
        f"{person.name}（{person.login}）",
        _("下载时间"),
        f"{_local(question.at):%Y-%m-%d %H:%M:%S}",
        _("考核办法"),
        _(question.scheme.title),
        _("周期"),
        question.period.name,
        _("数据截至"),
        f"{_local(question.as_of):%Y-%m-%d %H:%M:%S}",
    ]


def _local(at: datetime) -> datetime:
    return at.astimezone(runtime().config.time_zone)
