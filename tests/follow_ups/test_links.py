"""Answers by link: the sample, the invitation, and a token that is good once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from dispatch.directory.snapshot import Reference
from dispatch.follow_ups import links, queries
from dispatch.follow_ups.link_maker import answer_link
from dispatch.follow_ups.models import FollowUpLink
from dispatch.kernel.errors import Conflict, DomainError, NotFound
from dispatch.limits.follow_up_rules import FollowUpRules, Sampling
from dispatch.limits.policy import shipped_policy
from dispatch.notices.models import CitizenMessage
from tests.town import Desk

RULES = shipped_policy().procedure.follow_up


def minted(desk: Desk, ticket_id: int, round_: int = 1) -> str:
    """The token of a link as the message to the caller would carry it."""
    return str(desk.run(links.url_for, ticket_id, round_, desk.at, reference=desk.reference)).removeprefix("/answer/")


def test_link_expires_by_the_rules_of_its_time_when_they_are_not_the_shipped_ones(
    desk: Desk, expired: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = replace(shipped_policy().procedure, follow_up=replace(RULES, link_days=RULES.link_days + 5))
    monkeypatch.setattr(Reference, "procedure", rules)
    minted(desk, expired)
    link = desk.run(lambda session: session.scalars(select(FollowUpLink)).one())
    assert link.expires_at == desk.at + timedelta(days=RULES.link_days + 5)


def answer(desk: Desk, token: str, **values: Any) -> Any:
    said = {"contacted": True, "solved": "yes", "satisfaction": "satisfied", "words": None} | values
    return desk.run(links.answer, token, reference=desk.reference, at=desk.at, **said)


@pytest.fixture
def by_link(monkeypatch: pytest.MonkeyPatch) -> None:
    """A policy under which nobody is called at once."""
    monkeypatch.setattr(FollowUpRules, "is_by_phone", lambda *_args, **_values: False)


def test_sample_calls_everybody_when_the_policy_is_the_shipped_one() -> None:
    assert all(RULES.is_by_phone(f"20261102-{n:07d}", 1, kind="help", urgency="ordinary") for n in range(500))


def test_sample_is_the_same_for_ever_and_of_its_share_when_drawn_by_digest() -> None:
    rules = replace(RULES, sampling=(Sampling("help", "", None, 30), Sampling("", "", None, 100)))
    drawn = [number for number in range(5_000) if phoned(rules, number)]
    assert 0.27 < len(drawn) / 5_000 < 0.33
    assert drawn == [number for number in range(5_000) if phoned(rules, number)]
    assert rules.is_by_phone("20261102-0000001", 1, kind="complaint", urgency="ordinary")


def phoned(rules: FollowUpRules, number: int) -> bool:
    return rules.is_by_phone(f"20261102-{number:07d}", 1, kind="help", urgency="ordinary")


@pytest.mark.usefixtures("by_link")
def test_caller_is_invited_first_and_called_after_some_days_when_not_in_the_sample(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    desk.later(days=7, seconds=1).sweep()
    assert desk.event_types(ticket_id)[-2:] == ["follow_up.opened", "follow_up.invited"]
    assert desk.run(queries.queue, at=desk.at) == []
    desk.later(days=RULES.link_wait_days)
    assert [row.Ticket.ticket_id for row in desk.run(queries.queue, at=desk.at)] == [ticket_id]


@pytest.mark.usefixtures("by_link")
def test_caller_is_not_invited_when_they_left_no_contact(desk: Desk) -> None:
    ticket_id = desk.accept(reporter=None).ticket_id
    desk.later(days=7, seconds=1).sweep()
    assert desk.event_types(ticket_id)[-1] == "follow_up.opened"


def test_link_counts_as_reached_when_the_caller_answers(desk: Desk, expired: int) -> None:
    token = minted(desk, expired)
    assert answer(desk, token, solved="partly", words="还差一点").state == "answered"
    ticket, tried = desk.ticket(expired), desk.run(queries.attempts_of, expired)[-1]
    assert (tried.agent, tried.outcome) == ("citizen:link", "reached")
    assert (ticket.reached, ticket.solved, ticket.followed_up_at) == (True, "partly", desk.at)
    event = desk.events(expired)[-1]
    assert "还差一点" not in str(event.data)
    assert token not in str([one.data for one in desk.events(expired)])


def test_database_holds_no_token_when_a_link_was_minted(desk: Desk, expired: int) -> None:
    token = minted(desk, expired)
    kept = desk.run(lambda session: session.scalars(select(FollowUpLink)).one())
    assert token.encode() not in bytes(kept.token_digest)


def test_link_has_one_winner_when_used_twice_at_once(desk: Desk, expired: int) -> None:
    token = minted(desk, expired)

    def use(solved: str) -> str:
        try:
            answer(desk, token, solved=solved)
        except DomainError as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor(3) as threads:
        found = Counter(threads.map(use, ("yes", "no", "partly")))
    assert found == {"done": 1, "follow_up.link_used": 2}
    assert desk.event_types(expired).count("follow_up.attempted") == 1


def test_link_is_refused_when_it_was_used_has_expired_or_never_was(desk: Desk, expired: int) -> None:
    used, late = minted(desk, expired), minted(desk, expired)
    with pytest.raises(DomainError, match=r"follow_up\.no_answer_given"):
        answer(desk, used, contacted=None, solved=None, satisfaction=None)
    with pytest.raises(NotFound, match=r"follow_up\.link_unknown"):
        answer(desk, "x" * 32)
    with pytest.raises(DomainError, match=r"follow_up\.link_expired"):
        desk.run(links.asked, late, at=desk.later(days=RULES.link_days).at)
    desk.later(days=-RULES.link_days)
    answer(desk, used)
    for token in (used, late):
        with pytest.raises(Conflict, match=r"follow_up\.link_used"):
            answer(desk, token)


def test_link_is_too_late_when_an_agent_has_the_answer_already(desk: Desk, expired: int) -> None:
    token = minted(desk, expired)
    desk.attempt(expired, solved="no")
    with pytest.raises(Conflict, match=r"follow_up\.link_too_late"):
        answer(desk, token)
    assert desk.ticket(expired).solved == "no"


def test_invite_waits_for_the_caller_when_an_agent_sends_the_link(desk: Desk, expired: int) -> None:
    desk.run(links.invite, expired, reference=desk.reference, actor="account:5", at=desk.at)
    assert desk.event_types(expired)[-1] == "follow_up.invited"
    assert desk.run(queries.queue, at=desk.at) == []


def test_message_carries_the_same_link_at_each_try_and_it_works_once(desk: Desk, expired: int) -> None:
    desk.run(links.invite, expired, reference=desk.reference, actor="account:5", at=desk.at)
    invited = desk.events(expired)[-1]
    message = CitizenMessage(ticket_id=expired, event_number=invited.number, created_at=desk.at)
    paths = [desk.run(answer_link, message, desk.vault) for _ in range(2)]
    assert paths[0] == paths[1]
    token = str(paths[0]).removeprefix(links.PATH)
    assert answer(desk, token).state == "answered"
    with pytest.raises(Conflict, match=r"follow_up\.link_used"):
        answer(desk, token)
