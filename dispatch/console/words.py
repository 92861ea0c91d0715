"""The words of the pages: Chinese labels of every coded value, and the tone in which a state is shown."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

from dispatch.access.permissions import ROLE_NAMES
from dispatch.directory.snapshot import reference
from dispatch.directory.tree import KIND_WORDS as UNIT_KINDS
from dispatch.disputes.states import PROPOSAL_WORDS, STANCE_WORDS
from dispatch.erasure.states import ERASURE_GROUND_WORDS, ERASURE_WORDS
from dispatch.files.states import PURPOSE_WORDS
from dispatch.follow_ups.states import FOLLOW_UP_WORDS
from dispatch.hops.line import Kind
from dispatch.kernel.db import current_session
from dispatch.knowledge.states import ARTICLE_WORDS
from dispatch.outcomes.grounds import decline_grounds
from dispatch.outcomes.states import (
    AGENCIES,
    ALERT_WORDS,
    CALL_BACK_WORDS,
    FACTS,
    HAND_OVER_WORDS,
    INVALID_GROUNDS,
    LEGAL_PATHS,
    MEANS,
)
from dispatch.places.checks import FAULTS as PLACE_FAULTS
from dispatch.places.geojson import FAULTS as TERRITORY_FAULTS
from dispatch.places.shapes import DATUM_WORDS, PARITY_WORDS
from dispatch.places.shapes import KIND_WORDS as PLACE_KINDS
from dispatch.routing.taxonomy import BETWEEN
from dispatch.supervision.states import ORDER_GROUND_WORDS, ORDER_WORDS
from dispatch.tickets.completing import PREMATURE_WORDS
from dispatch.tickets.disputing import GROUND_WORDS, RULING_WORDS
from dispatch.tickets.linking import FOLLOWED_BY, LINK_WORDS
from dispatch.tickets.states import ASSIGNMENT_WORDS, TICKET_WORDS

KINDS = {
    "help": "求助",
    "complaint": "投诉",
    "report": "举报",
    "consultation": "咨询",
    "suggestion": "建议",
    "praise": "表扬",
}
CHANNELS = {
    "phone": "电话",
    "web": "网站",
    "wechat": "微信",
    "app": "手机应用",
    "email": "电子邮件",
    "letter": "信件",
    "walk_in": "窗口",
    "transfer": "平台转办",
    "grid": "网格员",
    "other": "其他",
}
URGENCIES = {"ordinary": "一般", "urgent": "紧急", "critical": "特急"}
ASSIGNMENT_ROLES = {"lead": "主办", "support": "协办", "handler": "下级承办", "copy": "抄送区"}
HOPS = {
    Kind.HOTLINE: "热线",
    Kind.LEAD: "主办",
    Kind.SUSPENSION: "挂账",
    Kind.CITIZEN: "等候诉求人",
    Kind.FOLLOW_UP: "待回访",
    Kind.OVER: "已结束",
    Kind.SUPPORT: "协办",
    Kind.HANDLER: "下级承办",
    Kind.ADJUDICATION: "异议裁定",
}
# Of the board: word and tone of each figure of ``dispatch.board.counting``, where it is not nought.
FIGURES = {
    "unacknowledged": ("待签收", "yellow"),
    "soon": ("1 小时内到期", "yellow"),
    "overdue": ("已超时", "red"),
    "returned": ("退单待裁定", "yellow"),
    "redo": ("重办在办", "red"),
    "open": ("在办", ""),
}
OUTCOMES = {"reached": "已接通", "no_answer": "无人接听", "refused": "拒绝回访", "wrong_number": "号码有误"}
SOLVED = {"yes": "已解决", "partly": "部分解决", "no": "未解决"}
SATISFACTIONS = {"satisfied": "满意", "basically": "基本满意", "dissatisfied": "不满意"}
TEXT_KINDS = {
    "title": "标题",
    "text": "诉求内容",
    "address": "地址",
    "point": "坐标",
    "answer": "答复",
    "report": "内部情况说明",
    "dispute_reason": "异议依据",
    "ruling_reason": "裁定说明",
    "follow_up_words": "回访记录",
    "reassign_reason": "改派原因",
    "correction_reason": "更正原因",
    "card_reason": "撤牌理由",
    "extension_reason": "延期原因",
    "extension_decision": "延期审批意见",
    "suspension_measures": "挂账原因和措施",
    "suspension_decision": "挂账审批意见",
    "suspension_review": "挂账复核意见",
    "file_removal_reason": "移除材料的原因",
    "incident_progress": "已知事件进展",
    "decline_reason": "不予派单时告知的内容",
    "transfer_reason": "转接说明",
    "transfer_refusal": "对方未接收的原因",
    "invalid_reason": "判定无效的说明",
    "withdraw_reason": "撤单原因",
    "supplement_question": "请诉求人补充的内容",
    "supplement": "诉求人补充的情况",
    "restore_reason": "恢复派单的原因",
    "recheck_words": "复核记录",
    "redo_reason": "重办原因",
    "reopen_reason": "重新反映的情况",
    "urge_words": "催办意见",
    "order_words": "督办意见",
    "order_answer": "督办答复",
    "order_review": "督办审核意见",
    "erasure_reason": "申请删除个人信息的缘由",
}
DUTY_CALLS = {
    "ticket.dispatched": "新派单",
    "support.asked": "请求协办",
    "hop.passed": "下派",
    "ticket.urged": "催办",
    "order.issued": "督办单",
    "order.returned": "督办退回",
    "card.issued": "红牌",
    "ladder.reached": "升级提醒",
}
FIELDS = {"category": "分类", "place": "地点", "kind": "类型"}
DAILY = {
    "dispatched": "派单",
    "answered": "直接答复",
    "declined": "不予派单",
    "transferred": "转接",
    "invalid": "无效",
    "harassment": "骚扰来电",
    "withdrawn": "撤单",
}
YES_NO = {True: "是", False: "否"}

words = SimpleNamespace(
    ticket=TICKET_WORDS,
    assignment=ASSIGNMENT_WORDS,
    follow_up=FOLLOW_UP_WORDS,
    article=ARTICLE_WORDS,
    ground=GROUND_WORDS,
    ruling=RULING_WORDS,
    kind=KINDS,
    channel=CHANNELS,
    urgency=URGENCIES,
    role=ASSIGNMENT_ROLES,
    hop=HOPS,
    outcome=OUTCOMES,
    order=ORDER_WORDS,
    erasure=ERASURE_WORDS,
    erasure_ground=ERASURE_GROUND_WORDS,
    order_ground=ORDER_GROUND_WORDS,
    solved=SOLVED,
    satisfaction=SATISFACTIONS,
    text=TEXT_KINDS,
    account_role=ROLE_NAMES,
    agency=AGENCIES,
    alert=ALERT_WORDS,
    call_back=CALL_BACK_WORDS,
    fact=FACTS,
    means=MEANS,
    hand_over=HAND_OVER_WORDS,
    invalid_ground=INVALID_GROUNDS,
    legal_path=LEGAL_PATHS,
    decline_ground={ground.code: ground.name for ground in decline_grounds().values()},
    decline_script={ground.code: ground.script for ground in decline_grounds().values()},
    unit_kind=UNIT_KINDS,
    yes_no=YES_NO,
    file_purpose=PURPOSE_WORDS,
    field=FIELDS,
    daily=DAILY,
    duty_call=DUTY_CALLS,
    premature=PREMATURE_WORDS,
    stance=STANCE_WORDS,
    proposal=PROPOSAL_WORDS,
    link={**LINK_WORDS, "followed_by": FOLLOWED_BY},
    place_kind=PLACE_KINDS,
    parity=PARITY_WORDS,
    datum=DATUM_WORDS,
    place_fault=PLACE_FAULTS,
    territory_fault=TERRITORY_FAULTS,
)

# good = done, info = in hand, yellow = waits for someone, "" = at rest.
tones = SimpleNamespace(
    ticket=dict.fromkeys(TICKET_WORDS, "")
    | {
        "received": "info",
        "awaiting_dispatch": "yellow",
        "dispatched": "yellow",
        "acknowledged": "info",
        "suspended": "yellow",
        "completed": "good",
        "closed": "good",
    },
    assignment={
        "sent": "yellow",
        "acknowledged": "info",
        "disputed": "yellow",
        "completed": "good",
        "withdrawn": "",
    },
    article={"draft": "yellow", "published": "good", "retired": ""},
    follow_up={"open": "yellow", "attempted": "yellow", "answered": "good", "unreached": "", "cancelled": ""},
    order={"issued": "yellow", "answered": "info", "returned": "yellow", "accepted": "good", "cancelled": ""},
    erasure={"asked": "yellow", "granted": "good", "refused": ""},
    urgency={"ordinary": "", "urgent": "yellow", "critical": "red"},
)


def category_name(code: str | None) -> str:
    """``供暖 / 室温不达标`` for a code, in force or not; free text of imported rows as it is; a dash for none."""
    return path_words(code, reference(current_session()).category_path)


def path_words(code: str | None, path_of: Callable[[str], tuple[str, ...]]) -> str:
    """The same by another source of paths."""
    return BETWEEN.join(path_of(code)) or code if code else "—"


def translatable() -> set[str]:
    """Every word of the tables above, for the catalogue's completeness."""
    shown = {str(word) for table in vars(words).values() for word in table.values()}
    return shown | {word for word, _tone in FIGURES.values()}
