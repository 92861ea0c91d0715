"""Words of threat: supervisors know at once, the dispatch goes on (art 29)."""

from __future__ import annotations

from tests.api.conftest import COMPLAINT, Town
from tests.outcomes.test_endings import act, types

THREAT = {"text": COMPLAINT["text"] + "，再不管就要跳楼，还扬言放火"}


def test_take_in_raises_one_alert_a_kind_and_dispatches_all_the_same_when_words_threaten(town: Town) -> None:
    told = town.take_in(**THREAT)
    assert (told.json["state"], told.json["urgency"]) == ("dispatched", "critical")
    kinds = town.sql("SELECT kind, agency, seen_at FROM alert ORDER BY kind")
    assert kinds == [("suicide", "110", None), ("threat", None, None)]
    assert types(town, told.json["ticket_no"]).count("alert.raised") == 2


def test_take_in_raises_nothing_when_no_word_threatens(town: Town) -> None:
    assert types(town, town.number()) == ["ticket.received", "ticket.dispatched"]


def test_see_alert_marks_all_of_a_ticket_when_a_supervisor_looks(town: Town) -> None:
    number = town.number(**THREAT)
    assert act(town, number, "see-alert").status_code == 403
    assert act(town, number, "see-alert", role="city_supervisor").status_code == 200
    assert town.sql("SELECT count(*) FROM alert WHERE seen_at IS NULL OR seen_by IS NULL") == [(0,)]
    again = act(town, number, "see-alert", role="city_supervisor")
    assert (again.status_code, again.json["code"]) == (409, "alert.none_unseen")
