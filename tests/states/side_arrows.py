"""The same for what a ticket has beside it: its assignments, follow-up, requests, order, hand-over."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from dispatch.erasure import services as erasing
from dispatch.erasure.models import Erasure
from dispatch.erasure.states import ErasureState as D
from dispatch.follow_ups.models import FollowUp
from dispatch.follow_ups.states import FollowUpState as F
from dispatch.outcomes import services as outcomes
from dispatch.outcomes.models import HandOver
from dispatch.outcomes.states import HandOverState as H
from dispatch.supervision import services as supervision
from dispatch.supervision.models import SupervisionOrder
from dispatch.supervision.states import OrderState as O
from dispatch.tickets import extending
from dispatch.tickets.clock_models import Extension, Suspension
from dispatch.tickets.clock_states import E, S
from dispatch.tickets.models import Assignment
from dispatch.tickets.states import AssignmentState as A
from tests.states.walks import (
    TRANSFERRED,
    Step,
    Walk,
    acknowledged,
    approve,
    as_known,
    ask_suspension,
    dispatched,
    end,
    finish,
    merge,
    reassign,
    refuse_hand_over,
    review,
    sign,
    suspended,
    then,
    unmerge,
    waiting,
    with_an_older,
    withdraw,
)
from tests.town import Desk

Arrows = dict[tuple[Any, Any], tuple[Walk, Step]]


def dispute(desk: Desk, ticket_id: int) -> object:
    return desk.dispute(ticket_id)


def refuse(desk: Desk, ticket_id: int) -> object:
    return desk.rule(ticket_id, "refused")


def uphold(desk: Desk, ticket_id: int) -> object:
    return desk.rule(ticket_id, "upheld", "110002")


ASSIGNMENTS: Arrows = {
    (A.SENT, A.ACKNOWLEDGED): (dispatched, sign),
    (A.SENT, A.DISPUTED): (dispatched, dispute),
    (A.ACKNOWLEDGED, A.DISPUTED): (acknowledged, dispute),
    (A.DISPUTED, A.SENT): (then(dispatched, dispute), refuse),
    (A.DISPUTED, A.ACKNOWLEDGED): (then(acknowledged, dispute), refuse),
    (A.DISPUTED, A.WITHDRAWN): (then(dispatched, dispute), uphold),
    (A.SENT, A.WITHDRAWN): (dispatched, reassign),
    (A.ACKNOWLEDGED, A.WITHDRAWN): (acknowledged, reassign),
    (A.WITHDRAWN, A.SENT): (then(with_an_older(dispatched), merge), unmerge),
    (A.WITHDRAWN, A.ACKNOWLEDGED): (then(with_an_older(acknowledged), merge), unmerge),
    (A.ACKNOWLEDGED, A.COMPLETED): (acknowledged, finish),
}


def expire(desk: Desk, _ticket_id: int) -> object:
    return desk.later(days=8).sweep()


def miss(desk: Desk, ticket_id: int) -> object:
    return desk.later(hours=13).attempt(ticket_id, "no_answer")


def reach(desk: Desk, ticket_id: int) -> object:
    return desk.attempt(ticket_id, contacted=True, solved="yes", satisfaction="satisfied")


def called_off(desk: Desk) -> int:
    """A voice that was asked with its survivor, and then turned out to mean something else."""
    desk.accept()
    voice = int(desk.later(days=5).accept().ticket_id)
    merge(desk, voice)
    desk.later(days=3).sweep()
    unmerge(desk, voice)
    return voice


def unreached_voice(desk: Desk) -> int:
    """A voice that nobody could reach about its survivor's work, while its own waits for a unit."""
    desk.accept()
    voice = waiting(desk)
    merge(desk, voice)
    desk.later(days=8).sweep()
    for _try in range(3):
        miss(desk, voice)
    return voice


asked = then(dispatched, expire)
missed = then(asked, miss)

FOLLOW_UPS: Arrows = {
    (F.OPEN, F.ATTEMPTED): (asked, miss),
    (F.ATTEMPTED, F.ATTEMPTED): (missed, miss),
    (F.OPEN, F.ANSWERED): (asked, reach),
    (F.ATTEMPTED, F.ANSWERED): (missed, reach),
    (F.OPEN, F.CANCELLED): (asked, withdraw),
    (F.ATTEMPTED, F.CANCELLED): (missed, withdraw),
    (F.CANCELLED, F.OPEN): (called_off, expire),
    (F.ATTEMPTED, F.UNREACHED): (then(missed, miss), miss),
    (F.UNREACHED, F.CANCELLED): (unreached_voice, unmerge),
}


def ask_extension(desk: Desk, ticket_id: int) -> object:
    asking = {"unit_id": desk.unit_id("110001"), "amount": "3nd", "reason": "等待"}
    return desk.run(extending.ask_extension, ticket_id, **asking, **as_known(desk))


