"""Why a ticket went where it went: recorded, and the same when it is decided again from the recorded versions."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path

import pytest

from dispatch.kernel import texts
from dispatch.kernel.application import create_app
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.errors import NotFound
from dispatch.learning import suggesting
from dispatch.learning.cli import train
from dispatch.tuning.cli import routing
from dispatch.tuning.explaining import Explanation, explain
from tests.town import Desk


def explained(desk: Desk, ticket_no: str) -> Explanation:
    found: Explanation = desk.run(explain, ticket_no)
    return found


def test_explain_decides_the_same_again_when_nothing_has_changed(desk: Desk) -> None:
    made = desk.accept(title="垃圾没人清", text="东区柳荫街道楼下垃圾堆积")

    found = explained(desk, made.ticket_no)

    assert found.again == found.recorded
    assert (found.differs, found.changed) == ((), {})
    assert found.recorded["machine"]["unit"] == "110001"
    assert {"directory", "policy", "taxonomy", "catalogue", "alarm_words", "decline_words", "at"} <= set(
        found.recorded["versions"]
    )


def test_explain_keeps_what_the_machine_alone_said_when_a_person_chose(desk: Desk) -> None:
    made = desk.accept(title="垃圾没人清", text="东区柳荫街道楼下垃圾堆积", unit_code="110002")

    recorded = explained(desk, made.ticket_no).recorded

    assert (recorded["unit"], recorded["chosen"]) == ("110002", {"unit": "110002"})
    assert recorded["machine"]["unit"] == "110001"
    assert explained(desk, made.ticket_no).differs == ()


def test_explain_names_what_is_otherwise_when_old_files_rewrote_the_past(desk: Desk) -> None:
    made = desk.accept(title="垃圾没人清", text="东区柳荫街道楼下垃圾堆积")

    def rewrite(session: object) -> None:
        ticket = desk.ticket(made.ticket_id)
        session.merge(ticket)  # type: ignore[attr-defined]
        ticket = session.get(type(ticket), ticket.ticket_id)  # type: ignore[attr-defined]
        ticket.routing = ticket.routing | {
            "unit": "110002",
            "versions": ticket.routing["versions"] | {"directory": "0"},
        }

    desk.run(rewrite)
    found = explained(desk, made.ticket_no)

    assert found.differs == ("unit",)
    assert list(found.changed) == ["directory"]


def test_explain_keeps_the_reasons_when_the_words_are_erased(desk: Desk) -> None:
    made = desk.accept(title="垃圾没人清", text="东区柳荫街道楼下垃圾堆积")
    desk.run(texts.erase, made.ticket_id, at=desk.at)

    found = explained(desk, made.ticket_no)

    assert found.again is None
    assert found.recorded["reasons"]


def test_explain_refuses_when_there_is_no_such_ticket(desk: Desk) -> None:
    with pytest.raises(NotFound, match="没有这张工单"):
        explained(desk, "20260101-0000000")


def test_command_explains_in_plain_words_when_asked(config: Config, desk: Desk) -> None:
    made = desk.accept(title="垃圾没人清", text="东区柳荫街道楼下垃圾堆积")
    run = create_app(config, clock=FixedClock(desk.at + timedelta(hours=1))).test_cli_runner().invoke

    done = run(routing, ["explain", made.ticket_no])

    assert done.exit_code == 0, done.output
    assert "派往：柳荫街道 110001(把握" in done.stdout
    assert "候选：柳荫街道 110001" in done.stdout
    assert "分类：垃圾清运 1601；地点：柳荫街道 110001；紧急程度：一般" in done.stdout
    assert "重算：与当时的决定完全一致" in done.stdout
    assert "柳荫街道" in done.stdout
    assert run(routing, ["explain", "nothing"]).exit_code == 2
    assert run(routing, ["curve"]).stdout.startswith("threshold,tickets,direct")


def test_explain_asks_the_model_that_judged_when_another_is_in_force_now(
    config: Config, desk: Desk, tmp_path: Path
) -> None:
    run = create_app(config, clock=FixedClock(desk.at)).test_cli_runner().invoke
    labelled = tmp_path / "labelled.csv"
    for lamp, wages in (("1802", "2301"), ("2301", "1802")):
        with labelled.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(("text", "label"))
            for number in range(30):
                writer.writerow((f"路灯坏了\n第{number}盏路灯不亮，晚上很黑", lamp))
                writer.writerow((f"拖欠工资\n老板欠薪{number}个月不给工资", wages))
        suggesting.forget()
        assert run(train, [str(labelled)]).exit_code == 0
        if lamp == "1802":
            made = desk.accept(title="路灯坏了", text="东区柳荫街道路灯不亮，晚上很黑")

    found = explained(desk, made.ticket_no)

    assert found.recorded["versions"]["model"].startswith("model@")
    assert found.recorded["machine"]["label"] == "1802"
    assert (found.differs, found.changed) == ((), {})
