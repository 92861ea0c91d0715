"""The same for what is no ticket's alone: articles, proposals for the catalogue, messages to citizens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from dispatch.access.vault_models import Voice
from dispatch.disputes import proposing, ruling
from dispatch.disputes.models import CatalogueProposal
from dispatch.disputes.states import ProposalState as P
from dispatch.kernel import outbox
from dispatch.kernel.outbox import Outbox
from dispatch.knowledge.models import ArticleVersion
from dispatch.knowledge.states import ArticleState as A
from dispatch.notices import sending
from dispatch.notices.models import CitizenMessage
from dispatch.notices.states import MessageState as M
from tests.knowledge.conftest import Library
from tests.states.side_arrows import Arrows
from tests.states.walks import Step, as_known, then
from tests.town import Desk


def draft(desk: Desk) -> int:
    return int(Library(desk).write().article_id)


def publish(desk: Desk, article_id: int) -> object:
    return Library(desk).publish(article_id, 1)


def retire(desk: Desk, article_id: int) -> object:
    return Library(desk).retire(article_id)


ARTICLES: Arrows = {
    (A.DRAFT, A.PUBLISHED): (draft, publish),
    (A.DRAFT, A.RETIRED): (draft, retire),
    (A.PUBLISHED, A.RETIRED): (then(draft, publish), retire),
}


def proposed(desk: Desk, unit: str = "110002") -> int:
    ticket_id = desk.accept().ticket_id
    desk.dispute(ticket_id)
    how = {"ruling": "upheld", "unit_code": unit, "reason": "核实", "proposes": True}
    desk.run(ruling.rule, ticket_id, **how, **as_known(desk))
    newest = select(CatalogueProposal.proposal_id).order_by(CatalogueProposal.proposal_id.desc())
    return int(desk.run(lambda session: session.scalars(newest).first()))


def decide(*, is_accepted: bool) -> Step:
    return lambda desk, one: desk.run(proposing.decide, one, is_accepted=is_accepted, actor="account:6", at=desk.at)


accept = decide(is_accepted=True)

PROPOSALS: Arrows = {
    (P.PROPOSED, P.ACCEPTED): (proposed, accept),
    (P.PROPOSED, P.REJECTED): (proposed, decide(is_accepted=False)),
    (P.ACCEPTED, P.REPLACED): (then(proposed, accept), lambda desk, _old: accept(desk, proposed(desk, "120001"))),
}


def written(desk: Desk) -> int:
    """What the caller is to be told of a new ticket."""
    desk.accept()
    for outbox_id in desk.run(lambda session: list(session.scalars(select(Outbox.outbox_id)))):
        desk.run(outbox.perform, outbox_id, at=desk.at)
    return int(desk.run(lambda session: session.scalars(select(CitizenMessage.message_id)).first()))


def sent(desk: Desk, message_id: int) -> object:
    return desk.run(sending.mark_sent, message_id, "gateway-1", at=desk.at)


def fail(*, is_final: bool = False) -> Step:
    def step(desk: Desk, message_id: int) -> object:
        tries = desk.run(lambda session: session.get_one(CitizenMessage, message_id).attempts)
        failure: dict[str, Any] = {"is_final": is_final, "machine_at": desk.at}
        return desk.run(sending.mark_failed, message_id, tries + 1, "gateway: 500", **failure)

    return step


def skip(desk: Desk, message_id: int) -> object:
    """Its moment comes, and whom it was for has been erased."""

    def erase(session: Any) -> int:
        message = session.get_one(CitizenMessage, message_id)
        session.get_one(Voice, message.voice_id).sealed = None
        return int(message.attempts)

    tries, at = desk.run(erase), desk.at + timedelta(minutes=1)
    ways: dict[str, Any] = {"available": {}, "public_url": None, "vault": desk.vault}
    return desk.run(sending.claim, message_id, tries, at=at, machine_at=at, **ways)


failed = then(written, fail())

MESSAGES: Arrows = {
    (M.WAITING, M.SENT): (written, sent),
    (M.WAITING, M.FAILED): (written, fail()),
    (M.WAITING, M.GIVEN_UP): (written, fail(is_final=True)),
    (M.WAITING, M.SKIPPED): (written, skip),
    (M.FAILED, M.SENT): (failed, sent),
    (M.FAILED, M.FAILED): (failed, fail()),
    (M.FAILED, M.GIVEN_UP): (failed, fail(is_final=True)),
    (M.FAILED, M.SKIPPED): (failed, skip),
    (M.GIVEN_UP, M.SENT): (then(written, fail(is_final=True)), sent),
}

# Each table's arrows, the row that shows the state, and the column that names it.
APART: dict[str, tuple[Arrows, Any, Any]] = {
    "article": (ARTICLES, select(ArticleVersion.state), ArticleVersion.article_id),
    "proposal": (PROPOSALS, select(CatalogueProposal.state), CatalogueProposal.proposal_id),
    "message": (MESSAGES, select(CitizenMessage.state), CitizenMessage.message_id),
}
