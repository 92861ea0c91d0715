"""The verbs that say what a ticket is about, and what stands beside it: correct, note, link."""

from __future__ import annotations

from typing import Any

from dispatch.actions.verb import Standing, Verb
from dispatch.kernel.http import Schema, Words
from dispatch.tickets import correcting, limit_correcting, linking, noting, schemas
from dispatch.tickets.edge import Scene, visible_ticket_id
from dispatch.tickets.kinds import KINDS

RECOMPUTABLE = ("dispatched", "acknowledged", "suspended")
KIND_WORDS = dict(zip(KINDS, ("咨询", "求助", "投诉", "举报", "建议", "表扬"), strict=True))


class CorrectSchema(Schema):
    """更正: what is left empty stays."""

    category = schemas.code(allow_none=True, load_default=None, metadata={"label": "更正分类为", "widget": "category"})
    place_code = schemas.code(
        allow_none=True, load_default=None, metadata={"label": "更正地点为", "hint": "区、街道（乡镇）或社区的代码。"}
    )
    kind = schemas.one_of(
        KINDS, allow_none=True, load_default=None, metadata={"label": "更正类型为", "words": KIND_WORDS}
    )
    reason = Words(required=True, metadata={"label": "更正原因", "widget": "textarea"})


class ProposeCategorySchema(Schema):
    """建议更正分类."""

    category = schemas.code(required=True, metadata={"label": "建议分类", "widget": "category"})
    reason = Words(required=True, metadata={"label": "建议理由", "widget": "textarea"})


class RecomputeSchema(Schema):
    """按更正后的分类重算时限."""

    reason = Words(required=True, metadata={"label": "重算理由", "widget": "textarea"})


class NoteBodySchema(Schema):
    """备注."""

    words = Words(required=True, longest=2_000, metadata={"label": "备注内容", "widget": "textarea"})


class LinkSchema(Schema):
    """关联工单: ``other_no`` is the other's number."""

    other_no = Words(required=True, longest=schemas.LONGEST_TITLE, metadata={"label": "另一张工单的编号"})
    kind = schemas.one_of(
        tuple(linking.LinkKind), required=True, metadata={"label": "关联方式", "words": dict(linking.LINK_WORDS)}
    )


def _correct(scene: Scene, data: dict[str, Any]) -> object:
    return correcting.correct(scene.session, scene.ticket_id, reference=scene.reference, **scene.stamp, **data)


def _propose(scene: Scene, data: dict[str, Any]) -> object:
    return correcting.propose_category(
        scene.session, scene.ticket_id, reference=scene.reference, **scene.as_unit, **data
    )


def _recompute(scene: Scene, data: dict[str, Any]) -> object:
    return limit_correcting.recompute_limit(
        scene.session, scene.ticket_id, reference=scene.reference, **scene.stamp, **data
    )


def _note(scene: Scene, data: dict[str, Any]) -> object:
    unit_id = scene.person.unit_id
    return noting.note(
        scene.session, scene.ticket_id, unit_id=unit_id, reference=scene.reference, **scene.stamp, **data
    )


def _link(scene: Scene, data: dict[str, Any]) -> object:
    other_id = visible_ticket_id(scene.session, data["other_no"], person=scene.person, at=scene.at)
    return linking.link(scene.session, scene.ticket_id, other_id=other_id, kind=data["kind"], **scene.stamp)


def _is_correctable(here: Standing) -> bool:
    return here.is_hotline and here.ticket.state not in correcting.SETTLED


VERBS = (
    Verb(
        "correct",
        "ticket.correct",
        "更正",
        "已更正。",
        _correct,
        CorrectSchema,
        _is_correctable,
        hint="分类、地点、类型有误时更正；办理时限不因更正而改变。",
        icon="pencil-square",
    ),
    Verb(
        "propose-category",
        "ticket.propose_category",
        "建议更正分类",
        "已提交热线审核。",
        _propose,
        ProposeCategorySchema,
        lambda here: here.leads and here.ticket.state not in correcting.SETTLED,
        icon="tag",
    ),
    Verb(
        "recompute-limit",
        "ticket.recompute_limit",
        "重算时限",
        "已按现在的分类和类型重算时限。",
        _recompute,
        RecomputeSchema,
        lambda here: here.is_hotline and here.lead is not None and here.ticket.state in RECOMPUTABLE,
        hint="分类或类型更正后，仍从原派单时间起按新的时限计算，延期和暂停照旧计入。",
        icon="clock-history",
    ),
    Verb(
        "note",
        "ticket.note",
        "写备注",
        "已保存备注。",
        _note,
        NoteBodySchema,
        lambda _here: True,
        hint="备注供本单位和热线内部查看，诉求人看不到。",
        icon="sticky",
    ),
    Verb("link", "ticket.link", "关联工单", "已关联。", _link, LinkSchema, lambda _here: True, icon="link-45deg"),
)
