"""A board as a file to take away: who took it and when stands in the file, in its name and in the log as of every export."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

import structlog

from assessment.console import sheets
from assessment.console.question import Question
from dispatch.kernel.person import Person

log = structlog.get_logger("boards")
Say = Callable[[str], str]


@dataclass(frozen=True)
class Taker:
    """Who takes it, in which form (CSV where none is named), at which local instant."""

    person: Person
    form: str | None
    local: datetime


def taken(
    question: Question,
    title: str,
    board: tuple[Sequence[str], Sequence[Sequence[str]]],
    taker: Taker,
    _: Say,
    *,
    texts: int,
) -> dict[str, Any]:
    """What ``send_file`` takes. ``board``: heads and rows, ``texts`` columns from the left words. Raises as ``sheets.form_of``."""
    (heads, lines), form, login = board, sheets.form_of(taker.form), taker.person.login
    log.info("export", what=title, rows=len(lines), actor=taker.person.actor, **question.address)
    sheet = sheets.Sheet(title, heads, lines, _foot(question, taker, _), texts)
    called = f"{title}_{question.period.name}_{question.group}_{login}_{taker.local:%Y%m%d-%H%M%S}.{form}"
    content = BytesIO(sheets.written(sheet, form))
    return {"path_or_file": content, "mimetype": sheets.TYPES[form], "as_attachment": True, "download_name": called}


def _foot(question: Question, taker: Taker, _: Say) -> list[str]:
    local, person = taker.local, taker.person
    cut_off = question.as_of.astimezone(local.tzinfo)
    said = [(_("下载人"), f"{person.name}（{person.login}）"), (_("下载时间"), f"{local:%Y-%m-%d %H:%M:%S}")]
    said += [(_("考核办法"), _(question.scheme.title)), (_("周期"), question.period.name)]
    said.append((_("数据截至"), f"{cut_off:%Y-%m-%d %H:%M:%S}"))
    return [word for pair in said for word in pair]
