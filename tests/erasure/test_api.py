"""Erasing by the API: asked by one, decided by another, and what is told afterwards."""

from __future__ import annotations

from tests.api.conftest import COMPLAINT, Town

ASK = {"ground": "consent_withdrawn", "reason": "本人书面申请"}


def over(town: Town) -> str:
    """A ticket that ended at intake."""
    matter = {"kind": "consultation", "title": "怎样办理", "text": "怎样办理居住证"}
    number = town.number(**matter)
    ended = town.call("POST", f"/tickets/{number}/answer", {"text": "到窗口办理"}, role="city_supervisor")
    assert ended.status_code == 200, ended.text
    return number


def test_erase_by_two_people_when_the_ticket_is_over(town: Town) -> None:
    number = over(town)
    asked = town.call("POST", f"/tickets/{number}/ask-erasure", ASK, role="city_supervisor")
    assert (asked.status_code, asked.json["state"]) == (200, "answered")
    (waiting,) = town.call("GET", "/erasures", role="security_admin").json["items"]
    assert (waiting["ticket_no"], waiting["state"], waiting["ground"]) == (number, "asked", "consent_withdrawn")
    done = town.call("POST", f"/tickets/{number}/decide-erasure", {"is_granted": True}, role="security_admin")
    assert done.status_code == 200
    told = town.call("GET", f"/tickets/{number}").json
    assert (told["title"], told["reporter"]) == (None, None)
    assert told["erased_at"] is not None
    assert told["words"]["text"] is None
    (row,) = town.call("GET", "/erasures", role="security_admin").json["items"]
    assert (row["state"], row["reason"]) == ("granted", ASK["reason"])


def test_erase_is_refused_when_the_ticket_is_open_or_the_role_is_another(town: Town) -> None:
    number = town.number(**COMPLAINT)
    refused = town.call("POST", f"/tickets/{number}/ask-erasure", ASK, role="city_supervisor")
    assert (refused.status_code, refused.json["code"]) == (409, "erasure.ticket_open")
    for role in ("operator", "security_admin", "evaluator"):
        assert town.call("POST", f"/tickets/{number}/ask-erasure", ASK, role=role).status_code == 403
    for role in ("operator", "city_supervisor", "audit_admin"):
        assert town.call("GET", "/erasures", role=role).status_code == 403
        answer = town.call("POST", f"/tickets/{number}/decide-erasure", {"is_granted": True}, role=role)
        assert answer.status_code == 403
