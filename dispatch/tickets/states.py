"""The tables are the law: which move is allowed from which state, with the rule beside each arrow."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from dispatch.kernel.errors import Conflict


class TicketState(StrEnum):
    """Where a ticket stands (design §5)."""

    RECEIVED = "received"
    ANSWERED = "answered"
    DECLINED = "declined"
    TRANSFERRED = "transferred"
    INVALID = "invalid"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    AWAITING_DISPATCH = "awaiting_dispatch"
    DISPATCHED = "dispatched"
    ACKNOWLEDGED = "acknowledged"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    CLOSED = "closed"
    ARCHIVED = "archived"


class AssignmentState(StrEnum):
    """Where a unit's part stands."""

    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    DISPUTED = "disputed"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"


T, A = TicketState, AssignmentState

TICKET_MOVES: Mapping[tuple[TicketState, TicketState], str] = {
    (T.RECEIVED, T.DISPATCHED): "direct dispatch in the intake request itself (design §2.2)",
    (T.RECEIVED, T.AWAITING_DISPATCH): "routing is not sure enough, a person decides (design §5)",
    (T.RECEIVED, T.ANSWERED): "a consultation answered on the spot from the knowledge base (domain §2)",
    (T.RECEIVED, T.DECLINED): "one of the six grounds of art 11, with its reason (domain §2)",
    (T.RECEIVED, T.TRANSFERRED): "an emergency handed to 110, 119, 120 or 122 (art 11)",
    (T.RECEIVED, T.INVALID): "no matter in it, or harassment (design §5)",
    (T.RECEIVED, T.MERGED): "a repeat of an open matter, joined to it at intake (rules §5)",
    (T.AWAITING_DISPATCH, T.DISPATCHED): "a dispatcher decides",
    (T.AWAITING_DISPATCH, T.ANSWERED): "a dispatcher answers it from the knowledge base",
    (T.AWAITING_DISPATCH, T.DECLINED): "a dispatcher finds one of the six grounds (domain §2)",
    (T.AWAITING_DISPATCH, T.TRANSFERRED): "a dispatcher hands an emergency over (art 11)",
    (T.AWAITING_DISPATCH, T.INVALID): "a dispatcher finds no matter in it, or harassment",
    (T.AWAITING_DISPATCH, T.WITHDRAWN): "the reporter takes it back before dispatch (rules §6)",
    (T.AWAITING_DISPATCH, T.MERGED): "a repeat of an older matter (rules §5)",
    (T.ANSWERED, T.AWAITING_DISPATCH): "the answer did not do, a person dispatches it",
    (T.DECLINED, T.AWAITING_DISPATCH): "the ground did not hold, a person dispatches it",
    (T.INVALID, T.AWAITING_DISPATCH): "there was a matter in it after all, a person dispatches it",
    (T.TRANSFERRED, T.AWAITING_DISPATCH): "the emergency service refused it with a reason (art 11)",
    (T.DISPATCHED, T.ACKNOWLEDGED): "the lead acknowledges",
    (T.DISPATCHED, T.DISPATCHED): "reassigned, by a ruling or as the hotline's own error (rules §3)",
    (T.ACKNOWLEDGED, T.DISPATCHED): "reassigned, by a ruling or as the hotline's own error (rules §3)",
    (T.DISPATCHED, T.AWAITING_DISPATCH): "a dispute upheld by silence, first in line (rules §3)",
    (T.ACKNOWLEDGED, T.AWAITING_DISPATCH): "a dispute upheld by silence, first in line (rules §3)",
    (T.ACKNOWLEDGED, T.COMPLETED): "the lead has acted and answered",
    (T.ACKNOWLEDGED, T.SUSPENDED): "cannot be solved now: measures and a definite date, approved (rules §3)",
    (T.SUSPENDED, T.ACKNOWLEDGED): "its date has come, or a review ended it early (rules §3)",
    (T.DISPATCHED, T.WITHDRAWN): "the reporter takes it back after dispatch (design §5)",
    (T.ACKNOWLEDGED, T.WITHDRAWN): "the reporter takes it back after dispatch (design §5)",
    (T.SUSPENDED, T.WITHDRAWN): "the reporter takes it back after dispatch (design §5)",
    (T.DISPATCHED, T.MERGED): "a repeat of an older matter, before a counted answer (rules §5)",
    (T.ACKNOWLEDGED, T.MERGED): "a repeat of an older matter, before a counted answer (rules §5)",
    (T.COMPLETED, T.MERGED): "a repeat of an older matter, before a counted answer (rules §5)",
    (T.MERGED, T.AWAITING_DISPATCH): "unmerged, or its first caller withdrew: as it stood before (rules §5)",
    (T.MERGED, T.DISPATCHED): "unmerged, or its first caller withdrew: as it stood before (rules §5)",
    (T.MERGED, T.ACKNOWLEDGED): "unmerged, or its first caller withdrew: as it stood before (rules §5)",
    (T.MERGED, T.COMPLETED): "unmerged, or its first caller withdrew: as it stood before (rules §5)",
    (T.COMPLETED, T.CLOSED): "the lead has completed and the follow-up has ended (design §5)",
    (
        T.CLOSED,
        T.DISPATCHED,
    ): "redo: a new round, asked by the follow-up or by the caller within the days of the policy (rules §5)",
    (T.ARCHIVED, T.DISPATCHED): "reopened within the days of the policy although archived already (rules §5)",
    (T.CLOSED, T.ARCHIVED): "its e-archive is made",
}

