"""What the pages of a policy draft show: the form, the whole file, the dry run with what is changed."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from sqlalchemy.orm import Session

from dispatch.console import choices, policy_form, policy_words
from dispatch.console.ladder_sentences import TOLD
from dispatch.console.ticket_page import actor_names
from dispatch.console.timing import moment
from dispatch.console.words import words
from dispatch.directory.snapshot import reference
from dispatch.directory.tree import KIND_WORDS
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.problems import Problem
from dispatch.limits.policy import version_of
from dispatch.policies import document, drafts, queries
from dispatch.policies.checking import problems_of
from dispatch.policies.differences import differences
from dispatch.policies.document import Parts
from dispatch.policies.models import PolicyDraft
from dispatch.tickets.assigning import LEADING_KINDS

MOST_CHANGED = 10


def form(session: Session, row: PolicyDraft, wanted: Parts, problem: Problem | None = None) -> str:
    """The form, with the parts as kept or as typed; ``problem``: why it was refused."""
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
        categories=choices.category_options(reference(session, moment()), "")[1:],
        urgencies=choices.options(words.urgency, _("不限")),
        kinds=choices.options(words.kind, _("不限")),
        unit_kinds=choices.options({kind: KIND_WORDS[kind] for kind in KIND_WORDS if kind in LEADING_KINDS}, _("不限")),
        units=choices.options(policy_words.UNITS),
        spans=choices.options(policy_words.SPANS),
        steps=choices.options(policy_words.STEPS),
        approvers=choices.options(policy_words.APPROVERS),
        told=choices.options(TOLD),
    )


def whole(session: Session, row: PolicyDraft, text: str, problem: Problem | None = None) -> str:
    """The page of the whole file, as kept or as typed."""
    return render_template("console/policy_text.html", **_shared(session, row, problem), text=text)


def trial(session: Session, row: PolicyDraft, problem: Problem | None = None) -> str:
    """What is changed, what the last dry run found, and the form that puts the draft into force."""
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
