"""A table of units by a page: looked at without a trace, put as seen, put back where nothing came after."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch.directory import services, uploads
from dispatch.directory.models import UnitUpload
from dispatch.directory.snapshot import reference
from dispatch.kernel.errors import Conflict
from tests.town import Desk, desk, engine

__all__ = ["desk", "engine"]

HEAD = "code,name,kind,parent_code,population\n"
GOOD = (
    HEAD + "110001,柳荫新街道,township,110,52000\n110009,新设街道,township,110,\n110009001,新设社区,community,110009,\n"
)
WRONG = HEAD + "110,,district,100000,\n110010,某街道,road,110,-5\n"


def sent(desk: Desk, text: str) -> int:
    made: UnitUpload = desk.run(uploads.keep, text.encode(), name="units.csv", actor="account:1", at=desk.at)
    return made.upload_id


def seen(desk: Desk, upload_id: int) -> uploads.Preview:
    def look(session: object) -> uploads.Preview:
        return uploads.preview(session, uploads.upload(session, upload_id), desk.at)  # type: ignore[arg-type]

    found: uploads.Preview = desk.run(look)
    return found


def name(desk: Desk, code: str) -> str | None:
    unit = desk.run(reference, desk.at).by_code.get(code)
    return unit.name if unit else None


def test_change_what_was_seen_and_put_it_back(desk: Desk) -> None:
    wrong = seen(desk, sent(desk, WRONG))
    assert [(fault.line, fault.column) for fault in wrong.plan.rejects] == [(2, "name"), (3, "kind"), (3, "population")]
    assert [(one.line, one.column) for one in seen(desk, sent(desk, "code,name\n")).plan.rejects] == [(1, "kind")]

    upload_id = sent(desk, GOOD)
    preview = seen(desk, upload_id)
    assert ([row.code for row in preview.plan.added], [row.code for row in preview.plan.changed]) == (
        ["110009", "110009001"],
        ["110001"],
    )
    assert (name(desk, "110001"), name(desk, "110009")) == ("柳荫街道", None)
    by = {"actor": "account:1", "at": desk.at}
    with pytest.raises(Conflict, match="upload_stale"):
        desk.run(uploads.put, upload_id, seal="another", **by)
    desk.run(uploads.put, upload_id, seal=preview.seal, **by)
    assert (name(desk, "110001"), name(desk, "110009001")) == ("柳荫新街道", "新设社区")
    assert seen(desk, sent(desk, GOOD)).is_empty
    with pytest.raises(Conflict, match="upload_put"):
        desk.run(uploads.put, upload_id, seal=preview.seal, **by)

    desk.later(hours=1)
    by["at"] = desk.at
    desk.run(uploads.undo, upload_id, **by)
    assert (name(desk, "110001"), name(desk, "110009"), name(desk, "110009001")) == ("柳荫街道", None, None)
    between = desk.run(reference, desk.at - timedelta(minutes=1))
    assert between.by_code["110001"].name == "柳荫新街道"
    with pytest.raises(Conflict, match="upload_not_put"):
        desk.run(uploads.undo, upload_id, **by)


def test_leave_it_when_something_came_after(desk: Desk) -> None:
    upload_id = sent(desk, HEAD + "110001,柳荫新街道,township,110,\n")
    desk.run(uploads.put, upload_id, seal=seen(desk, upload_id).seal, actor="account:1", at=desk.at)
    desk.later(hours=1)
    desk.run(services.end_unit, "110001001", at=desk.at)
    desk.run(services.end_unit, "110001", at=desk.at)
    with pytest.raises(Conflict, match="upload_overtaken"):
        desk.run(uploads.undo, upload_id, actor="account:1", at=desk.later(hours=1).at)
