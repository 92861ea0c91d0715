"""The verbs that end a ticket without a unit, and those that follow from it."""

from __future__ import annotations

from typing import Any

from dispatch.actions.verb import Nothing, Standing, Verb
from dispatch.kernel.http import Schema, Words, fields
from dispatch.outcomes import alerts, services, withdrawing
from dispatch.outcomes import queries as own_queries
from dispatch.outcomes.endings import Outcome
from dispatch.outcomes.grounds import decline_grounds
from dispatch.outcomes.states import AGENCIES, INVALID_GROUNDS, LEGAL_PATHS, EndingKind
from dispatch.tickets.edge import Scene
from dispatch.tickets.schemas import LONGEST_LINE, code, one_of
from dispatch.tickets.states import TICKET_MOVES, TicketState

GROUND_NAMES = {ground.code: ground.name for ground in decline_grounds().values()}
TOLD = {"label": "告知诉求人的内容", "widget": "textarea"}
REASON = {"label": "原因", "widget": "textarea"}


class DirectAnswerSchema(Schema):
    """直接答复."""

    text = Words(required=True, metadata={"label": "给诉求人的答复", "widget": "textarea"})
    articles = fields.List(
        fields.Integer(),
        load_default=list,
        metadata={"label": "引用的知识编号", "hint": "几篇之间用逗号隔开。", "widget": "list"},
    )


class DeclineSchema(Schema):
    """不予派单: one of the six grounds, with what it asks for."""

    ground = one_of(tuple(GROUND_NAMES), required=True, metadata={"label": "理由", "words": GROUND_NAMES})
    text = Words(
        load_default="",
        is_blank_allowed=True,
        metadata=TOLD | {"hint": "超出政府职责、违反法律法规或者公序良俗的，须填写。"},
    )
    agency = one_of(
        tuple(AGENCIES), load_default=None, allow_none=True, metadata={"label": "应拨打的紧急电话", "words": AGENCIES}
    )
    legal_path = one_of(
        tuple(LEGAL_PATHS),
        load_default=None,
        allow_none=True,
        metadata={"label": "应走的法定途径", "words": LEGAL_PATHS},
    )
    related_ticket_no = code(
        load_default=None,
        allow_none=True,
        metadata={"label": "同一诉求的工单编号", "hint": "正在办理或者已经办结的须填写。"},
    )


class TransferSchema(Schema):
    """转接: to an emergency service."""

    agency = one_of(tuple(AGENCIES), required=True, metadata={"label": "转接到", "words": AGENCIES})
    receipt = Words(
        longest=LONGEST_LINE,
        load_default=None,
        allow_none=True,
        metadata={"label": "对方回执编号", "hint": "对方已当场接收的填写；没有的以后再登记。", "widget": "text"},
    )
    text = Words(load_default="", is_blank_allowed=True, metadata={"label": "转接说明", "widget": "textarea"})


class HandOverReceiptSchema(Schema):
    """The service's number for it."""

    receipt = Words(longest=LONGEST_LINE, required=True, metadata={"label": "对方回执编号", "widget": "text"})


class InvalidateSchema(Schema):
    """判定无效."""

    ground = one_of(tuple(INVALID_GROUNDS), required=True, metadata={"label": "理由", "words": INVALID_GROUNDS})
    text = Words(load_default="", is_blank_allowed=True, metadata={"label": "说明", "widget": "textarea"})


class EndingReasonSchema(Schema):
    """Why."""

    reason = Words(required=True, metadata=REASON)


def _ender(kind: EndingKind) -> Any:
    def run(scene: Scene, data: dict[str, Any]) -> object:
        outcome = Outcome(kind, **data | {"articles": tuple(data.get("articles", ()))})
        procedure = scene.reference.procedure
        return services.end(scene.session, scene.ticket_id, outcome, procedure=procedure, **scene.stamp)

    return run


def _withdraw(scene: Scene, data: dict[str, Any]) -> object:
    return withdrawing.withdraw(scene.session, scene.ticket_id, reference=scene.reference, **scene.stamp, **data)


def _restore(scene: Scene, data: dict[str, Any]) -> object:
    return services.restore(scene.session, scene.ticket_id, **scene.stamp, **data)


