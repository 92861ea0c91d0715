"""The Chinese words of the publication pages for coded values, beside those of the ranking pages."""

from __future__ import annotations

from assessment.publications.states import PUBLICATION_WORDS, PublicationState

STATE_WORDS = PUBLICATION_WORDS
STATE_TONES = {
    PublicationState.PREPARING: "info",
    PublicationState.FROZEN: "yellow",
    PublicationState.SIGNED: "yellow",
    PublicationState.PUBLISHED: "good",
    PublicationState.DISCARDED: "",
}
DONE_WORDS = {
    "prepare": "已开始编制，冻结完成后待签发。",
    "sign": "已签发，待他人发布。",
    "publish": "已核验并发布。",
    "discard": "已作废。",
    "correct": "已开始更正，冻结完成后待签发。",
}
SYSTEM_WORD = "系统"
FACT_WORDS = {
    "unit_id": "单位",
    "is_excluded": "剔除",
    "is_withdrawn": "撤回",
    "is_pending": "待回访",
    "reached": "接通",
    "contacted": "联系",
    "solved": "解决",
    "satisfaction": "满意度",
    "is_on_time": "按期办结",
    "is_explained": "已说明原因",
    "first_contact_at": "先行联系",
    "followed_up_at": "回访",
    "completed_at": "办结",
}


def translatable() -> set[str]:
    """Every word of the tables above, for the catalogue's completeness."""
    return {*map(str, STATE_WORDS.values()), *DONE_WORDS.values(), *FACT_WORDS.values(), SYSTEM_WORD, NAVIGATION_WORD}


NAVIGATION_WORD = "考核通报"
