"""A policy that is being written: by a form, as a whole file, then the dry run, then into force."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from dispatch.console import choices, policy_form, policy_words
from dispatch.console.ladder_sentences import TOLD
from dispatch.console.ticket_page import actor_names
from dispatch.console.timing import moment
from dispatch.console.words import words
from dispatch.directory.snapshot import Reference, reference
from dispatch.directory.tree import KIND_WORDS
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import current_person
from dispatch.kernel.problems import Problem, problem_of_domain
from dispatch.kernel.route_rules import requires
from dispatch.limits.policy import version_of
from dispatch.policies import document, drafts, queries
from dispatch.policies.checking import problems_of
from dispatch.policies.differences import differences
from dispatch.policies.document import Parts
from dispatch.policies.models import PolicyDraft
from dispatch.tickets.assigning import LEADING_KINDS

MOST_CHANGED = 10

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
        return _form(session, row, wanted)


@blueprint.post("/<int:draft_id>")
@requires("policy.edit")
def save_form(draft_id: int) -> Any:
    """Keep what the form says, sound or not."""
    wanted = policy_form.read(request.form)
    with transaction() as session:
        text = document.with_parts(drafts.draft(session, draft_id).body, wanted)
    problem = _saved(draft_id, text)
    if problem is None:
        return redirect(url_for("console_policy_drafts.form_page", draft_id=draft_id), 303)
    with transaction() as session:
        return _form(session, drafts.draft(session, draft_id), wanted, problem), problem.status


@blueprint.get("/<int:draft_id>/text")
@requires("policy.edit")
def text_page(draft_id: int) -> Any:
    """The whole file."""
    moment()
    with transaction() as session:
        row = drafts.draft(session, draft_id)
        return _text(session, row, row.body)


@blueprint.post("/<int:draft_id>/text")
@requires("policy.edit")
def save_text(draft_id: int) -> Any:
    """Keep the file as typed, sound or not."""
    text = request.form.get("text", "").replace("\r\n", "\n")
    problem = _saved(draft_id, text)
    if problem is None:
        return redirect(url_for("console_policy_drafts.text_page", draft_id=draft_id), 303)
    with transaction() as session:
        return _text(session, drafts.draft(session, draft_id), text, problem), problem.status


@blueprint.get("/<int:draft_id>/trial")
@requires("policy.edit")
def trial_page(draft_id: int) -> Any:
    """What is changed, what last month would have become, and then into force."""
    moment()
    with transaction() as session:
        return _trial(session, drafts.draft(session, draft_id))


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
            since = _instant(request.form.get("effective_from", ""), reference(session, at))
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
        return _trial(session, drafts.draft(session, draft_id), problem), problem.status


def _form(session: Session, row: PolicyDraft, wanted: Parts, problem: Problem | None = None) -> str:
    shared = _shared(session, row, problem)
    problem_keys = {key for key, _sentence in shared["wrong"]}
    return render_template(
        "console/policy_form.html",
        **shared,
        parts=wanted,
        has_field=(fields := _fields(wanted)),
        faults={key for key in problem_keys if key in fields},
        empty_rows=policy_form.EMPTY_ROWS,
        split=policy_form.amount_and_unit,
        categories=choices.category_options("")[1:],
        urgencies=choices.options(words.urgency, _("不限")),
        kinds=choices.options(words.kind, _("不限")),
        unit_kinds=choices.options({kind: KIND_WORDS[kind] for kind in KIND_WORDS if kind in LEADING_KINDS}, _("不限")),
        units=choices.options(policy_words.UNITS),
        spans=choices.options(policy_words.SPANS),
        steps=choices.options(policy_words.STEPS),
        approvers=choices.options(policy_words.APPROVERS),
        told=choices.options(TOLD),
    )


def _text(session: Session, row: PolicyDraft, text: str, problem: Problem | None = None) -> str:
    return render_template("console/policy_text.html", **_shared(session, row, problem), text=text)


def _trial(session: Session, row: PolicyDraft, problem: Problem | None = None) -> str:
    shared, at = _shared(session, row, problem), moment()
    current = queries.in_force(session, at)
    is_sound = not shared["wrong"]
    lines = (row.tried or {}).get("lines", [])
    moved = sorted(lines[:-1], key=lambda one: (-_moved(one), one["unit_code"]))
    return render_template(
        "console/policy_trial.html",
        **shared,
        current=current,
        changes=[
            policy_words.difference_words(one)
            for one in (differences(current.body, row.body) if current is not None and is_sound else ())
        ],
        is_tried=drafts.is_tried(row),
        span=drafts.last_month(at, reference(session, at).calendar.zone),
        total=lines[-1] if lines else None,
        most=[one for one in moved[:MOST_CHANGED] if _moved(one)],
        lines=lines[:-1],
        typed=request.form.get("effective_from", ""),
    )


def _fields(wanted: Parts) -> set[str]:
    """The keys of the file that have a field in the form."""
    rows = {
        f"{key}[{number}].{column}"
        for key, columns in document.ROWS.items()
        for number in range(1, len(wanted.rows[key]) + 1)
        for column in columns
    }
    return rows | {"name", "extension.approver", *(f"cards.{key}" for key in document.CARDS)}


def _moved(line: dict[str, Any]) -> int:
    return int(line["newly_late"]) + int(line["no_longer_late"])


def _shared(session: Session, row: PolicyDraft, problem: Problem | None) -> dict[str, Any]:
    """What every page of a draft shows. ``wrong``: what the file's check says, as (key, sentence)."""
    found = [one.partition("：") for one in problems_of(row.body)]
    return {
        "draft": row,
        "seen": version_of(row.body),
        "wrong": [(key if words_ else "", words_ or key) for key, _colon, words_ in found],
        "problem": problem,
        "names": actor_names(session, {row.actor, row.changed_by}),
    }


def _instant(typed: str, city: Reference) -> datetime:
    try:
        return datetime.fromisoformat(typed.strip()).replace(tzinfo=city.calendar.zone)
    except ValueError:
        raise DomainError("policy.instant_unreadable", "请填写生效时间。", field="effective_from") from None