ASSIGNMENT_MOVES: Mapping[tuple[AssignmentState, AssignmentState], str] = {
    (A.SENT, A.ACKNOWLEDGED): "the unit signs for it",
    (A.SENT, A.DISPUTED): "inside the window, once per unit and ticket (rules §3)",
    (A.ACKNOWLEDGED, A.DISPUTED): "acknowledging inside the window does not forfeit the dispute (rules §3)",
    (A.DISPUTED, A.SENT): "refused: back to where it stood, its clock never stopped (rules §3)",
    (A.DISPUTED, A.ACKNOWLEDGED): "refused: back to where it stood, its clock never stopped (rules §3)",
    (A.DISPUTED, A.WITHDRAWN): "upheld: the ticket goes to the unit ruled (rules §3)",
    (
        A.SENT,
        A.WITHDRAWN,
    ): "taken back: the hotline's error, the reporter's withdrawal, a merge, or the lead no longer needs it",
    (
        A.ACKNOWLEDGED,
        A.WITHDRAWN,
    ): "taken back: the hotline's error, the reporter's withdrawal, a merge, or the lead no longer needs it",
    (A.WITHDRAWN, A.SENT): "unmerged: as it stood before (rules §5)",
    (A.WITHDRAWN, A.ACKNOWLEDGED): "unmerged: as it stood before (rules §5)",
    (A.ACKNOWLEDGED, A.COMPLETED): "acted and answered, or a support reported to its lead",
}

ASSIGNMENT_WORDS = {
    A.SENT: "待签收",
    A.ACKNOWLEDGED: "办理中",
    A.DISPUTED: "异议裁定中",
    A.COMPLETED: "已办结",
    A.WITHDRAWN: "已撤回",
}

TICKET_WORDS = {
    T.RECEIVED: "已受理",
    T.ANSWERED: "直接答复",
    T.DECLINED: "不予派单",
    T.TRANSFERRED: "已转接",
    T.INVALID: "无效",
    T.WITHDRAWN: "已撤单",
    T.MERGED: "已并单",
    T.AWAITING_DISPATCH: "待派单",
    T.DISPATCHED: "已派单",
    T.ACKNOWLEDGED: "办理中",
    T.SUSPENDED: "挂账",
    T.COMPLETED: "已办结",
    T.CLOSED: "已结案",
    T.ARCHIVED: "已归档",
}


def require_ticket_move(before: str, after: TicketState) -> None:
    """Refuse a ticket's move that the table does not have."""
    if (TicketState(before), after) not in TICKET_MOVES:
        words = (TICKET_WORDS[TicketState(before)], TICKET_WORDS[after])
        raise Conflict("ticket.illegal_move", f"工单当前为“{words[0]}”，不能变为“{words[1]}”。", state=before)


def require_assignment_move(before: str, after: AssignmentState) -> None:
    """Refuse an assignment's move that the table does not have."""
    if (AssignmentState(before), after) not in ASSIGNMENT_MOVES:
        words = (ASSIGNMENT_WORDS[AssignmentState(before)], ASSIGNMENT_WORDS[after])
        raise Conflict("assignment.illegal_move", f"本单位任务当前为“{words[0]}”，不能变为“{words[1]}”。", state=before)
