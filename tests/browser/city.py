"""A small city with a few days of work behind it, made through the real services: what the pages are looked at with."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import datetime, timedelta
from importlib.resources import files
from io import BytesIO
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from dispatch.access import account_uploads
from dispatch.access import queries as access_queries
from dispatch.access import services as access
from dispatch.access.vault import Reporter
from dispatch.board import links
from dispatch.directory import uploads
from dispatch.directory.checks import COLUMNS
from dispatch.directory.services import SAMPLE_CITY, import_units, load_shipped_calendar
from dispatch.directory.snapshot import reference
from dispatch.exchange.csvfile import CsvFile
from dispatch.follow_ups.services import attempt
from dispatch.kernel.application import runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.seals import seal_changed
from dispatch.knowledge import services as knowledge
from dispatch.knowledge.queries import search
from dispatch.knowledge.samples import load_samples, sample_contents
from dispatch.limits.sweep import sweep
from dispatch.policies.services import load_shipped_policy
from dispatch.tickets import disputing, services
from dispatch.tickets.import_copy import import_tickets
from dispatch.tickets.import_reading import ReadHere
from dispatch.tickets.import_rows import OPTIONAL, REQUIRED
from dispatch.tickets.intake import Accepted, Intake, accept
from tests.browser.grid import pass_down
from tests.browser.rota import add_rota

PASSWORD = "Hotline-12345-test"
PHONE = "13900001234"
DONGHUAMEN, HEPINGLI, JIANWAI = "110101001", "110101010", "110105001"
MINWANG = "110101010003"

# login: (name, role, unit code)
ACCOUNTS = {
    "operator1": ("话务员甲", "operator", None),
    "officer1": ("东华门经办人", "unit_officer", DONGHUAMEN),
    "officer2": ("和平里经办人", "unit_officer", HEPINGLI),
    "head1": ("东华门负责人", "unit_head", DONGHUAMEN),
    "grid1": ("民旺社区网格员", "grid_worker", MINWANG),
    "district1": ("东城督办员", "district_supervisor", "110101"),
    "city1": ("市级督办员", "city_supervisor", None),
    "followup1": ("回访员甲", "follow_up_agent", None),
    "evaluator1": ("考核员甲", "evaluator", None),
    "adjudicator1": ("裁定员甲", "adjudicator", None),
    "system1": ("系统管理员", "system_admin", None),
    "security1": ("安全管理员", "security_admin", None),
    "audit1": ("审计管理员", "audit_admin", None),
    "followup2": ("回访员乙", "follow_up_agent", None),
    "operator2": ("话务员乙", "operator", None),
}

# title, text, address, category; the phone number in the third text must never reach a unit.
MATTERS = (
    (
        "楼道堆放杂物影响通行",
        "一层至三层楼道内长期堆放旧家具和纸箱，老人出行不便，请清理。",
        "东华门街道韶九社区3号楼",
        None,
    ),
    ("夜间路灯不亮", "胡同里三盏路灯连续多日不亮，夜间出行不安全。", "东华门街道多福巷社区", None),
    (
        "垃圾桶满溢异味大",
        "垃圾桶两天未清运，异味大。联系我 13900001234 即可，身份证110101199001011237。",
        "东华门街道甘雨社区",
        None,
    ),
    ("路面破损积水", "路面有大坑，下雨积水，电动车多次摔倒，希望尽快修补。", "东华门街道南池子社区", None),
    ("广场舞音响噪声扰民", "每晚七点至九点半音响声音很大，孩子无法学习。", "东华门街道王府井社区", "1702"),
    ("占道停车堵塞小区出入口", "小区东门外长期有车辆占道停放，消防车无法进入。", "东华门街道银闸社区", None),
)


def seed(app: Flask, at: datetime) -> dict[str, str]:
    """Fill the empty database of ``app`` up to the instant ``at``; returns a few ticket numbers by what they show."""
    with app.app_context():
        with transaction() as session:
            load_shipped_calendar(session, at=at)
            load_shipped_policy(session, at=at)
            import_units(session, _units(), at=at)
        with transaction() as session:
            for login, (name, role, unit_code) in ACCOUNTS.items():
                _account(session, login, name, role, unit_code, at)
        numbers = _history(at) | _knowledge(at) | _sent_in(at)
        with transaction() as session:
            sweep(session, at, reference=reference(session, at), limit=500)
            seal_changed(session, at=at)
        with transaction() as session:
            numbers["wall"] = links.issue(session, "大厅", unit_id=None, days=None, actor="account:6", at=at)[1]
            add_rota(session, DONGHUAMEN, HEPINGLI, numbers, at)
        for age, title, is_signed in ((5, "井盖松动", True), (1, "楼门口路灯损坏", False)):
            words = {
                "title": title,
                "text": "居民反映多日无人处理，夜间行走不便。",
                "address": "和平里街道民旺社区2号楼",
            }
            made = take_in(at - timedelta(hours=age), unit_code=HEPINGLI, **words)
            pass_down(made.ticket_id, MINWANG, at - timedelta(hours=age), is_signed=is_signed)
    return numbers


def _units() -> CsvFile:
    """Two districts of the sample city, and everything of the city itself."""
    packed = (files("dispatch.directory") / "data" / SAMPLE_CITY).read_bytes()
    lines = gzip.decompress(packed).decode().splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(("1101", "D1101")) or line[:6] in {"110101", "110105"}]
    return CsvFile(BytesIO("".join(kept).encode()), required=COLUMNS)


def _sent_in(at: datetime) -> dict[str, str]:
    """A table of units and one of people that wait to be looked at: something new, something changed, a line that is wrong."""
    lines = ("code,name,kind,parent_code,population", "110101018,新设街道,township,110101,21000")
    table = "\n".join((*lines, f"{DONGHUAMEN},东华门新街道,township,110101,60000", "110101019,,road,110101,很多", ""))
    with transaction() as session:
        made = uploads.keep(session, table.encode(), name="units.csv", actor="system:setup", at=at)
        people = (
            "login,name,unit_code,roles",
            "new.one,新经办人,110101001,unit_officer",
            "head1,东华门负责人,110101001,国王",
        )
        named = f"{people[0]}\nofficer1,东华门经办人,110101001,unit_officer unit_head\n" + "\n".join((*people[1:], ""))
        sent = account_uploads.keep(session, named.encode(), name="accounts.csv", actor="system:setup", at=at)
        return {"upload": str(made.upload_id), "people": str(sent.upload_id)}


def _account(session: Session, login: str, name: str, role: str, unit_code: str | None, at: datetime) -> None:
    unit_id = access_queries.unit_id_by_code(session, unit_code) if unit_code else None
    access.create(
        session,
        login=login,
        name=name,
        password=PASSWORD,
        roles=[role],
        unit_id=unit_id,
        actor="system:setup",
        at=at - timedelta(days=30),
    )


def take_in(at: datetime, **changes: Any) -> Accepted:
    """One matter through the real intake."""
    facts: dict[str, Any] = {"kind": "complaint", "reporter": Reporter(name="钱多多", phone=PHONE)}
    with transaction() as session:
        intake = Intake(**{**facts, **changes})
        return accept(
            session,
            intake,
            reference=reference(session, at),
            vault=runtime().vault,
            actor="account:1",
            at=at,
        )


def _knowledge(at: datetime) -> dict[str, str]:
    """The sample articles as of two months ago, so that some are to be reviewed, and a draft."""
    then = at - timedelta(days=60)
    with transaction() as session:
        load_samples(session, reference(session, at), actor="system:setup", at=then)
        article = search(session, "报停", at=at)[0].article_id
        content = sample_contents(reference(session, at), at=at)[0]
        knowledge.create(
            session, replace(content, title="楼道保洁由谁负责"), within=None, actor="system:setup", at=then
        )
    return {"article": str(article)}


def _history(at: datetime) -> dict[str, str]:
    numbers = {}
    ages = {
        "red": timedelta(days=7, hours=3),
        "yellow": timedelta(days=6, hours=4),
        "dirty": timedelta(days=3),
        "disputed": timedelta(hours=5),
        "new": timedelta(minutes=12),
        "open": timedelta(hours=2),
    }
    for (name, age), (title, text, address, category) in zip(ages.items(), MATTERS, strict=True):
        accepted = take_in(at - age, title=title, text=text, address=address, category=category, unit_code=DONGHUAMEN)
        numbers[name] = accepted.ticket_no
        _step(name, accepted.ticket_id, at - age, at)
    urgent = take_in(
        at - timedelta(minutes=40), title="燃气泄漏有异味", text="楼道里有燃气异味。", address="和平里街道"
    )
    numbers["foreign"] = take_in(
        at - timedelta(days=1), title="绿化带枯枝", text="枯枝可能掉落。", address="和平里街道", unit_code=HEPINGLI
    ).ticket_no
    numbers["urgent"] = urgent.ticket_no
    numbers["followed"] = _followed(at)
    numbers["due"] = _due(at)
    numbers["history"] = _imported(at)
    for title in ("反映问题但未说明地点", "路口信号灯时间太短"):
        waiting = take_in(
            at - timedelta(hours=1), title=title, text="来电人未能说清具体位置，请人工核实后派单。", reporter=None
        )
        numbers["waiting"] = waiting.ticket_no
    return numbers


def _step(name: str, ticket_id: int, then: datetime, at: datetime) -> None:
    with transaction() as session:
        city = reference(session, at)
        unit_id = city.by_code[DONGHUAMEN].unit_id
        if name in {"red", "yellow", "dirty", "open"}:
            services.acknowledge(
                session, ticket_id, unit_id=unit_id, actor="account:2", at=then + timedelta(minutes=20)
            )
        if name == "disputed":
            disputing.dispute(
                session,
                ticket_id,
                unit_id=unit_id,
                ground="outside_area",
                reason="现场位于和平里街道辖区，附现场照片编号。",
                reference=city,
                actor="account:2",
                at=then + timedelta(hours=1),
            )


def _imported(at: datetime) -> str:
    """A row of another system's history; its number holds a stroke, as such numbers do."""
    then = at - timedelta(days=40)
    facts = dict.fromkeys(REQUIRED, "") | {
        "ticket_no": "JH/2026-0815",
        "kind": "complaint",
        "channel": "phone",
        "category": "市容环境",
        "received_at": then.isoformat(),
        "dispatched_at": then.isoformat(),
        "due_at": (then + timedelta(days=7)).isoformat(),
        "unit_code": DONGHUAMEN,
        "completed_at": (then + timedelta(days=3)).isoformat(),
        "followed_up_at": (then + timedelta(days=8)).isoformat(),
        "reached": "true",
        "contacted": "true",
        "solved": "partly",
        "satisfaction": "basically",
        "title": "沿街商户占道堆物",
        "text": "商户门前长期堆放货物。",
        "address": "东华门街道",
    }
    table = f"{','.join(facts)}\n{','.join(facts.values())}\n".encode()
    with transaction() as session:
        rows = CsvFile(BytesIO(table), required=REQUIRED, optional=OPTIONAL)
        done = import_tickets(session, ReadHere(rows, reference(session), at=at), at=at)
    assert done.added == 1
    return facts["ticket_no"]


