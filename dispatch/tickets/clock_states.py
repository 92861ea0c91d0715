"""States of extensions and suspensions, with the rule beside each arrow (rules.md §3)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class ExtensionState(StrEnum):
    """Where a request stands."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    LAPSED = "lapsed"


E = ExtensionState
EXTENSION_MOVES: Mapping[tuple[ExtensionState, ExtensionState], str] = {
    (E.ASKED, E.GRANTED): "the approver grants it before the due instant (rules §3)",
    (E.ASKED, E.REFUSED): "the approver refuses it (rules §3)",
    (E.ASKED, E.LAPSED): "no decision by the due instant, or the lead changed: refused (rules §3)",
}
EXTENSION_WORDS = {E.ASKED: "待审批", E.GRANTED: "已同意", E.REFUSED: "不同意", E.LAPSED: "逾期未批，视为不同意"}


class SuspensionState(StrEnum):
    """Where a suspension stands."""

    ASKED = "asked"
    RUNNING = "running"
    REFUSED = "refused"
    LAPSED = "lapsed"
    ENDED = "ended"


S = SuspensionState
SUSPENSION_MOVES: Mapping[tuple[SuspensionState, SuspensionState], str] = {
    (S.ASKED, S.RUNNING): "approved at district level or above (rules §3)",
    (S.ASKED, S.REFUSED): "the approver refuses it",
    (S.ASKED, S.LAPSED): "the ticket moved on before anybody decided",
    (S.RUNNING, S.RUNNING): "a review gives it another date (rules §3)",
    (S.RUNNING, S.ENDED): "its date has passed, a review ended it, or the ticket moved on (rules §3)",
}
SUSPENSION_WORDS = {
    S.ASKED: "待审批",
    S.RUNNING: "挂账中",
    S.REFUSED: "不同意",
    S.LAPSED: "已失效",
    S.ENDED: "已结束",
}
