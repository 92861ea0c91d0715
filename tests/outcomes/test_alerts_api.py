"""Alerts by the API: the page's permission and its words, seen by the ticket's own verb."""

from __future__ import annotations

from tests.api.conftest import Town

THREAT = {"title": "再不管就要跳楼", "text": "柳荫街道柳荫第一社区再不管就要跳楼，联系我 13800138000"}


def test_list_tells_what_nobody_has_seen_until_a_supervisor_sees_it(town: Town) -> None:
    number = town.number(**THREAT)
    listed = town.call("GET", "/alerts", role="city_supervisor").json
    (one,) = listed["items"]
    assert (listed["unseen"], one["ticket"]["ticket_no"], one["kind"], one["seen_at"]) == (1, number, "suicide", None)
    assert "13800138000" not in str(listed)
    assert town.call("POST", f"/tickets/{number}/see-alert", {}, role="city_supervisor").status_code == 200
    seen = town.call("GET", "/alerts", role="city_supervisor").json
    assert (seen["unseen"], seen["items"][0]["seen_at"] is not None) == (0, True)
    again = town.call("POST", f"/tickets/{number}/see-alert", {}, role="city_supervisor")
    assert (again.status_code, again.json["code"]) == (409, "alert.none_unseen")


def test_list_goes_on_where_the_page_before_ended(town: Town) -> None:
    numbers = [town.number(**THREAT) for _ in range(3)]
    first = town.call("GET", "/alerts?limit=2", role="city_supervisor").json
    rest = town.call("GET", f"/alerts?limit=2&before={first['next']}", role="city_supervisor").json
    told = [one["ticket"]["ticket_no"] for one in (*first["items"], *rest["items"])]
    assert (told, rest["next"]) == (numbers[::-1], None)


def test_list_is_refused_when_the_page_would_be(town: Town) -> None:
    for role, unit in (
        ("operator", None),
        ("evaluator", None),
        ("unit_officer", "110001"),
        ("district_supervisor", "110"),
    ):
        assert town.call("GET", "/alerts", role=role, unit=unit).status_code == 403
