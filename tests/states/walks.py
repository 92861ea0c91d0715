"""How to come anywhere in a ticket's life by the services: steps at a desk, and walks that end at a ticket's id."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from dispatch.archives import services as archives
from dispatch.limits.policy import shipped_policy
from dispatch.merging import services as merging
from dispatch.outcomes import services as outcomes
from dispatch.outcomes import withdrawing
from dispatch.outcomes.endings import Outcome
from dispatch.tickets import reassigning, redoing, suspending
from dispatch.tickets.intake import Intake, accept
from tests.town import Desk

Walk = Callable[[Desk], int]
Step = Callable[[Desk, int], object]

ANSWERED = Outcome("answered", text="每月十五日前到窗口办理。")
DECLINED = Outcome("declined", text="请走诉讼途径。", ground="legal_path", legal_path="litigation")
TRANSFERRED = Outcome("transferred", agency="119")
INVALID = Outcome("invalid", ground="no_matter", text="无诉求内容")


def as_known(desk: Desk, **more: Any) -> dict[str, Any]:
    return {"reference": desk.reference, "actor": "account:7", "at": desk.at, **more}


def end(outcome: Outcome) -> Step:
    return lambda desk, ticket_id: desk.run(
        outcomes.end, ticket_id, outcome, procedure=shipped_policy().procedure, actor="account:7", at=desk.at
    )


def at_once(**more: Any) -> Walk:
    """Taken in and ended, or joined, in the same request."""

    def walk(desk: Desk) -> int:
        matter = Intake(kind="consultation", title="东区柳荫街道", text="柳荫街道柳荫第一社区怎样办理证明", **more)
        return int(desk.run(accept, matter, vault=desk.vault, **as_known(desk)).ticket_id)

    return walk


def waiting(desk: Desk) -> int:
    return int(desk.accept(kind="consultation", title="有件事", text="想反映一件事情").ticket_id)


def dispatched(desk: Desk) -> int:
    return int(desk.accept().ticket_id)


def then(before: Walk, *steps: Step) -> Walk:
    def walk(desk: Desk) -> int:
        ticket_id = before(desk)
        for step in steps:
            step(desk, ticket_id)
        return ticket_id

    return walk


def restore(desk: Desk, ticket_id: int) -> object:
    return desk.run(outcomes.restore, ticket_id, reason="仍需办理", actor="account:7", at=desk.at)


def refuse_hand_over(desk: Desk, ticket_id: int) -> object:
    return desk.run(outcomes.hand_over_refused, ticket_id, reason="不属警情", actor="account:7", at=desk.at)


def withdraw(desk: Desk, ticket_id: int) -> object:
    return desk.run(withdrawing.withdraw, ticket_id, reason="已自行解决", **as_known(desk))


def merge(desk: Desk, ticket_id: int) -> object:
    """With an older matter, which is taken in first: see ``with_an_older``."""
    first = desk.accepted[0]
    return desk.run(merging.merge, ticket_id, ticket_no=first.ticket_no, **as_known(desk))


def unmerge(desk: Desk, ticket_id: int) -> object:
    return desk.run(merging.unmerge, ticket_id, **as_known(desk))


def with_an_older(before: Walk) -> Walk:
    """The same with an older matter there already, which survives a merge."""

    def walk(desk: Desk) -> int:
        desk.accept()
        return before(desk)

    return walk


def ask_suspension(desk: Desk, ticket_id: int) -> object:
    asking = {"unit_id": desk.unit_id("110001"), "measures": "列入计划", "until": date(2026, 11, 20)}
    return desk.run(suspending.ask_suspension, ticket_id, **asking, **as_known(desk))


def approve(desk: Desk, ticket_id: int, *, is_approved: bool = True) -> object:
    decision = {"is_approved": is_approved, "reason": "可", "unit_id": None}
    return desk.run(suspending.decide_suspension, ticket_id, **decision, **as_known(desk))


def suspend(desk: Desk, ticket_id: int) -> object:
    ask_suspension(desk, ticket_id)
    return approve(desk, ticket_id)


def review(desk: Desk, ticket_id: int, until: date | None = None) -> object:
    return desk.run(suspending.review_suspension, ticket_id, until=until, reason="已核", unit_id=None, **as_known(desk))


def reassign(desk: Desk, ticket_id: int) -> object:
    return desk.run(reassigning.reassign, ticket_id, unit_code="110002", reason="派错", **as_known(desk))


def silence(desk: Desk, ticket_id: int) -> object:
    desk.dispute(ticket_id)
    desk.later(days=4)
    return desk.sweep()


def unhappy(desk: Desk, ticket_id: int) -> object:
    """The limit ends, the caller is reached and it is not solved."""
    desk.later(days=8).sweep()
    return desk.attempt(ticket_id, contacted=True, solved="no", satisfaction="dissatisfied")


def redo(desk: Desk, ticket_id: int) -> object:
    return desk.run(redoing.redo, ticket_id, reason="未解决", **as_known(desk))


def archive(desk: Desk, ticket_id: int) -> object:
    return desk.run(archives.archive, ticket_id, vault=desk.vault, **as_known(desk))


def send(desk: Desk, ticket_id: int) -> object:
    return desk.dispatch(ticket_id, "110001")


def sign(desk: Desk, ticket_id: int) -> object:
    return desk.acknowledge(ticket_id)


def finish(desk: Desk, ticket_id: int) -> object:
    return desk.complete(ticket_id)


acknowledged = then(dispatched, sign)
suspended = then(acknowledged, suspend)
completed = then(acknowledged, finish)
closed = then(completed, unhappy)
