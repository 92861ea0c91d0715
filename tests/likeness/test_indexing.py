"""Signatures of imported tickets and of those that were there before."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from dispatch.erasure import services as erasure
from dispatch.likeness import indexing
from tests.files.test_archives import closed
from tests.likeness.conftest import ask, ids
from tests.likeness.test_repeats import STORY, STRANGE, counted
from tests.town import Desk


def forget_all(desk: Desk) -> None:
    desk.run(lambda session: session.execute(text("DELETE FROM likeness")))


def index(desk: Desk) -> int:
    """As the command does it; how many were looked at."""
    days = desk.reference.procedure.repeat_days
    _, following = desk.run(indexing.missing, at=desk.at, days=days)
    done = 0
    while following is not None:
        looked, following = desk.run(indexing.index_batch, first=following, at=desk.at, days=days)
        done += looked
    return done


def test_index_signs_what_has_no_signature_when_run_again_and_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "BATCH", 2)
    made = [desk.accept(title="车库路灯", text=STORY), *(desk.accept(title="校门口", text=STRANGE) for _ in range(3))]
    before = desk.run(lambda session: session.execute(text("SELECT * FROM likeness ORDER BY ticket_id")).all())
    forget_all(desk)
    desk.run(indexing.index_batch, first=0, at=desk.at, days=30)  # and stopped
    assert index(desk) == 2
    assert index(desk) == 0
    after = desk.run(lambda session: session.execute(text("SELECT * FROM likeness ORDER BY ticket_id")).all())
    assert after == before
    assert ids(ask(desk, title="车库路灯", text=STORY)) == [made[0].ticket_id]


def test_index_signs_anew_when_the_algorithm_was_another(desk: Desk) -> None:
    desk.accept(title="车库路灯", text=STORY)
    desk.run(lambda session: session.execute(text("UPDATE likeness SET algorithm = 0, band_0 = 0, exact = 0")))
    assert index(desk) == 1
    assert desk.run(lambda session: session.scalar(text("SELECT exact <> 0 AND algorithm = 1 FROM likeness")))


def test_index_leaves_out_what_is_old_and_what_has_no_words(desk: Desk) -> None:
    desk.accept(title="车库路灯", text=STORY)
    desk.later(days=31).accept(title="。", text="！")
    forget_all(desk)
    index(desk)
    assert counted(desk) == 0


def test_erased_ticket_is_found_by_its_words_no_more(desk: Desk) -> None:
    ticket_id = closed(desk)
    assert counted(desk) == 1
    values = {"ground": "consent_withdrawn", "reason": "本人书面申请", "actor": "account:8"}
    desk.run(erasure.ask, ticket_id, vault=desk.vault, at=desk.at, **values)
    desk.run(erasure.decide, ticket_id, is_granted=True, actor="account:9", at=desk.at)
    assert counted(desk) == 0
    assert index(desk) == 0
