"""The verbs of follow-up agents on one ticket; an attempt has its own route and page."""

from __future__ import annotations

from typing import Any

from dispatch.actions.verb import Standing, Verb
from dispatch.follow_ups import links, taking
from dispatch.follow_ups.models import FollowUp
from dispatch.follow_ups.queries import WAITING
from dispatch.tickets.edge import Scene

PERMISSION = "follow_up.attempt"


def _take(scene: Scene, _data: dict[str, Any]) -> object:
    return taking.take(scene.session, scene.ticket_id, reference=scene.reference, **scene.stamp)


def _release(scene: Scene, _data: dict[str, Any]) -> object:
    return taking.release(scene.session, scene.ticket_id, **scene.stamp)


def _invite(scene: Scene, _data: dict[str, Any]) -> object:
    return links.invite(scene.session, scene.ticket_id, reference=scene.reference, **scene.stamp)


def _waiting(here: Standing) -> FollowUp | None:
    follow_up = here.session.get(FollowUp, (here.ticket.ticket_id, here.ticket.round))
    return follow_up if follow_up is not None and follow_up.state in WAITING else None


def _may_take(here: Standing) -> bool:
    waiting = _waiting(here)
    return waiting is not None and waiting.taken_by != here.person.actor


def _may_release(here: Standing) -> bool:
    waiting = _waiting(here)
    return waiting is not None and waiting.taken_by == here.person.actor


def _may_invite(here: Standing) -> bool:
    return here.ticket.voice_id is not None and _waiting(here) is not None


VERBS = (
    Verb(
        "take-follow-up",
        PERMISSION,
        "接下回访",
        "已接下，请尽快回访。",
        _take,
        is_open=_may_take,
        hint="接下后其他回访员暂时不会拨打；逾时未登记会自动放回。",
        icon="hand-index",
    ),
    Verb(
        "release-follow-up",
        PERMISSION,
        "放回回访队列",
        "已放回回访队列。",
        _release,
        is_open=_may_release,
        icon="arrow-counterclockwise",
    ),
    Verb(
        "invite-answer",
        PERMISSION,
        "发送评价链接",
        "评价链接将随短信发出。",
        _invite,
        is_open=_may_invite,
        hint="诉求人可用链接自己回答三个问题；数日内没有回答，再由回访员拨打。",
        icon="link-45deg",
    ),
)
