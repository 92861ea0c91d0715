"""The operator's desk over its pages: places to pick, drafts, the ringing call, the day's tally, keys."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import text

from dispatch.access.calls import CallFacts, record_call
from dispatch.desk import drafts
from dispatch.places.services import add
from dispatch.places.territories import import_territory
from dispatch.tuning.explaining import explain
from tests.town import Desk

FORM = {"kind": "complaint", "channel": "phone", "title": "路灯不亮", "text": "楼下路灯三天不亮", "key": "k" * 20}
PHONE = "13900001234"


def sql(desk: Desk, question: str) -> list[Any]:
    return [tuple(row) for row in desk.run(lambda session: session.execute(text(question)).all())]


def number_of(answer: Any) -> str:
    assert answer.status_code == 303, answer.text
    return str(answer.location.rpartition("/")[2])


def routing(desk: Desk, number: str) -> dict[str, Any]:
    return dict(desk.run(explain, number).recorded)


def test_decide_by_the_place_that_was_picked_and_explain_it_again(operator: FlaskClient, desk: Desk) -> None:
    cells = {"name": "翠屏北里", "kind": "estate", "unit_code": "110001001", "aliases": "二号大院"}
    place = desk.run(add, cells, actor="system:test", at=desk.at)
    found = operator.post("/desk/places", data={"address": "cpbl"}).text
    assert f'data-value="place:{place}"' in found
    assert 'data-address="东区柳荫街道翠屏北里"' in found
    form = FORM | {"address": "东区柳荫街道翠屏北里3号楼", "place": f"place:{place}", "place_name": "翠屏北里"}
    assert "人工选定地点：翠屏北里（柳荫第一社区）" in operator.post("/desk/suggest", data=form).text
    number = number_of(operator.post("/desk", data=form))
    page = operator.get(f"/tickets/{number}").text
    assert "受理时的派单依据" in page
    assert "<li>人工选定地点：翠屏北里（柳荫第一社区）</li>" in page
    explained = desk.run(explain, number)
    assert explained.recorded["chosen"] == {"place": "110001001", "place_id": str(place)}
    assert explained.recorded["unit"] == "110001"
    assert (explained.differs, explained.changed) == ((), {})
    refused = operator.post("/desk", data=form | {"place": "place:999", "key": "x" * 20})
    assert refused.status_code == 422
    assert "没有这个地点" in refused.text


def test_decide_by_the_point_and_keep_it_where_it_can_be_erased(operator: FlaskClient, desk: Desk) -> None:
    ring = [[116.4, 39.9], [116.5, 39.9], [116.5, 40.0], [116.4, 40.0], [116.4, 39.9]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": {"code": "110002"}, "geometry": shape}
    content = json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()
    values = {"datum": "wgs84", "source": "t.geojson", "actor": "system:test", "at": desk.at}
    desk.run(import_territory, content, **values)
    found = operator.post("/desk/places", data={"address": "116.45，39.95"}).text
    assert 'data-value="point:116.45,39.95,wgs84"' in found
    assert "桥头镇" in found
    assert "role=" not in operator.post("/desk/places", data={"address": "10,10"}).text
    sent = operator.post("/desk", data=FORM | {"address": "116.45,39.95", "place": "point:116.45,39.95,wgs84"})
    explained = desk.run(explain, number_of(sent))
    assert (explained.recorded["unit"], explained.recorded["chosen"]) == ("110002", {"point": "wgs84"})
    assert "所选坐标落在桥头镇辖区内" in explained.recorded["reasons"]
    assert explained.differs == ()
    assert sql(desk, "SELECT body FROM text_entry WHERE kind = 'point'") == [("116.45,39.95,wgs84",)]
    assert sql(desk, "SELECT count(*) FROM event WHERE data::text LIKE '%116.45%'") == [(0,)]


def test_keep_a_draft_sealed_until_its_ticket_is_made(operator: FlaskClient, desk: Desk) -> None:
    typed = FORM | {"phone": PHONE, "name": "李四"}
    assert operator.post("/desk/draft", data=typed).status_code == 204
    assert operator.post("/desk/draft", data=typed | {"title": "路灯又不亮"}).status_code == 204
    kept = sql(desk, "SELECT sealed FROM desk_draft")
    assert len(kept) == 1
    assert not any(word.encode() in bytes(kept[0][0]) for word in (PHONE, "路灯", "李四"))
    assert "路灯又不亮" in operator.get("/desk").text
    assert f'value="{PHONE}"' in operator.get(f"/desk?draft={FORM['key']}").text
    assert PHONE not in operator.get("/desk?draft=another").text
    number_of(operator.post("/desk", data=typed))
    assert operator.post("/desk/draft", data=typed).status_code == 410, "a save that comes late changes nothing"
    assert sql(desk, "SELECT sealed FROM desk_draft") == [(None,)]
    assert "没有受理的草稿" not in operator.get("/desk").text


def test_forget_drafts_that_were_dropped_or_are_old(operator: FlaskClient, desk: Desk) -> None:
    for key in ("one", "two", "three", "four", "five", "six"):
        desk.at += timedelta(seconds=1)
        owner = sql(desk, "SELECT account_id FROM account WHERE login = 'wang'")[0][0]
        desk.run(drafts.save, owner, key, {"title": key}, vault=desk.vault, at=desk.at)
    assert [one.key for one in desk.run(drafts.kept, owner, vault=desk.vault, at=desk.at)] == [
        "six",
        "five",
        "four",
        "three",
        "two",
    ]
    assert operator.post("/desk/draft/drop", data={"key": "six"}).status_code == 303
    assert operator.post("/desk/draft", data={"key": "six", "title": "晚到"}).status_code == 410
    assert operator.post("/desk/draft", data={"key": "long", "text": "长" * 70_000}).status_code == 413
    assert operator.post("/desk/draft", data={"key": "", "text": "字"}).status_code == 400
    assert desk.run(drafts.kept, owner, vault=desk.vault, at=desk.at + drafts.KEPT) == []
    assert desk.run(drafts.forget_old, desk.at + drafts.KEPT) == 5
    assert sql(desk, "SELECT count(*) FROM desk_draft") == [(0,)]


def test_pop_the_call_up_for_the_agent_whom_it_rings(operator: FlaskClient, desk: Desk) -> None:
    def tell(call_id: str, **facts: Any) -> int:
        return int(desk.run(record_call, call_id, CallFacts(**facts), vault=desk.vault).call_record_id)

    tell("c-other", agent="someone", number="13700000000", rang_at=desk.at)
    assert operator.get("/desk/call?mark=none").status_code == 204
    call = tell("c-1", agent="wang", number=PHONE, rang_at=desk.at)
    strip = operator.get("/desk/call?mark=none").text
    assert "来电振铃" in strip
    assert "139****1234" in strip
    assert PHONE not in strip
    assert operator.get(f"/desk/call?mark={call}-ringing").status_code == 204
    given = operator.post(f"/desk/call/{call}").get_json()
    assert given == {"call": call, "phone": f"+86{PHONE}"}
    assert sql(desk, "SELECT count(*) FROM identity_look WHERE purpose = 'incoming_call'") == [(1,)]
    other = sql(desk, "SELECT call_record_id FROM call_record WHERE call_id = 'c-other'")[0][0]
    assert operator.post(f"/desk/call/{other}").status_code == 404
    tell("c-1", answered_at=desk.at, ended_at=desk.at)
    assert "话后处理" in operator.get("/desk").text
    number_of(operator.post("/desk", data=FORM | {"phone": PHONE, "call": str(call)}))
    assert sql(desk, "SELECT ticket_id IS NOT NULL FROM call_record WHERE call_id = 'c-1'") == [(True,)]
    assert operator.get(f"/desk/call?mark={call}-wrap_up").text.count("data-call") == 0
    number_of(operator.post("/desk", data=FORM | {"call": str(other), "key": "y" * 20}))
    assert sql(desk, "SELECT ticket_id FROM call_record WHERE call_id = 'c-other'") == [(None,)], "somebody else's call"


def test_count_the_day_and_keep_own_letters(operator: FlaskClient) -> None:
    sent = [operator.post("/desk", data=FORM | {"address": "柳荫街道"}) for _try in range(2)]
    assert sent[0].location == sent[1].location
    ended = {"kind": "praise", "outcome": "answered", "outcome_text": "谢谢您", "key": "z" * 20}
    number_of(operator.post("/desk", data=FORM | ended))
    page = operator.get("/desk").text
    assert "派出 1 · 待派 0 · 并单 0 · 当场结束 1" in page
    assert 'data-shortcut="t"' in page
    letters = dict(re.findall(r'name="(\w+)" value="([a-z])"', operator.get("/desk/shortcuts").text))
    taken = operator.post("/desk/shortcuts", data=letters | {"title": letters["phone"]})
    assert taken.status_code == 422
    assert "两处用了同一个字母" in taken.text
    assert operator.post("/desk/shortcuts", data=letters | {"title": "七"}).status_code == 422
    assert operator.post("/desk/shortcuts", data=letters | {"title": "X"}).status_code == 303
    assert re.search(r'id="field-title"[^>]*data-shortcut="x"', operator.get("/desk").text)
    assert operator.post("/desk/shortcuts", data={"reset": "true"}).status_code == 303
    assert re.search(r'id="field-title"[^>]*data-shortcut="t"', operator.get("/desk").text)
