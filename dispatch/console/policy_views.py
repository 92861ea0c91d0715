"""时限政策: every version there was, is and will be; one of them in words; taking back what is not yet in force."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from dispatch.console import policy_words
from dispatch.console.ladder_sentences import TOLD, step_words
from dispatch.console.ticket_page import actor_names
from dispatch.console.timing import moment
from dispatch.directory.models import BEGINNING
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import current_person
from dispatch.kernel.route_rules import requires
from dispatch.policies import drafts, queries, services

blueprint = Blueprint("console_policies", __name__, url_prefix="/admin/policies")


@blueprint.get("")
@requires("policy.view")
def policies_page() -> Any:
    """The versions, the last to come into force first; drafts for whoever may write them."""
    at, may_edit = moment(), current_person().may("policy.edit")
    with transaction() as session:
        rows = queries.listed(session, at)
        written = drafts.drafts(session) if may_edit else ()
        actors = {row.actor for row, _state in rows} | {row.withdrawn_by or "" for row, _state in rows}
        names = actor_names(session, (actors | {one.changed_by for one in written}) - {""})
        return render_template(
            "console/policies.html",
            rows=rows,
            drafts=written,
            names=names,
            may_edit=may_edit,
            states=policy_words.STATES,
            tones=policy_words.TONES,
            beginning=BEGINNING,
        )


@blueprint.get("/<int:number>")
@requires("policy.view")
def policy_page(number: int) -> Any:
    """One version in words."""
    at = moment()
    with transaction() as session:
        row = queries.version(session, number)
        return render_template(
            "console/policy.html",
            row=row,
            policy=queries.policy_from(row.version, row.body),
            state=queries.state_of(row, queries.in_force(session, at), at),
            names=actor_names(session, {row.actor}),
            may_edit=current_person().may("policy.edit"),
            beginning=BEGINNING,
            say=policy_words,
            step_words=step_words,
            told=TOLD,
        )


@blueprint.post("/<int:number>/draft")
@requires("policy.edit")
def begin(number: int) -> Any:
    """A draft from this version, whatever its age."""
    with transaction() as session:
        made = drafts.begin(session, number, actor=current_person().actor, at=moment())
        place = url_for("console_policy_drafts.form_page", draft_id=made.draft_id)
    return redirect(place, 303)


@blueprint.post("/<int:number>/withdraw")
@requires("policy.edit")
def withdraw(number: int) -> Any:
    """Take back a version that is to come."""
    try:
        with transaction() as session:
            queries.version(session, number)
            services.withdraw(session, number, actor=current_person().actor, at=moment())
    except DomainError as error:
        if error.status == 404:
            raise
        flash(_(error.message), "bad")
    else:
        flash(_("已撤回，不会生效。"), "good")
    return redirect(url_for("console_policies.policies_page"), 303)
