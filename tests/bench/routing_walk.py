"""Thirty real complaints with real places put in, asked about at the operator's desk: what it suggests and why, to be read."""

from __future__ import annotations

import html
import re
import secrets
from collections.abc import Iterator
from typing import Any, NamedTuple

from flask.testing import FlaskClient

from dispatch.access import services as accounts
from dispatch.kernel.clock import SystemClock
from dispatch.kernel.db import transaction
from tests.bench import city
from tests.bench.complaint_rows import SHARED, read_rows
from tests.bench.home import temporary_home
from tests.bench.report import say, tell

COUNT = 30
FILE = "labelled.csv.gz"
SHOWN = 90
_TAGS = re.compile(r"<(script|style|svg)\b.*?</\1>|<[^>]*>", re.DOTALL)
_BLANK = re.compile(r"\s+")


class Walked(NamedTuple):
    """A complaint as it is typed, the place that was put in, and the label that the file gives it."""

    title: str
    text: str
    address: str
    label: str


def chosen() -> Iterator[Walked]:
    """Every n-th row of the file, so that all labels come, each with the address of a complaint of the sample city."""
    rows = list(read_rows(FILE))
    addresses = [one.address for one in city.complaints(COUNT * 4) if one.address][:COUNT]
    for number, address in enumerate(addresses):
        row = rows[number * (len(rows) // COUNT)]
        yield Walked(row["title"].strip(), row["body"].strip(), address, row["label"])


def walk() -> None:
    """Print what the desk answers for each; says so where the complaints are absent."""
    if not (SHARED / "complaints" / FILE).exists():
        say("the real complaints are absent (HOTLINE_SHARED_DATA): there is nothing to walk through")
        return
    with temporary_home() as home:
        tell("routing-walk: sample city, an operator, the desk")
        city.load_city(home)
        desk = _desk(home)
        for number, one in enumerate(chosen(), 1):
            say(f"\n{number}. [{one.label}] {_line(one.title)} | {_line(one.text)[:SHOWN]}\n   address: {one.address}")
            form = {"kind": "complaint", "title": one.title, "text": one.text, "address": one.address}
            answer = desk.post("/desk/suggest", data=form)
            say(f"   {answer.status_code} {_line(html.unescape(_TAGS.sub(' ', answer.text)))}")


def _desk(home: Any) -> FlaskClient:
    import wsgi

    app = wsgi.create_app(home.config)
    app.config["WTF_CSRF_ENABLED"] = False
    password = secrets.token_urlsafe(16)
    values: dict[str, Any] = {"roles": ["operator"], "actor": city.ACTOR, "at": SystemClock().now()}
    with app.app_context(), transaction() as session:
        accounts.create(session, login="walker", name="walker", password=password, **values)
    client = app.test_client()
    client.post("/login", data={"login": "walker", "password": password})
    return client


def _line(text: str) -> str:
    return _BLANK.sub(" ", text).strip()


if __name__ == "__main__":
    walk()