def _completed(at: datetime, age: timedelta, title: str) -> Accepted:
    then = at - age
    accepted = take_in(then, title=title, text="请尽快处理。", address="东华门街道", unit_code=DONGHUAMEN)
    with transaction() as session:
        city = reference(session, at)
        of_unit: dict[str, Any] = {"unit_id": city.by_code[DONGHUAMEN].unit_id, "actor": "account:2"}
        services.acknowledge(session, accepted.ticket_id, at=then + timedelta(minutes=9), **of_unit)
        services.first_contact(session, accepted.ticket_id, at=then + timedelta(hours=2), **of_unit)
        services.complete(
            session,
            accepted.ticket_id,
            answer="已安排社区工作人员到场清理，并加装照明。",
            reference=city,
            at=then + timedelta(days=2),
            **of_unit,
        )
    return accepted


def followable(at: datetime, title: str) -> str:
    """A ticket that its unit has completed and whose limit is over: the sweep has opened its follow-up."""
    number = _completed(at, timedelta(days=7, hours=1), title).ticket_no
    with transaction() as session:
        sweep(session, at, reference=reference(session, at), limit=500)
    return number


def _due(at: datetime) -> str:
    """A follow-up that may be called now."""
    return _completed(at, timedelta(days=7, hours=1), "小区健身器材损坏").ticket_no


def _followed(at: datetime) -> str:
    """A whole life: answered, followed up, closed."""
    return followed(at - timedelta(days=1), "井盖缺失", "basically")


def followed(at: datetime, title: str, satisfaction: str) -> str:
    """A ticket that was followed up and closed at ``at``; its number."""
    accepted = _completed(at, timedelta(days=8, hours=1), title)
    with transaction() as session:
        city = reference(session, at)
        sweep(session, at - timedelta(days=1), reference=city, limit=500)
        attempt(
            session,
            accepted.ticket_id,
            outcome="reached",
            contacted=True,
            solved="yes",
            satisfaction=satisfaction,
            words="感谢及时处理。",
            reference=city,
            actor="account:7",
            at=at,
        )
    return accepted.ticket_no
