"""What an operator's desk keeps for them: the draft that is saved while they type, and the letters of their keys."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request

from dispatch.console.knowledge_views import CITED
from dispatch.desk import drafts, shortcuts
from dispatch.kernel.application import machine_now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import current_person
from dispatch.kernel.problems import Problem, problem_of_domain
from dispatch.kernel.route_rules import requires

NOT_KEPT = frozenset({"csrf_token", "key"})

blueprint = Blueprint("console_desk_own", __name__)


@blueprint.post("/desk/draft")
@requires("ticket.accept")
def save_draft() -> Any:
    """Keep what is typed; 204 kept, 410 the form is over, 413 too long."""
    person = current_person()
    form = {name: value for name, value in request.form.items() if name not in NOT_KEPT and value}
    if CITED in form:
        form[CITED] = " ".join(request.form.getlist(CITED))
    try:
        with transaction() as session:
            key, at = request.form.get("key", ""), machine_now()
            is_kept = drafts.save(session, person.account_id, key, form, vault=runtime().vault, at=at)
    except DomainError as error:
        return _(error.message), error.status
    return "", 204 if is_kept else 410


@blueprint.post("/desk/draft/drop")
@requires("ticket.accept")
def drop_draft() -> Any:
    """The operator does not need it any more: its words go at once."""
    person = current_person()
    try:
        with transaction() as session:
            drafts.end(session, person.account_id, request.form.get("key", ""), at=machine_now())
    except DomainError as error:
        flash(_(error.message), "bad")
    else:
        flash(_("草稿已删除。"), "good")
    return redirect("/desk", 303)


@blueprint.get("/desk/shortcuts")
@requires("ticket.accept")
def shortcuts_page() -> Any:
    """A letter for each place of the form."""
    with transaction() as session:
        return _page(shortcuts.letters_of(session, current_person().account_id))


@blueprint.post("/desk/shortcuts")
@requires("ticket.accept")
def keep_shortcuts() -> Any:
    """Keep the letters, or go back to those that everybody begins with."""
    account_id = current_person().account_id
    try:
        with transaction() as session:
            if request.form.get("reset"):
                shortcuts.reset(session, account_id)
            else:
                shortcuts.keep(session, account_id, request.form.to_dict())
    except DomainError as error:
        problem = problem_of_domain(error)
        return _page(request.form.to_dict(), problem), problem.status
    flash(_("快捷键已保存。"), "good")
    return redirect("/desk", 303)


def _page(letters: dict[str, str], problem: Problem | None = None) -> str:
    places = [(name, _(said), letters.get(name, letter)) for name, (letter, said) in shortcuts.PLACES.items()]
    return render_template("console/shortcuts.html", places=places, problem=problem)
