"""A board as a file to take away: who took it and when stands in the file, in its name and in the log as of every export."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO

import structlog
from flask import Response, request, send_file

from assessment.console import sheets
from assessment.console.question import Question
from dispatch.kernel.application import runtime
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import Person, current_person

log = structlog.get_logger("boards")


def taken(
    question: Question, title: str, heads: Sequence[str], lines: Sequence[Sequence[str]], *, texts: int, at: datetime
) -> Response:
    """CSV, or Excel where the address asks for it; ``texts`` columns from the left are words. Raises as ``sheets.form_of``."""
    person, form = current_person(), sheets.form_of(request.args.get("form"))
    log.info("export", what=title, rows=len(lines), actor=person.actor, **question.address)
    local = at.astimezone(runtime().config.time_zone)
    sheet = sheets.Sheet(title, heads, lines, _foot(question, person, local), texts)
    called = f"{title}_{question.period.name}_{question.group}_{person.login}_{local:%Y%m%d-%H%M%S}.{form}"
    content = BytesIO(sheets.written(sheet, form))
    return send_file(content, mimetype=sheets.TYPES[form], as_attachment=True, download_name=called)


def _foot(question: Question, person: Person, local: datetime) -> list[str]:
    cut_off = question.as_of.astimezone(local.tzinfo)
    said = [(_("下载人"), f"{person.name}（{person.login}）"), (_("下载时间"), f"{local:%Y-%m-%d %H:%M:%S}")]
    said += [(_("考核办法"), _(question.scheme.title)), (_("周期"), question.period.name)]
    said.append((_("数据截至"), f"{cut_off:%Y-%m-%d %H:%M:%S}"))
    return [word for pair in said for word in pair]
