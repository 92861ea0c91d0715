"""The sample city, accounts with tokens, and complaints as clients send them."""

from __future__ import annotations

import csv
import gzip
import io
import json
import secrets
from importlib.resources import files
from random import Random
from typing import Any

from sqlalchemy.orm import Session

from dispatch.access import services as accounts
from dispatch.demo.dealing import deal
from dispatch.demo.places import choose_city
from dispatch.demo.texts import Complaint
from dispatch.directory.services import SAMPLE_CITY, load_sample_city
from dispatch.kernel.clock import SystemClock
from dispatch.kernel.db import transaction
from dispatch.routing.places import PlaceUnit
from tests.bench.home import Home

ACTOR = "system:bench"
SEED = 12345


def units_file() -> bytes:
    """The sample city as units.csv."""
    return gzip.decompress((files("dispatch.directory") / "data" / SAMPLE_CITY).read_bytes())


def complaints(count: int) -> list[Complaint]:
    """The same complaints of the sample city in every run."""
    rows = csv.DictReader(io.StringIO(units_file().decode(), newline=""))
    units = [PlaceUnit(row["code"], row["name"], row["kind"], row["parent_code"]) for row in rows]
    return list(deal(Random(SEED), choose_city(units), count))


def load_city(home: Home) -> None:
    """The sample city into the database of ``home``."""
    with application(home), transaction() as session:
        load_sample_city(session, at=SystemClock().now())


def open_accounts(home: Home, count: int) -> list[str]:
    """Operators of their own and their API tokens; one client per account, as the fuse of the API counts them."""
    with application(home), transaction() as session:
        return [_token(session, number) for number in range(count)]


def body_of(complaint: Complaint) -> bytes:
    """A complaint as the JSON of ``POST /api/v1/tickets``."""
    body: dict[str, Any] = {
        "kind": complaint.kind,
        "channel": "phone",
        "title": complaint.title,
        "text": complaint.text,
        "address": complaint.address,
        "reporter": {"name": complaint.reporter_name, "phone": complaint.reporter_phone},
    }
    return json.dumps(body, ensure_ascii=False).encode()


def application(home: Home) -> Any:
    """An application context on the database of ``home``."""
    import wsgi

    return wsgi.create_app(home.config).app_context()


def _token(session: Session, number: int) -> str:
    at, login = SystemClock().now(), f"bench{number}"
    password = secrets.token_urlsafe(16)
    accounts.create(session, login=login, name=login, password=password, roles=["operator"], actor=ACTOR, at=at)
    return accounts.issue_token(session, login, name="bench", scopes=["intake"], actor=ACTOR, at=at)