def _received(scene: Scene, data: dict[str, Any]) -> object:
    return services.hand_over_received(scene.session, scene.ticket_id, **scene.stamp, **data)


def _refused(scene: Scene, data: dict[str, Any]) -> object:
    return services.hand_over_refused(scene.session, scene.ticket_id, **scene.stamp, **data)


def _see(scene: Scene, _data: dict[str, Any]) -> object:
    return alerts.see(scene.session, scene.ticket_id, **scene.stamp)


def _waits(here: Standing) -> bool:
    return here.is_hotline and here.ticket.state == TicketState.AWAITING_DISPATCH


def _may_answer(here: Standing) -> bool:
    return _waits(here) and here.ticket.kind in here.reference.procedure.answerable_kinds


def _may_withdraw(here: Standing) -> bool:
    return here.is_hotline and (TicketState(here.ticket.state), TicketState.WITHDRAWN) in TICKET_MOVES


def _may_restore(here: Standing) -> bool:
    return here.is_hotline and here.ticket.state in services.REVERSIBLE


def _is_sent(here: Standing) -> bool:
    last = own_queries.last_hand_over(here.session, here.ticket.ticket_id) if _is_transferred(here) else None
    return last is not None and last.state == "sent"


def _is_transferred(here: Standing) -> bool:
    return here.is_hotline and here.ticket.state == TicketState.TRANSFERRED


def _is_unseen(here: Standing) -> bool:
    return any(alert.seen_at is None for alert in own_queries.alerts_of(here.session, here.ticket.ticket_id))


VERBS = (
    Verb(
        "see-alert",
        "alert.see",
        "已看警示",
        "已登记查看警示。",
        _see,
        Nothing,
        _is_unseen,
        hint="表示您已知悉并在处置。",
        icon="bell",
    ),
    Verb(
        "answer",
        "ticket.end",
        "直接答复",
        "已直接答复。",
        _ender(EndingKind.ANSWERED),
        DirectAnswerSchema,
        _may_answer,
        hint="咨询、建议和表扬可以直接答复，不再派单。",
        icon="chat-left-quote",
    ),
    Verb(
        "decline",
        "ticket.end",
        "不予派单",
        "已登记不予派单。",
        _ender(EndingKind.DECLINED),
        DeclineSchema,
        _waits,
        hint="只限条例规定的六类情形，并须告知诉求人。",
        icon="slash-circle",
    ),
    Verb(
        "transfer",
        "ticket.end",
        "转接 110、119、120、122",
        "已转接。",
        _ender(EndingKind.TRANSFERRED),
        TransferSchema,
        _waits,
        icon="telephone-forward",
    ),
    Verb(
        "transfer-received",
        "ticket.end",
        "登记转接回执",
        "已登记回执。",
        _received,
        HandOverReceiptSchema,
        _is_sent,
        icon="check2-circle",
    ),
    Verb(
        "transfer-refused",
        "ticket.end",
        "登记对方未接收",
        "已退回人工派单。",
        _refused,
        EndingReasonSchema,
        _is_transferred,
        hint="对方不接收的，工单回到人工派单。",
        icon="arrow-return-left",
    ),
    Verb(
        "invalidate",
        "ticket.end",
        "判定无效",
        "已判定无效。",
        _ender(EndingKind.INVALID),
        InvalidateSchema,
        _waits,
        icon="x-circle",
    ),
    Verb(
        "withdraw",
        "ticket.withdraw",
        "诉求人撤单",
        "已撤单。",
        _withdraw,
        EndingReasonSchema,
        _may_withdraw,
        hint="只在诉求人本人要求时使用；已派出的工单随即停止办理。并入本单的其他诉求人不受影响，他们的事项继续办理。",
        icon="box-arrow-left",
    ),
    Verb(
        "restore",
        "ticket.restore",
        "恢复派单",
        "已恢复，等待人工派单。",
        _restore,
        EndingReasonSchema,
        _may_restore,
        hint="答复、不予派单或判定无效不当的，恢复后由人工派单。",
        icon="arrow-counterclockwise",
    ),
)
