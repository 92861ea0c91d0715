"""短信与话术: what citizens are told in messages and on the telephone, every version, trying new words, taking them back."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from dispatch.console.keyset import read_number
from dispatch.console.ticket_page import actor_names
from dispatch.console.timing import moment
from dispatch.console.words import words
from dispatch.kernel.application import runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import current_person
from dispatch.kernel.problems import Problem, problem_of_domain
from dispatch.kernel.route_rules import requires
from dispatch.notices import wording_verbs, wordings
from dispatch.notices.templates import templates
from dispatch.notices.wording_rules import SENTENCES, allowed, discreet
from dispatch.notices.wording_trial import BLANK_WORDS, Sample, trial
from dispatch.notices.wording_verbs import LONGEST_REASON, WrongWords
from dispatch.notices.wordings import WordingKind

LONGEST: Final = 1_000
NAMES: Final = {
    "receipt": "受理告知",
    "dispatched": "派出告知",
    "redirected": "改派告知",
    "answered": "当场答复",
    "declined": "不予派单告知",
    "transferred": "转交告知",
    "extended": "延期告知",
    "suspended": "挂账告知",
    "prolonged": "挂账延续告知",
    "completed": "办理结果告知",
    "closed": "结案告知",
    "merged": "并单告知",
    "incident_progress": "事件进展告知",
    "supplement": "补充情况邀请",
    "satisfaction": "满意度评价邀请",
}
ONE: Final = "/<any(message, script):kind>/<string:name>"

blueprint = Blueprint("console_wordings", __name__, url_prefix="/admin/templates")


@blueprint.get("")
@requires("wording.view")
def wordings_page() -> Any:
    """Every text as it is said now."""
    with transaction() as session:
        found = wordings.in_force(session, moment())
        actors = {one.actor for one in found.values() if one.actor}
        return render_template(
            "console/wordings.html", found=found, title_of=_title, names=actor_names(session, actors)
        )


@blueprint.get(ONE)
@requires("wording.view")
def wording_page(kind: str, name: str) -> Any:
    """One text: its words, its blanks, its versions."""
    moment()
    with transaction() as session:
        return _page(session, WordingKind(kind), name)


@blueprint.post(f"{ONE}/trial")
@requires("wording.edit")
def try_words(kind: str, name: str) -> Any:
    """What the typed words would say; nothing is kept."""
    said, known = _typed(), WordingKind(kind)
    with transaction() as session:
        try:
            wording_verbs.check(known, name, **said)
        except DomainError as error:
            return _refused(session, known, name, error)
        return _page(session, known, name, samples=trial(session, known, name, **said))


@blueprint.post(ONE)
@requires("wording.edit")
def put(kind: str, name: str) -> Any:
    """Into force, from now or from the instant that is named."""
    at, known = moment(), WordingKind(kind)
    said, based_on = _typed(), read_number(request.form.get("based_on"))
    try:
        reason, since = _reason(), _instant()
        with transaction() as session:
            wording_verbs.put(
                session,
                known,
                name,
                text=said["text"],
                confidential=said["confidential"],
                reason=reason,
                in_force_from=since,
                based_on=based_on,
                actor=current_person().actor,
                at=at,
            )
    except DomainError as error:
        with transaction() as session:
            return _refused(session, known, name, error)
    flash(_("新文字已保存，旧版本保留。"), "good")
    return redirect(url_for("console_wordings.wording_page", kind=kind, name=name), 303)


@blueprint.post(f"{ONE}/restore")
@requires("wording.edit")
def restore(kind: str, name: str) -> Any:
    """A former version's words again."""
    at, known, version = moment(), WordingKind(kind), read_number(request.form.get("version")) or 0
    reason = _("恢复第 %(number)s 版", number=version)
    try:
        with transaction() as session:
            wording_verbs.restore(session, known, name, version, reason=reason, actor=current_person().actor, at=at)
    except DomainError as error:
        with transaction() as session:
            return _refused(session, known, name, error)
    flash(_("已恢复，立即生效。"), "good")
    return redirect(url_for("console_wordings.wording_page", kind=kind, name=name), 303)


def _page(
    session: Session,
    kind: WordingKind,
    name: str,
    *,
    problem: Problem | None = None,
    samples: list[Sample] | None = None,
) -> str:
    versions = wordings.history(session, kind, name)
    shipped = templates()[name] if kind is WordingKind.MESSAGE else None
    last = {"text": versions[0].text, "confidential": versions[0].confidential, "reason": "", "in_force_from": ""}
    typed = request.form if "text" in request.form else last
    return render_template(
        "console/wording.html",
        kind=kind,
        name=name,
        title=_title(kind, name),
        versions=versions,
        current=wordings.counting(versions, moment()),
        typed=typed,
        blanks=[(blank, _(BLANK_WORDS[blank])) for blank in sorted(allowed(shipped))] if shipped else [],
        discreet=sorted(discreet(shipped)) if shipped else [],
        samples=samples,
        problem=problem,
        names=actor_names(session, {one.actor for one in versions if one.actor}),
        may_edit=current_person().may("wording.edit"),
        longest_reason=LONGEST_REASON,
    )


def _refused(session: Session, kind: WordingKind, name: str, error: DomainError) -> Any:
    if error.status == 404:
        raise error
    problem = problem_of_domain(error)
    if isinstance(error, WrongWords):
        told = {field: [_(SENTENCES[one.code], **one.values) for one in of] for field, of in error.faults.items()}
        problem = Problem(problem.status, problem.code, problem.detail, fields=told)
    return _page(session, kind, name, problem=problem), problem.status


def _title(kind: WordingKind, name: str) -> str:
    return _(words.decline_ground[name] if kind is WordingKind.SCRIPT else NAMES.get(name, name))


def _typed() -> dict[str, str]:
    return {field: request.form.get(field, "").strip()[:LONGEST] for field in ("text", "confidential")}


def _reason() -> str:
    reason = request.form.get("reason", "").strip()[:LONGEST_REASON]
    if not reason:
        raise DomainError("notices.wording_reason", "请写明为什么改。", field="reason")
    return reason


def _instant() -> datetime | None:
    typed = request.form.get("in_force_from", "").strip()
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=runtime().config.time_zone) if typed else None
    except ValueError:
        raise DomainError("notices.wording_instant", "时间格式有误。", field="in_force_from") from None
