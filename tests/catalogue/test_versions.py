"""Versions on record: which one decides, what stays readable of old ones, and what an entry's marks do to a ticket."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from dispatch.catalogue import queries, services
from dispatch.catalogue.documents import Document
from dispatch.console.words import path_words
from dispatch.hops.parts import open_parts
from dispatch.hops.services import pass_on
from dispatch.kernel.errors import DomainError
from dispatch.routing.catalogue import shipped_catalogue
from dispatch.routing.decision import Matter, decide
from dispatch.routing.taxonomy import shipped_taxonomy
from dispatch.tickets import reassigning
from dispatch.tickets.limit_correcting import recompute_limit
from tests.catalogue.words import catalogue, taxonomy
from tests.town import MONDAY, Desk

LATER = MONDAY + timedelta(days=2)


def put(desk: Desk, document: Document, text: str, since: datetime | None = None) -> Any:
    return desk.run(
        services.put,
        document,
        text,
        name="试行",
        effective_from=since or desk.at,
        actor="account:9",
        at=desk.at,
    )


def code_of(refused: pytest.ExceptionInfo[DomainError]) -> str:
    return refused.value.code


def test_put_the_shipped_ones_on_record_once_when_a_database_begins(desk: Desk) -> None:
    assert desk.run(services.load_shipped_catalogue, at=MONDAY) == 2
    assert desk.run(services.load_shipped_catalogue, at=MONDAY) == 0
    assert desk.reference.taxonomy.version == shipped_taxonomy().version
    assert desk.reference.catalogue.version == shipped_catalogue().version
    for document in Document:
        ((row, state),) = desk.run(queries.listed, document, MONDAY)
        assert (row.actor, state) == ("system:shipped", "in_force")


def test_decide_by_the_version_in_force_when_another_is_to_come(desk: Desk) -> None:
    put(desk, Document.CATALOGUE, catalogue("16,,,,E-02,,,,改由水务"), since=LATER)
    before = desk.accept()
    assert before.decision.unit_code == "110001"

    desk.at = LATER
    after = desk.accept()
    assert after.decision.unit_code == "E-02"
    assert dict(before.decision.versions)["catalogue"] == shipped_catalogue().version
    assert dict(after.decision.versions)["catalogue"] == desk.reference.catalogue.version != shipped_catalogue().version


def test_decide_the_same_again_when_a_later_version_has_come(desk: Desk) -> None:
    matter = Matter("柳荫街道垃圾没人清运", "东区柳荫街道楼下垃圾堆积三天没人清运")
    first = decide(matter, desk.reference, MONDAY)
    put(desk, Document.CATALOGUE, catalogue("16,,,,E-02,,,,改由水务"), since=LATER)
    put(desk, Document.TAXONOMY, taxonomy("16,环境,,", "1699,清运,16,垃圾:9"), since=LATER)
    desk.at = LATER + timedelta(days=1)

    again = decide(matter, desk.reference.at(MONDAY), MONDAY)
    now = decide(matter, desk.reference, desk.at)
    told = [dict(one.versions) | {"directory": ""} for one in (first, again)]
    assert told[0] == told[1]
    assert (again.category, again.unit_code, again.reasons) == (first.category, first.unit_code, first.reasons)
    assert (now.category, now.unit_code) == ("1699", "E-02")


def test_show_the_name_of_a_category_when_it_is_no_longer_in_force(desk: Desk) -> None:
    put(desk, Document.TAXONOMY, taxonomy("16,环境卫生,,", "1699,清运,16,垃圾:9"), since=LATER)
    desk.at = LATER
    path_of = desk.reference.category_path

    assert path_words("1001", path_of) == "供暖 / 室温不达标"
    assert path_words("1699", path_of) == "环境卫生 / 清运"
    assert path_words("停车", path_of) == "停车"
    assert path_words(None, path_of) == "—"
    with pytest.raises(DomainError) as refused:
        desk.accept(category="1001")
    assert code_of(refused) == "category.unknown"


def test_take_back_a_version_when_it_is_to_come(desk: Desk) -> None:
    made = put(desk, Document.CATALOGUE, catalogue("16,,,,E-02,,,,改由水务"), since=LATER)
    values: dict[str, Any] = {"actor": "account:9", "at": desk.at}
    desk.run(services.withdraw, Document.CATALOGUE, made.number, **values)
    assert desk.reference.at(LATER).catalogue.version == shipped_catalogue().version
    for number, code in ((made.number, "catalogue.withdrawn"), (10**6, "catalogue.unknown"), (1, None), (2, None)):
        with pytest.raises(DomainError) as refused:
            desk.run(services.withdraw, Document.CATALOGUE, number, **values)
        assert code_of(refused) in ({code} if code else {"catalogue.in_force", "catalogue.unknown"})


@pytest.mark.parametrize(
    ("text", "since", "code"),
    [
        (catalogue("16,,,,E-99,,,,不存在"), LATER, "catalogue.unreadable"),
        (catalogue("16,,,,E-02,,,,水务"), MONDAY - timedelta(seconds=1), "catalogue.in_the_past"),
        (catalogue("16,,,,E-02,,,,水务"), datetime.fromisoformat("9999-12-31T00:00:00+00:00"), "catalogue.too_far"),
    ],
)
def test_refuse_what_cannot_come_into_force_when_it_is_put(desk: Desk, text: str, since: datetime, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        put(desk, Document.CATALOGUE, text, since=since)
    assert code_of(refused) == code


def test_refuse_twice_the_same_when_it_is_put_again(desk: Desk) -> None:
    text = taxonomy("16,环境,,", "1699,清运,16,垃圾:9")
    put(desk, Document.TAXONOMY, text, since=LATER)
    for since, code in ((LATER, "taxonomy.instant_taken"), (LATER + timedelta(hours=1), "taxonomy.same")):
        with pytest.raises(DomainError) as refused:
            put(desk, Document.TAXONOMY, text, since=since)
        assert code_of(refused) == code


def test_give_the_limit_and_the_helpers_of_the_entry_when_its_lead_is_sent_it(desk: Desk) -> None:
    put(desk, Document.CATALOGUE, catalogue("16,,,township,township,E-02 110001001 E-01,3wd,,属地，水务协办"))
    made = desk.accept()

    assert (made.limit, made.decision.limit) == ("3wd", "3wd")
    parts = desk.run(open_parts, made.ticket_id)
    units = desk.reference.by_id
    assert [(units[part.unit_id].code, part.role, part.state) for part in parts] == [
        (code, "support", "sent") for code in ("E-02", "110001001", "E-01")
    ]
    assert desk.event_types(made.ticket_id).count("support.asked") == 3
    assert made.version == len(desk.events(made.ticket_id))


def test_leave_limit_and_helpers_to_the_policy_when_the_entry_does_not_decide(desk: Desk) -> None:
    put(desk, Document.CATALOGUE, catalogue("16,,,township,township,E-02,3wd,,属地，水务协办"))
    urgent, elsewhere = desk.accept(urgency="urgent"), desk.accept(unit_code="110002")

    assert (urgent.limit, urgent.decision.limit) == ("24h", "")
    assert (elsewhere.limit, elsewhere.decision.supports) == ("7nd", ())


def test_give_the_limit_of_the_entry_when_a_person_sends_it_to_its_lead(desk: Desk) -> None:
    put(desk, Document.CATALOGUE, catalogue("16,,,township,E-02,,3wd,,水务"))
    made = desk.accept(unit_code="110001")
    moved = desk.run(
        reassigning.reassign,
        made.ticket_id,
        unit_code="E-02",
        reason="属水务",
        reference=desk.reference,
        actor="account:4",
        at=desk.at,
    )

    lead = desk.run(lambda session: reassigning.queries.lead_in_force(session, moved))
    assert (made.limit, lead.limit_text) == ("7nd", "3wd")
    desk.run(recompute_limit, made.ticket_id, reason="核实", reference=desk.reference, actor="account:4", at=desk.at)
    assert desk.ticket(made.ticket_id).limit_text == "3wd"


MARKED = catalogue("16,,,township,district,,,true,环卫专业职责")


def test_refuse_a_street_when_the_duty_is_not_for_streets(desk: Desk) -> None:
    put(desk, Document.CATALOGUE, MARKED)
    made = desk.accept()
    assert made.decision.unit_code == "110"
    with pytest.raises(DomainError) as chosen:
        desk.accept(unit_code="110001")
    values: dict[str, Any] = {"reference": desk.reference, "actor": "account:4", "at": desk.at}
    with pytest.raises(DomainError) as moved:
        desk.run(reassigning.reassign, made.ticket_id, unit_code="110001", reason="下派", **values)
    desk.acknowledge(made.ticket_id, "110")
    with pytest.raises(DomainError) as passed:
        desk.run(pass_on, made.ticket_id, unit_id=desk.unit_id("110"), unit_code="110001", task="请办理", **values)
    desk.dispute(made.ticket_id, "110")
    with pytest.raises(DomainError) as ruled:
        desk.rule(made.ticket_id, "upheld", "110001")

    assert {code_of(one) for one in (chosen, moved, passed, ruled)} == {"catalogue.not_to_streets"}
    assert "环卫专业职责" in moved.value.message
    assert "柳荫街道" in moved.value.message


def test_refuse_the_dispatcher_when_a_waiting_duty_is_not_for_streets(desk: Desk) -> None:
    put(desk, Document.CATALOGUE, catalogue("16,,,township,awaiting_dispatch,,,true,由人工确认"))
    made = desk.accept()
    assert desk.ticket(made.ticket_id).state == "awaiting_dispatch"
    with pytest.raises(DomainError) as refused:
        desk.dispatch(made.ticket_id, "110001")
    assert code_of(refused) == "catalogue.not_to_streets"
    assert desk.dispatch(made.ticket_id, "E-02").unit_id == desk.unit_id("E-02")


def test_let_a_city_supervisor_give_it_to_a_street_when_a_reason_is_written(desk: Desk) -> None:
    put(desk, Document.CATALOGUE, MARKED)
    made = desk.accept()
    moved = desk.run(
        reassigning.reassign,
        made.ticket_id,
        unit_code="110001",
        reason="应急处置，先由属地清理",
        may_overrule=True,
        reference=desk.reference,
        actor="account:4",
        at=desk.at,
    )

    assert moved.unit_id == desk.unit_id("110001")
    (event,) = [one for one in desk.events(made.ticket_id) if one.type == "ticket.reassigned"]
    assert event.data["against"] == desk.reference.catalogue.version


def test_leave_it_to_a_person_when_a_unit_became_a_township_after_the_check(desk: Desk) -> None:
    """A mark counts when it decides, not only when the file was checked."""
    put(desk, Document.CATALOGUE, catalogue("16,,,,E-02,,,true,专业职责"))
    city = desk.reference
    changed = {**city.by_code, "E-02": replace(city.by_code["E-02"], kind="township")}
    matter = Matter("柳荫街道垃圾没人清运", "东区柳荫街道楼下垃圾堆积三天没人清运")

    assert decide(matter, city, desk.at).unit_code == "E-02"
    assert decide(matter, replace(city, by_code=changed), desk.at).unit_code is None


def test_keep_a_marked_duty_from_the_street_when_its_lead_is_gone(desk: Desk) -> None:
    """The general entry that takes its place would name the township."""
    put(desk, Document.CATALOGUE, catalogue("16,,,,E-02,,,true,专业职责"))
    city = desk.reference
    left = {code: unit for code, unit in city.by_code.items() if code != "E-02"}
    made = decide(Matter("柳荫街道垃圾没人清运", "东区柳荫街道楼下垃圾堆积"), replace(city, by_code=left), desk.at)

    assert made.unit_code is None
    assert "E-02" in made.reasons[-1] or "不得派给街道" in made.reasons[-1]
