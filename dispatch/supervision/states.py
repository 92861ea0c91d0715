"""The states of a supervision order, with the rule beside each arrow."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from dispatch.kernel.errors import Conflict


class OrderState(StrEnum):
    """Where an order stands."""

    ISSUED = "issued"
    ANSWERED = "answered"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    CANCELLED = "cancelled"


class OrderGround(StrEnum):
    """Why it was issued."""

    OVERDUE = "overdue"
    REPEATED = "repeated"
    POOR_RESULT = "poor_result"
    GRAVE = "grave"
    THIRD_REDO = "third_redo"


O = OrderState  # noqa: E741 - the table reads better

OPEN = (O.ISSUED, O.ANSWERED, O.RETURNED)

ORDER_MOVES: Mapping[tuple[OrderState, OrderState], str] = {
    (O.ISSUED, O.ANSWERED): "the unit says what it did",
    (O.RETURNED, O.ANSWERED): "the unit answers anew",
    (O.ANSWERED, O.ACCEPTED): "the supervisor is satisfied",
    (O.ANSWERED, O.RETURNED): "the supervisor is not: a full limit to answer anew",
    (O.ISSUED, O.CANCELLED): "the supervisor takes it back: issued in error, or the ticket went to another unit",
    (O.CANCELLED, O.ISSUED): "a merge cancelled it and was undone: as it stood before (rules §5)",
    (O.CANCELLED, O.ANSWERED): "a merge cancelled it and was undone: as it stood before (rules §5)",
    (O.CANCELLED, O.RETURNED): "a merge cancelled it and was undone: as it stood before (rules §5)",
    (O.ANSWERED, O.CANCELLED): "the supervisor takes it back: issued in error, or the ticket went to another unit",
    (O.RETURNED, O.CANCELLED): "the supervisor takes it back: issued in error, or the ticket went to another unit",
}

ORDER_WORDS = {
    O.ISSUED: "待答复",
    O.ANSWERED: "待审核",
    O.RETURNED: "退回重报",
    O.ACCEPTED: "已通过",
    O.CANCELLED: "已撤销",
}

ORDER_GROUND_WORDS = {
    OrderGround.OVERDUE: "超期未办结",
    OrderGround.REPEATED: "反复诉求",
    OrderGround.POOR_RESULT: "办理不到位",
    OrderGround.GRAVE: "重大或紧急事项",
    OrderGround.THIRD_REDO: "多次重办",
}


def require_order_move(before: str, after: OrderState) -> None:
    """Refuse a move that the table does not have."""
    if (OrderState(before), after) not in ORDER_MOVES:
        words = (ORDER_WORDS[OrderState(before)], ORDER_WORDS[after])
        raise Conflict("order.illegal_move", f"督办单当前为“{words[0]}”，不能变为“{words[1]}”。", state=before)
