"""The supervisors' board: the figures of their units with a map of townships, and the tickets behind each figure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request
from sqlalchemy.orm import Session

from dispatch.access.scope import unit_ids_in_scope
from dispatch.board import counting, holding, rollup
from dispatch.board.grounds import paths_of
from dispatch.board.layout import Drawing, ground_map, short_name
from dispatch.board.rollup import Block
from dispatch.board.showing import Board, figure_named
from dispatch.console import worklist_views
from dispatch.console.keyset import read_place, write_place
from dispatch.console.ladder_sentences import TOLD, step_words
from dispatch.console.timing import day_began, moment
from dispatch.console.words import FIGURES
from dispatch.directory.snapshot import Reference, reference
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import NotFound
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import Person, current_person
from dispatch.kernel.route_rules import requires

PAGE_SIZE = 50
LATEST_TOLD = 200

blueprint = Blueprint("console_board", __name__, url_prefix="/board")


def values(session: Session, person: Person, *, at: datetime) -> dict[str, Any]:
    """What the board's part of a page draws: the figures of this person's units, the map by the figure that was chosen."""
    city, scope = reference(session, at), unit_ids_in_scope(session, person, at=at)
    board, figure = (
        holding.board_now(session, city, scope, since=day_began(at), at=at),
        figure_named(request.args.get("figure")),
    )
    return shown(board, figure) | {"drawing": ground_of(city, board, figure)}


def ground_of(city: Reference, board: Board, figure: str) -> Drawing | None:
    """The one district by the ground of its townships, where all of it is on record."""
    districts = [block for block in board.blocks if block.code]
    paths = paths_of(city, districts[0]) if len(districts) == len(board.blocks) == 1 else None
    return ground_map(districts[0], figure, paths) if paths is not None else None


def shown(board: Board, figure: str) -> dict[str, Any]:
    """A board with the words and shades that its templates ask for."""
    tiles = [tile for block in board.blocks for tile in block.tiles]
    most = max((getattr(tile.tally, figure) for tile in tiles), default=0)
    return {
        "board": board,
        "figure": figure,
        "figures": FIGURES,
        "level": lambda tally: rollup.level(getattr(tally, figure), most),
        "block_name": block_name,
        "short_name": short_name,
        "step_words": step_words,
        "told_words": lambda tell: "、".join(_(TOLD[who]) for who in tell),
    }


def block_name(block: Block) -> str:
    """A district by name, or what is the city's own."""
    return block.name or str(_("市级部门和企业"))


def fragment(template: str, parts: Mapping[str, Any]) -> Any:
    """The live part alone, or 204 where the page that asks (``seen``) shows the very same."""
    body = render_template(template, **parts)
    digest = digest_of(body)
    if request.args.get("seen") == digest:
        return "", 204
    return body.replace("seen-digest", digest)


def digest_of(body: str) -> str:
    """By which a page says what it shows."""
    return hashlib.blake2b(body.encode(), digest_size=12).hexdigest()


@blueprint.get("/tickets")
@requires("supervision.view")
def tickets_page() -> Any:
    """The open tickets behind one figure: of all units in scope, of a district, of a township, of a kind of matter."""
    at, person = moment(), current_person()
    asked, figure = request.args, figure_named(request.args.get("figure"), "open")
    with transaction() as session:
        city, scope = reference(session, at), unit_ids_in_scope(session, person, at=at)
        ids = rollup.behind(city, scope, asked.get("district"), asked.get("township"))
        categories = _of_kind(session, city, ids, asked["kind"], at) if "kind" in asked else None
        after = read_place(asked.get("after"))
        found = counting.listed(session, ids, figure, at=at, categories=categories, after=after, limit=PAGE_SIZE + 1)
        rows = worklist_views.rows_of(session, found[:PAGE_SIZE], city, person=person, at=at)
        last = found[PAGE_SIZE - 1].Assignment if len(found) > PAGE_SIZE else None
        more = write_place(last.due_at, last.ticket_id) if last is not None and last.due_at is not None else None
        return _list_page(rows, _(FIGURES[figure][0]), _where(city), more)


@blueprint.get("/ladder")
@requires("supervision.view")
def ladder_page() -> Any:
    """The tickets that reached a step of the ladder today, the latest first."""
    at, person = moment(), current_person()
    step = request.args.get("step", "")
    with transaction() as session:
        city, scope = reference(session, at), unit_ids_in_scope(session, person, at=at)
        ids = None if scope is None else sorted(scope)
        if step not in {one.step for one in counting.told(session, ids, since=day_began(at), at=at)}:
            raise NotFound("board.unknown_step", "今天没有到达这个提醒步骤的工单。")
        found = counting.told_of(session, ids, step, since=day_began(at), at=at, limit=LATEST_TOLD)
        rows = worklist_views.rows_of(session, found, city, person=person, at=at)
        return _list_page(rows, _("今日升级提醒"), step_words(step), None)


def _list_page(rows: list[worklist_views.WorkRow], title: str, where: str, more: str | None) -> str:
    query = {name: value for name, value in request.args.items() if name != "after"}
    return render_template(
        "console/board_tickets.html", rows=rows, title=title, where=where, query=query, more=more, path=request.path
    )


def _of_kind(session: Session, city: Reference, ids: list[int] | None, kind: str, at: datetime) -> set[str | None]:
    """The categories of open leads that stand under this top category."""
    return {code for code in counting.by_category(session, ids, at=at) if rollup.kind_of(city, code) == kind}


def _where(city: Reference) -> str:
    """Of which units and matters, in words."""
    asked = request.args
    parts = [city.known[code].name for name in ("district", "township") if (code := asked.get(name, "")) in city.known]
    if "district" in asked and not asked["district"]:
        parts.append(str(_("市级部门和企业")))
    elif asked.get("township") == "":
        parts.append(str(_("区级单位")))
    if "kind" in asked:
        parts.append(asked["kind"] or str(_("未分类")))
    return " · ".join(parts)
