"""How each arrow of a ticket's life is walked by the services: from a fresh call to the state before, then the move itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from dispatch.archives import services as archives
from dispatch.limits.procedure import shipped_procedure
from dispatch.merging import services as merging
from dispatch.outcomes import services as outcomes
from dispatch.outcomes import withdrawing
from dispatch.outcomes.endings import Outcome
from dispatch.tickets import reassigning, redoing, suspending
from dispatch.tickets.intake import Intake, accept
from dispatch.tickets.states import TicketState as T
from tests.town import Desk

Walk = Callable[[Desk], int]
Step = Callable[[Desk, int], object]

ANSWERED = Outcome("answered", text="每月十五日前到窗口办理。")
DECLINED = Outcome("declined", text="请走诉讼途径。", ground="legal_path", legal_path="litigation")
TRANSFERRED = Outcome("transferred", agency="119")
INVALID = Outcome("invalid", ground="no_matter", text="无诉求内容")


def _as_known(desk: Desk, **more: Any) -> dict[str, Any]:
    return {"reference": desk.reference, "actor": "account:7", "at": desk.at, **more}


def _end(outcome: Outcome) -> Step:
    return lambda desk, ticket_id: desk.run(
        outcomes.end, ticket_id, outcome, procedure=shipped_procedure(), actor="account:7", at=desk.at
    )


def _at_once(**more: Any) -> Walk:
    """Taken in and ended, or joined, in the same request."""

    def walk(desk: Desk) -> int:
        matter = Intake(kind="consultation", title="东区柳荫街道", text="柳荫街道柳荫第一社区怎样办理证明", **more)
        return int(desk.run(accept, matter, vault=desk.vault, **_as_known(desk)).ticket_id)

    return walk


def waiting(desk: Desk) -> int:
    return int(desk.accept(kind="consultation", title="有件事", text="想反映一件事情").ticket_id)


def dispatched(desk: Desk) -> int:
    return int(desk.accept().ticket_id)


def _then(before: Walk, *steps: Step) -> Walk:
    def walk(desk: Desk) -> int:
        ticket_id = before(desk)
        for step in steps:
            step(desk, ticket_id)
        return ticket_id

    return walk


def _restore(desk: Desk, ticket_id: int) -> object:
    return desk.run(outcomes.restore, ticket_id, reason="仍需办理", actor="account:7", at=desk.at)


def _refuse(desk: Desk, ticket_id: int) -> object:
    return desk.run(outcomes.hand_over_refused, ticket_id, reason="不属警情", actor="account:7", at=desk.at)


def _withdraw(desk: Desk, ticket_id: int) -> object:
    return desk.run(withdrawing.withdraw, ticket_id, reason="已自行解决", **_as_known(desk))


def _merge(desk: Desk, ticket_id: int) -> object:
    """With an older matter, which is taken in first: see ``older``."""
    first = desk.accepted[0]
    return desk.run(merging.merge, ticket_id, ticket_no=first.ticket_no, **_as_known(desk))


def _unmerge(desk: Desk, ticket_id: int) -> object:
    return desk.run(merging.unmerge, ticket_id, **_as_known(desk))


def _older(before: Walk) -> Walk:
    """The same with an older matter there already, which survives a merge."""

    def walk(desk: Desk) -> int:
        desk.accept()
        return before(desk)

    return walk


def _suspend(desk: Desk, ticket_id: int) -> object:
    until = date(2026, 11, 20)
    desk.run(
        suspending.ask_suspension,
        ticket_id,
        unit_id=desk.unit_id("110001"),
        measures="列入计划",
        until=until,
        **_as_known(desk),
    )
    return desk.run(
        suspending.decide_suspension, ticket_id, is_approved=True, reason="可", unit_id=None, **_as_known(desk)
    )


def _review(desk: Desk, ticket_id: int) -> object:
    return desk.run(suspending.review_suspension, ticket_id, until=None, reason="已核", unit_id=None, **_as_known(desk))


def _reassign(desk: Desk, ticket_id: int) -> object:
    return desk.run(reassigning.reassign, ticket_id, unit_code="110002", reason="派错", **_as_known(desk))


def _silence(desk: Desk, ticket_id: int) -> object:
    desk.dispute(ticket_id)
    desk.later(days=4)
    return desk.sweep()


def _unhappy(desk: Desk, ticket_id: int) -> object:
    """The limit ends, the caller is reached and it is not solved."""
    desk.later(days=8).sweep()
    return desk.attempt(ticket_id, contacted=True, solved="no", satisfaction="dissatisfied")


def _redo(desk: Desk, ticket_id: int) -> object:
    return desk.run(redoing.redo, ticket_id, reason="未解决", **_as_known(desk))


def _archive(desk: Desk, ticket_id: int) -> object:
    return desk.run(archives.archive, ticket_id, vault=desk.vault, **_as_known(desk))


def _dispatch(desk: Desk, ticket_id: int) -> object:
    return desk.dispatch(ticket_id, "110001")


def _acknowledge(desk: Desk, ticket_id: int) -> object:
    return desk.acknowledge(ticket_id)


def _complete(desk: Desk, ticket_id: int) -> object:
    return desk.complete(ticket_id)


acknowledged = _then(dispatched, _acknowledge)
suspended = _then(acknowledged, _suspend)
completed = _then(acknowledged, _complete)
closed = _then(completed, _unhappy)

# (before, after) → how to come to ``before``, and the step that is the move. From ``received`` it is one request.
ARROWS: dict[tuple[T, T], tuple[Walk, Step | None]] = {
    (T.RECEIVED, T.DISPATCHED): (dispatched, None),
    (T.RECEIVED, T.AWAITING_DISPATCH): (waiting, None),
    (T.RECEIVED, T.ANSWERED): (_at_once(outcome=ANSWERED), None),
    (T.RECEIVED, T.DECLINED): (_at_once(outcome=DECLINED), None),
    (T.RECEIVED, T.TRANSFERRED): (_at_once(outcome=TRANSFERRED), None),
    (T.RECEIVED, T.INVALID): (_at_once(outcome=INVALID), None),
    (T.RECEIVED, T.MERGED): (lambda desk: _at_once(merge_into=desk.accept().ticket_no)(desk), None),
    (T.AWAITING_DISPATCH, T.DISPATCHED): (waiting, _dispatch),
    (T.AWAITING_DISPATCH, T.ANSWERED): (waiting, _end(ANSWERED)),
    (T.AWAITING_DISPATCH, T.DECLINED): (waiting, _end(DECLINED)),
    (T.AWAITING_DISPATCH, T.TRANSFERRED): (waiting, _end(TRANSFERRED)),
    (T.AWAITING_DISPATCH, T.INVALID): (waiting, _end(INVALID)),
    (T.AWAITING_DISPATCH, T.WITHDRAWN): (waiting, _withdraw),
    (T.AWAITING_DISPATCH, T.MERGED): (_older(waiting), _merge),
    (T.ANSWERED, T.AWAITING_DISPATCH): (_then(waiting, _end(ANSWERED)), _restore),
    (T.DECLINED, T.AWAITING_DISPATCH): (_then(waiting, _end(DECLINED)), _restore),
    (T.INVALID, T.AWAITING_DISPATCH): (_then(waiting, _end(INVALID)), _restore),
    (T.TRANSFERRED, T.AWAITING_DISPATCH): (_then(waiting, _end(TRANSFERRED)), _refuse),
    (T.DISPATCHED, T.ACKNOWLEDGED): (dispatched, _acknowledge),
    (T.DISPATCHED, T.DISPATCHED): (dispatched, _reassign),
    (T.ACKNOWLEDGED, T.DISPATCHED): (acknowledged, _reassign),
    (T.DISPATCHED, T.AWAITING_DISPATCH): (dispatched, _silence),
    (T.ACKNOWLEDGED, T.AWAITING_DISPATCH): (acknowledged, _silence),
    (T.ACKNOWLEDGED, T.COMPLETED): (acknowledged, _complete),
    (T.ACKNOWLEDGED, T.SUSPENDED): (acknowledged, _suspend),
    (T.SUSPENDED, T.ACKNOWLEDGED): (suspended, _review),
    (T.DISPATCHED, T.WITHDRAWN): (dispatched, _withdraw),
    (T.ACKNOWLEDGED, T.WITHDRAWN): (acknowledged, _withdraw),
    (T.SUSPENDED, T.WITHDRAWN): (suspended, _withdraw),
    (T.DISPATCHED, T.MERGED): (_older(dispatched), _merge),
    (T.ACKNOWLEDGED, T.MERGED): (_older(acknowledged), _merge),
    (T.COMPLETED, T.MERGED): (_older(completed), _merge),
    (T.MERGED, T.AWAITING_DISPATCH): (_then(_older(waiting), _merge), _unmerge),
    (T.MERGED, T.DISPATCHED): (_then(_older(dispatched), _merge), _unmerge),
    (T.MERGED, T.ACKNOWLEDGED): (_then(_older(acknowledged), _merge), _unmerge),
    (T.MERGED, T.COMPLETED): (_then(_older(completed), _merge), _unmerge),
    (T.COMPLETED, T.CLOSED): (completed, _unhappy),
    (T.CLOSED, T.DISPATCHED): (closed, _redo),
    (T.CLOSED, T.ARCHIVED): (closed, _archive),
    (T.ARCHIVED, T.DISPATCHED): (_then(closed, _archive), _redo),
}
