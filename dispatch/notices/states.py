"""Where a message to a citizen stands: the table of its moves, with the rule beside each arrow."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class MessageState(StrEnum):
    """Waiting and failed ones are tried (again) when their instant comes; the others are at rest."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    GIVEN_UP = "given_up"
    SKIPPED = "skipped"


M = MessageState

MESSAGE_MOVES: Mapping[tuple[MessageState, MessageState], str] = {
    (M.WAITING, M.SENT): "the provider took it, or the citizen's page is its only way",
    (M.WAITING, M.FAILED): "the provider did not take it, it will be tried again",
    (M.WAITING, M.GIVEN_UP): "the provider will never take it",
    (M.WAITING, M.SKIPPED): "the identity was erased, or it is no news any more",
    (M.FAILED, M.SENT): "a later try succeeded",
    (M.FAILED, M.FAILED): "a later try failed too",
    (M.FAILED, M.GIVEN_UP): "tried often enough, or never to be taken",
    (M.FAILED, M.SKIPPED): "the identity was erased, or it is no news any more",
    (M.GIVEN_UP, M.SENT): "a try that was thought lost came back with success",
}

MESSAGE_WORDS = {
    M.WAITING: "待发送",
    M.SENT: "已送达",
    M.FAILED: "发送失败，将重试",
    M.GIVEN_UP: "放弃发送",
    M.SKIPPED: "不再发送",
}

OPEN = (M.WAITING, M.FAILED)


class Skipped(StrEnum):
    """Why a message never leaves."""

    IMPORTED = "imported"
    ERASED = "erased"
    STALE = "stale"
