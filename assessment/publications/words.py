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


def translatable() -> set[str]:
    """Every word of the tables above, for the catalogue's completeness."""
    return {*map(str, STATE_WORDS.values()), *DONE_WORDS.values(), SYSTEM_WORD, NAVIGATION_WORD}


NAVIGATION_WORD = "考核通报"
