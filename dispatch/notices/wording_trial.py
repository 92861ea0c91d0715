"""What a wording would say: filled in for the last tickets that such a notice went out for. Nothing is sent or kept.

Whoever writes the words need not see a citizen's matter: answers, codes and links stand as 〔…〕, the rest is real.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from dispatch.notices.models import CitizenMessage
from dispatch.notices.templates import Template, fill, templates
from dispatch.notices.wordings import WordingKind
from dispatch.tickets.models import Ticket

# So many of the last messages are looked through for one of each kind of ticket.
LOOKED_THROUGH: Final = 5_000

BLANK_WORDS: Final[Mapping[str, str]] = {
    "ticket_no": "工单号",
    "code": "查询码",
    "page": "查询网址",
    "link": "链接",
    "unit": "承办单位",
    "due": "最迟日期",
    "until": "复核日期",
    "service": "转接号码",
    "ground": "不予派单情形",
    "reason": "原因",
    "answer": "答复要点",
    "measures": "已采取的措施",
    "progress": "进展",
    "missing": "需要补充的内容",
}
COVERED: Final = ("code", "page", "link")


class Sample(NamedTuple):
    """One ticket of a kind, and both forms of what its caller would read; the one made up has no ticket."""

    kind: str | None
    ticket_no: str | None
    text: str
    confidential: str


def trial(session: Session, kind: WordingKind, name: str, *, text: str, confidential: str) -> list[Sample]:
    """What these words would say: of a notice one for each kind of ticket that had it lately, and one made up."""
    if kind is WordingKind.SCRIPT:
        return [Sample(None, None, text, "")]
    template = replace(templates()[name], text=text, confidential=confidential)
    values = {blank: f"〔{word}〕" for blank, word in BLANK_WORDS.items()}
    return [*_samples(session, template), Sample(None, None, fill(text, values), fill(confidential, values))]


def _samples(session: Session, template: Template) -> list[Sample]:
    last = select(CitizenMessage).order_by(CitizenMessage.message_id.desc()).limit(LOOKED_THROUGH).subquery()
    message = aliased(CitizenMessage, last)
    rows = session.execute(
        select(Ticket.kind, Ticket.ticket_no, message.values)
        .join(Ticket, Ticket.ticket_id == message.ticket_id)
        .where(message.template == template.name)
        .order_by(Ticket.kind, message.message_id.desc())
        .ext(distinct_on(Ticket.kind))
    )
    return [_sample(template, row.kind, row.ticket_no, row[2]) for row in rows]


def _sample(template: Template, kind: str, ticket_no: str, known: Mapping[str, object]) -> Sample:
    covered = {name: f"〔{BLANK_WORDS.get(name, name)}〕" for name in (*COVERED, *template.words)}
    values = covered | {name: str(value) for name, value in known.items() if name not in covered}
    values["ticket_no"] = ticket_no
    return Sample(kind, ticket_no, fill(template.text, values), fill(template.confidential, values))