def decide(*, is_granted: bool) -> Step:
    decision = {"is_granted": is_granted, "reason": "可", "unit_id": None}
    return lambda desk, ticket_id: desk.run(extending.decide_extension, ticket_id, **decision, **as_known(desk))


extension_asked = then(dispatched, ask_extension)
suspension_asked = then(acknowledged, ask_suspension)

EXTENSIONS: Arrows = {
    (E.ASKED, E.GRANTED): (extension_asked, decide(is_granted=True)),
    (E.ASKED, E.REFUSED): (extension_asked, decide(is_granted=False)),
    (E.ASKED, E.LAPSED): (extension_asked, expire),
}

SUSPENSIONS: Arrows = {
    (S.ASKED, S.RUNNING): (suspension_asked, approve),
    (S.ASKED, S.REFUSED): (suspension_asked, lambda desk, one: approve(desk, one, is_approved=False)),
    (S.ASKED, S.LAPSED): (suspension_asked, finish),
    (S.RUNNING, S.RUNNING): (suspended, lambda desk, one: review(desk, one, date(2026, 11, 25))),
    (S.RUNNING, S.ENDED): (suspended, review),
}


def issue(desk: Desk, ticket_id: int) -> object:
    order = {"ground": "grave", "words": "请速办", "units": None, "issuing_unit_id": None}
    return desk.run(supervision.issue, ticket_id, **order, **as_known(desk))


def answer(desk: Desk, ticket_id: int) -> object:
    units = frozenset({desk.unit_id("110001")})
    return desk.run(supervision.answer, ticket_id, words="已约谈", units=units, **as_known(desk))


def judge(decision: str) -> Step:
    judgement = {"decision": decision, "words": "核", "units": None}
    return lambda desk, ticket_id: desk.run(supervision.review, ticket_id, **judgement, **as_known(desk))


ordered = then(dispatched, issue)
order_answered = then(ordered, answer)
order_returned = then(order_answered, judge("returned"))

ORDERS: Arrows = {
    (O.ISSUED, O.ANSWERED): (ordered, answer),
    (O.RETURNED, O.ANSWERED): (order_returned, answer),
    (O.ANSWERED, O.ACCEPTED): (order_answered, judge("accepted")),
    (O.ANSWERED, O.RETURNED): (order_answered, judge("returned")),
    (O.ISSUED, O.CANCELLED): (ordered, judge("cancelled")),
    (O.ANSWERED, O.CANCELLED): (order_answered, judge("cancelled")),
    (O.RETURNED, O.CANCELLED): (order_returned, judge("cancelled")),
    (O.CANCELLED, O.ISSUED): (then(with_an_older(ordered), merge), unmerge),
    (O.CANCELLED, O.ANSWERED): (then(with_an_older(order_answered), merge), unmerge),
    (O.CANCELLED, O.RETURNED): (then(with_an_older(order_returned), merge), unmerge),
}


def receive(desk: Desk, ticket_id: int) -> object:
    return desk.run(outcomes.hand_over_received, ticket_id, receipt="XF-07", actor="account:7", at=desk.at)


handed_over = then(waiting, end(TRANSFERRED))

HAND_OVERS: Arrows = {
    (H.SENT, H.RECEIVED): (handed_over, receive),
    (H.SENT, H.REFUSED): (handed_over, refuse_hand_over),
    (H.RECEIVED, H.REFUSED): (then(handed_over, receive), refuse_hand_over),
}


def ask_erasure(desk: Desk, ticket_id: int) -> object:
    request = {"ground": "consent_withdrawn", "reason": "本人书面申请", "actor": "account:8"}
    return desk.run(erasing.ask, ticket_id, vault=desk.vault, at=desk.at, **request)


def settle(*, is_granted: bool) -> Step:
    decision: dict[str, Any] = {"is_granted": is_granted, "actor": "account:9"}
    return lambda desk, ticket_id: desk.run(erasing.decide, ticket_id, at=desk.at, **decision)


erasure_asked = then(then(waiting, end(TRANSFERRED)), ask_erasure)

ERASURES: Arrows = {
    (D.ASKED, D.GRANTED): (erasure_asked, settle(is_granted=True)),
    (D.ASKED, D.REFUSED): (erasure_asked, settle(is_granted=False)),
}

# Each table's arrows, and the row of a ticket that shows its state.
BESIDE: dict[str, tuple[Arrows, Any]] = {
    "assignment": (ASSIGNMENTS, select(Assignment.state).where(Assignment.number == 1)),
    "follow_up": (FOLLOW_UPS, select(FollowUp.state)),
    "extension": (EXTENSIONS, select(Extension.state)),
    "suspension": (SUSPENSIONS, select(Suspension.state)),
    "order": (ORDERS, select(SupervisionOrder.state)),
    "erasure": (ERASURES, select(Erasure.state)),
    "hand_over": (HAND_OVERS, select(HandOver.state)),
}
