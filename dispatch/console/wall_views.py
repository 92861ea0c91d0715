"""大屏: the board's figures to be read from ten metres, by a supervisor's log-in or by a read-only link without any."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any, Final

from flask import Blueprint, Response, make_response, render_template, request
from sqlalchemy.orm import Session

from dispatch.access.scope import unit_ids_in_scope
from dispatch.board import holding, links
from dispatch.board.layout import tile_map
from dispatch.board.showing import Board, figure_named
from dispatch.console import board_views
from dispatch.console.progress_views import household
from dispatch.console.timing import day_began, full_time, moment
from dispatch.directory.snapshot import Reference, reference
from dispatch.kernel.application import machine_now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import Forbidden
from dispatch.kernel.guessing import SharedFuse
from dispatch.kernel.i18n import current_language
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import current_person
from dispatch.kernel.problems import answer, plain_problem
from dispatch.kernel.route_rules import public, requires

DRAWN: Final = 64
LINK_HEADERS: Final = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}

# Fifty walls behind one address ask every 5 s; whoever guesses gets no further than they do.
by_address = SharedFuse("wall-address", per_second=15, burst=150)
_drawn: OrderedDict[Hashable, tuple[Board, str]] = OrderedDict()

blueprint = Blueprint("console_wall", __name__, url_prefix="/wall")


@blueprint.get("")
@requires("supervision.view")
def own_wall() -> Any:
    """The wall of this person's units."""
    with transaction() as session:
        return _page(session, _own_unit(session), source="/wall/figures")


@blueprint.get("/figures")
@requires("supervision.view")
def own_figures() -> Any:
    """Its live part."""
    with transaction() as session:
        return _figures(session, _own_unit(session))


@blueprint.get("/<token>")
@public("a wall has no keyboard: the link itself is the right to see figures, and nothing else", is_anonymous=True)
def linked_wall(token: str) -> Any:
    """The wall of a read-only link."""
    return _linked(token, is_page=True)


@blueprint.get("/<token>/figures")
@public("the same figures, asked for by the wall itself", is_anonymous=True)
def linked_figures(token: str) -> Any:
    """Its live part."""
    return _linked(token, is_page=False)


def forget() -> None:
    """Count anew at the next question, e.g. between tests."""
    holding.forget()
    by_address.forget()


def _linked(token: str, *, is_page: bool) -> Any:
    wait = by_address.take(household(request.remote_addr), time.monotonic())
    if wait:
        return answer(plain_problem(429, headers={"Retry-After": str(math.ceil(wait))}))
    with transaction() as session:
        link = links.opened(session, token, at=machine_now())
        unit_id = link.unit_id
        found = _page(session, unit_id, source=f"{request.path}/figures") if is_page else _figures(session, unit_id)
    found.headers.update(LINK_HEADERS)
    return found


def _own_unit(session: Session) -> int | None:
    """The person's unit; None, which means the city, for those alone whom no ticket is hidden from."""
    person = current_person()
    if person.unit_id is None and unit_ids_in_scope(session, person, at=moment()) is not None:
        raise Forbidden
    return person.unit_id


def _page(session: Session, unit_id: int | None, *, source: str) -> Response:
    figure = figure_named(request.args.get("figure"))
    body = _body(session, unit_id, figure)
    values = {"digest": board_views.digest_of(body), "body": body, "source": source, "figure": figure}
    has_person = source == "/wall/figures"
    return _dated(make_response(render_template("wall/wall.html", has_person=has_person, build=_build(), **values)))


def _figures(session: Session, unit_id: int | None) -> Response:
    """The figures, or 204 where the wall shows the very same; both say of which instant they are."""
    body = _body(session, unit_id, figure_named(request.args.get("figure")))
    digest = board_views.digest_of(body)
    if request.args.get("seen") == digest:
        return _dated(make_response("", 204))
    response = _dated(make_response(body))
    response.headers["Wall-Digest"] = digest
    return response


def _dated(response: Response) -> Response:
    response.headers.update({"Wall-At": full_time(moment()), "Wall-Build": _build()})
    return response


def _build() -> str:
    """What the page was made by: another one means that a new release runs, and the wall loads itself anew."""
    return runtime().config.build


def _body(session: Session, unit_id: int | None, figure: str) -> str:
    """The live part, drawn once for each counting however many walls ask."""
    at = moment()
    city = reference(session, at)
    scope = None if unit_id is None else city.below(unit_id)
    board = holding.board_now(session, city, scope, since=day_began(at), at=at)
    key = (unit_id, figure, current_language())
    known = _drawn.get(key)
    if known is None or known[0] is not board:
        _drawn[key] = known = board, _draw(city, unit_id, board, figure)
        while len(_drawn) > DRAWN:
            _drawn.popitem(last=False)
    return known[1]


def _draw(city: Reference, unit_id: int | None, board: Board, figure: str) -> str:
    title = str(_("全市")) if unit_id is None else city.by_id[unit_id].name
    drawing = board_views.ground_of(city, board, figure) or tile_map(board.blocks, figure)
    return render_template("wall/figures.html", title=title, drawing=drawing, **board_views.shown(board, figure))
