"""A month of history for the seeded city, so that rankings have something to rank: through the real import."""

from __future__ import annotations

import csv
import random
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy import select

from assessment import schemes
from assessment.periods import Period
from dispatch.directory.models import Unit
from dispatch.directory.snapshot import reference
from dispatch.exchange.csvfile import CsvFile
from dispatch.kernel.db import transaction
from dispatch.tickets.import_copy import import_tickets
from dispatch.tickets.import_reading import ReadHere
from dispatch.tickets.import_rows import OPTIONAL, REQUIRED

RANKED_KINDS = ("township", "department", "enterprise")
TITLES = (
    "楼道堆物无人清理",
    "夜间施工噪声扰民",
    "路灯不亮影响出行",
    "供暖温度不达标",
    "共享单车乱停放堵塞人行道",
    "老旧小区加装电梯迟迟没有进展，多次反映未果，希望尽快给出明确时间表",
)
NEVER_ASKED = 5  # townships whose tickets nobody followed up


def add_last_month(app: Flask) -> int:
    """Fill the last ended month of the default scheme, which is what an evaluator sees first; returns how many."""
    scheme = schemes.builtin("beijing")
    last = Period.holding(datetime.now(UTC), scheme, runtime_zone(app)).previous()
    return add_month(app, last.start, (last.end_on - last.first_on).days)


def runtime_zone(app: Flask) -> ZoneInfo:
    """The business time zone of ``app``."""
    zone: ZoneInfo = app.extensions["hotline"].config.time_zone
    return zone


def add_month(app: Flask, start: datetime, days: int, *, seed: int = 7) -> int:
    """Import tickets received on ``days`` days from ``start``, ten to forty for each unit; returns how many."""
    rng = random.Random(seed)
    with app.app_context(), transaction() as session:
        units = session.execute(select(Unit.code, Unit.kind).where(Unit.kind.in_(RANKED_KINDS)).order_by(Unit.code))
        codes = [code for code, kind in units if kind == "township" or not code.startswith("D")]
        rows = [
            _row(rng, f"H{code}-{number:03d}", code, start + timedelta(seconds=rng.randrange(days * 86400)), place)
            for place, code in enumerate(codes)
            for number in range(rng.randint(10, 40))
        ]
        at = start + timedelta(days=days + 60)
        file = CsvFile(_file(rows), required=REQUIRED, optional=OPTIONAL)
        done = import_tickets(session, ReadHere(file, reference(session), at=at), at=at)
    return done.added


def _file(rows: list[dict[str, str]]) -> BytesIO:
    out = StringIO()
    writer = csv.DictWriter(out, [*REQUIRED, *OPTIONAL], restval="")
    writer.writeheader()
    writer.writerows(rows)
    return BytesIO(out.getvalue().encode())


def _row(rng: random.Random, number: str, code: str, received: datetime, place: int) -> dict[str, str]:
    quality = 0.45 + 0.5 * ((place * 37) % 100) / 100
    row = {
        "ticket_no": number,
        "kind": rng.choice(("help", "complaint", "complaint", "report")),
        "channel": "phone",
        "received_at": received.isoformat(),
        "dispatched_at": (received + timedelta(minutes=2)).isoformat(),
        "due_at": (received + timedelta(days=7)).isoformat(),
        "unit_code": code,
        "title": rng.choice(TITLES),
        "excluded": "true" if rng.random() < 0.03 else "false",
    }
    if place < NEVER_ASKED or rng.random() < 0.1:
        return row
    row["followed_up_at"] = (received + timedelta(days=7, hours=rng.randrange(40))).isoformat()
    row["reached"] = "true" if rng.random() < 0.8 else "false"
    if row["reached"] == "true":
        row["contacted"] = "true" if rng.random() < quality + 0.3 else "false"
        row["solved"] = "yes" if rng.random() < quality else rng.choice(("partly", "no", ""))
        row["satisfaction"] = "satisfied" if rng.random() < quality else rng.choice(("basically", "dissatisfied", ""))
    return row
