"""The archive as a page to be read and printed: made from the document alone, no script, nothing from elsewhere."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, tzinfo
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from dispatch.console.words import category_name, words

TEMPLATE = "archive.html"
EVENTS = {
    "ticket.received": "受理",
    "ticket.dispatched": "派单",
    "ticket.awaiting_dispatch": "转人工派单",
    "ticket.category_corrected": "更正分类",
    "ticket.reassigned": "改派",
    "ticket.closed": "结案",
    "assignment.acknowledged": "签收",
    "assignment.first_contacted": "先行联系",
    "assignment.completed": "办结反馈",
    "assignment.disputed": "提出派单异议",
    "assignment.withdrawn": "收回派单",
    "dispute.ruled": "裁定",
    "card.issued": "亮牌",
    "follow_up.opened": "回访开始",
    "follow_up.attempted": "回访",
    "file.attached": "上传材料",
    "file.removed": "移除材料",
}
TABLES = {
    "kind": words.kind,
    "channel": words.channel,
    "urgency": words.urgency,
    "role": words.role,
    "assignment": words.assignment,
    "ground": words.ground,
    "ruling": words.ruling,
    "outcome": words.outcome,
    "solved": words.solved,
    "satisfaction": words.satisfaction,
    "text": words.text,
    "purpose": words.file_purpose,
    "event": EVENTS,
    "colour": {"yellow": "黄牌", "red": "红牌"},
}


def render(document: bytes, zone: tzinfo) -> bytes:
    """The page of a sealed archive, instants in ``zone``."""
    sealed = json.loads(document)
    archive = sealed["archive"]

    def local(instant: str | None) -> str:
        return datetime.fromisoformat(instant).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if instant else "—"

    def unit(code: str | None) -> str:
        return f"{archive['units'].get(code, code)}（{code}）" if code else "—"

    page = _environment().get_template(TEMPLATE)
    values = {"local": local, "unit": unit, "digest": hashlib.sha256(document).hexdigest(), **archive}
    return (page.render(**values) + "\n").encode()


def _say(table: str, code: Any) -> str:
    """The word of a code; the code itself where there is none, a dash for nothing."""
    if code is None:
        return "—"
    if isinstance(code, bool):
        return str(words.yes_no[code])
    return str(TABLES[table].get(code, code))


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("dispatch.archives"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # An archive is Chinese whoever prints it: the words are said as they stand.
    made.globals.update(_=lambda sentence: sentence, say=_say, category=category_name)
    made.filters["facts"] = lambda data: json.dumps(data, ensure_ascii=False, sort_keys=True)
    return made
