"""A policy that is being written: by a form, as a whole file, then the dry run, then into force."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for

from dispatch.console import policy_draft_pages, policy_form
from dispatch.console.timing import moment
from dispatch.directory.snapshot import Reference, reference
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import current_person
from dispatch.kernel.problems import Problem, problem_of_domain
from dispatch.kernel.route_rules import requires
from dispatch.policies import document, drafts
from dispatch.policies.checking import problems_of

blueprint = Blueprint("console_policy_drafts", __name__, url_prefix="/admin/policies/drafts")


@blueprint.get("/<int:draft_id>")
@requires("policy.edit")
def form_page(draft_id: int) -> Any:
    """The form; a file that it cannot show goes to the text page."""
    moment()
    with transaction() as session:
        row = drafts.draft(session, draft_id)
        try:
            wanted = document.parts(row.body)
        except DomainError as error:
            flash(_(error.message), "bad")
            return redirect(url_for("console_policy_drafts.text_page", draft_id=draft_id), 303)
        return policy_draft_pages.form(session, row, wanted)


@blueprint.post("/<int:draft_id>")
@requires("policy.edit")
def save_form(draft_id: int) -> Any:
    """Keep what the form says, sound or not."""
    wanted = policy_form.read(request.form)
    with transaction() as session:
        body = drafts.draft(session, draft_id).body
    try:
        problem = _saved(draft_id, document.with_parts(body, wanted))
    except DomainError as error:  # the file was broken meanwhile
        if error.status == 404:
            raise
        problem = problem_of_domain(error)
    if problem is None:
        return redirect(url_for("console_policy_drafts.form_page", draft_id=draft_id), 303)
    with transaction() as session:
        return policy_draft_pages.form(session, drafts.draft(session, draft_id), wanted, problem), problem.status


@blueprint.get("/<int:draft_id>/text")
@requires("policy.edit")
def text_page(draft_id: int) -> Any:
    """The whole file."""
    moment()
    with transaction() as session:
        row = drafts.draft(session, draft_id)
        return policy_draft_pages.whole(session, row, row.body)


@blueprint.post("/<int:draft_id>/text")
@requires("policy.edit")
def save_text(draft_id: int) -> Any:
    """Keep the file as typed, sound or not."""
    text = request.form.get("text", "").replace("\r\n", "\n")
    problem = _saved(draft_id, text)
    if problem is None:
        return redirect(url_for("console_policy_drafts.text_page", draft_id=draft_id), 303)
    with transaction() as session:
        return policy_draft_pages.whole(session, drafts.draft(session, draft_id), text, problem), problem.status


@blueprint.get("/<int:draft_id>/trial")
@requires("policy.edit")
def trial_page(draft_id: int) -> Any:
    """What is changed, what last month would have become, and then into force."""
    moment()
    with transaction() as session:
        return policy_draft_pages.trial(session, drafts.draft(session, draft_id))


@blueprint.post("/<int:draft_id>/trial")
@requires("policy.edit")
def try_out(draft_id: int) -> Any:
    """Replay last month's tickets."""
    at = moment()
    try:
        with transaction() as session:
            drafts.try_out(session, draft_id, reference=reference(session, at), at=at)
    except DomainError as error:
        return _refused(draft_id, error)
    return redirect(url_for("console_policy_drafts.trial_page", draft_id=draft_id), 303)


@blueprint.post("/<int:draft_id>/put")
@requires("policy.edit")
def put(draft_id: int) -> Any:
    """Into force from the instant that was named."""
    at = moment()
    try:
        with transaction() as session:
            since = instant_typed(request.form.get("effective_from", ""), reference(session, at))
            made = drafts.put(session, draft_id, effective_from=since, actor=current_person().actor, at=at)
            place = url_for("console_policies.policy_page", number=made.number)
    except DomainError as error:
        return _refused(draft_id, error)
    flash(_("已发布，到时自动生效；生效前可以撤回。"), "good")
    return redirect(place, 303)


@blueprint.post("/<int:draft_id>/discard")
@requires("policy.edit")
def discard(draft_id: int) -> Any:
    """Throw the draft away."""
    with transaction() as session:
        drafts.discard(session, draft_id)
    flash(_("草稿已删除。"), "good")
    return redirect(url_for("console_policies.policies_page"), 303)


def _saved(draft_id: int, text: str) -> Problem | None:
    """Why it was not saved; None: it was, though the file itself may still be wrong, which its page says."""
    try:
        with transaction() as session:
            seen, actor = request.form.get("seen", ""), current_person().actor
            drafts.save(session, draft_id, text, seen=seen, actor=actor, at=moment())
    except DomainError as error:
        if error.status == 404:
            raise
        return problem_of_domain(error)
    wrong = problems_of(text)
    if wrong:
        return Problem(422, "policy.unreadable", detail="已保存为草稿，但文件有误，改正后才能试算和发布：")
    flash(_("草稿已保存。"), "good")
    return None


def _refused(draft_id: int, error: DomainError) -> Any:
    if error.status == 404:
        raise error
    problem = problem_of_domain(error)
    with transaction() as session:
        return policy_draft_pages.trial(session, drafts.draft(session, draft_id), problem), problem.status


def instant_typed(typed: str, city: Reference) -> datetime:
    """A date and time of a form, in the city's own time. Raises ``policy.instant_unreadable``."""
    try:
        return datetime.fromisoformat(typed.strip()).replace(tzinfo=city.calendar.zone)
    except ValueError:
        raise DomainError("policy.instant_unreadable", "请填写生效时间。", field="effective_from") from None
