"""Who acts in the bench of the verbs: eight townships with an officer each, and their callers' operators, approvers and agents."""

from __future__ import annotations

import csv
import html
import io
import re
import secrets
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookiejar import CookieJar

from sqlalchemy.orm import Session

from dispatch.access import services as accounts
from dispatch.access.permissions import permissions_of
from dispatch.directory.snapshot import Reference, reference
from dispatch.kernel.clock import SystemClock
from dispatch.kernel.db import transaction
from tests.bench import city
from tests.bench.home import Home

CLIENTS = 8
OFFICER, OPERATOR, SUPERVISOR = "unit_officer", "operator", "district_supervisor"
ADJUDICATOR, AGENT = "adjudicator", "follow_up_agent"
ROLES = (OFFICER, OPERATOR, SUPERVISOR, ADJUDICATOR, AGENT)
POLL = re.compile(r'hx-get="(/work\?[^"]*since=[^"]+)"')
CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass(frozen=True)
class Cast:
    """Client by client: the township, its unit's id, and per role a token; ``passwords``: of the officers."""

    townships: list[str]
    unit_ids: list[int]
    tokens: dict[str, list[str]]
    passwords: list[str]


def open_cast(home: Home) -> Cast:
    """Accounts and tokens of everybody who acts, in the sample city of ``home``."""
    townships = _townships()
    tokens: dict[str, list[str]] = {role: [] for role in ROLES}
    passwords = []
    with city.application(home), transaction() as session:
        units = reference(session, SystemClock().now())
        for number, code in enumerate(townships):
            for role in ROLES:
                password = secrets.token_urlsafe(16)
                tokens[role].append(_open(session, role, number, password, _unit_of(role, code, units)))
                passwords += [password] if role == OFFICER else []
        unit_ids = [units.by_code[code].unit_id for code in townships]
    return Cast(townships, unit_ids, tokens, passwords)


def log_in(address: tuple[str, int], number: int, password: str) -> str:
    """The cookie header of an officer's session, as a browser gets it."""
    jar, base = CookieJar(), f"http://{address[0]}:{address[1]}"
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    with browser.open(f"{base}/login") as page:
        found = CSRF.search(page.read().decode())
    assert found, "the log-in form carries a token"
    form = {"csrf_token": found[1], "login": login_of(OFFICER, number), "password": password, "next": "/healthz"}
    with browser.open(f"{base}/login", urllib.parse.urlencode(form).encode()):
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def login_of(role: str, number: int) -> str:
    """The log-in name of the ``number``-th client in ``role``."""
    return f"bench-{role.replace('_', '-')}{number}"


def _townships() -> list[str]:
    """Evenly over the city, the same in every run."""

    def codes() -> Iterator[str]:
        for row in csv.DictReader(io.StringIO(city.units_file().decode(), newline="")):
            if row["kind"] == "township":
                yield row["code"]

    found = list(codes())
    return found[:: len(found) // CLIENTS][:CLIENTS]


def _unit_of(role: str, township: str, units: Reference) -> int | None:
    unit = units.by_code[township]
    return {OFFICER: unit.unit_id, SUPERVISOR: unit.parent_id}.get(role)


def _open(session: Session, role: str, number: int, password: str, unit_id: int | None) -> str:
    at, login = SystemClock().now(), login_of(role, number)
    accounts.create(
        session, login=login, name=login, password=password, roles=[role], unit_id=unit_id, actor=city.ACTOR, at=at
    )
    may = sorted(permissions_of([role]))
    return accounts.issue_token(session, login, name="bench", scopes=may, actor=city.ACTOR, at=at)


def poll_of(address: tuple[str, int], cookie: str) -> str:
    """What the worklist of this session asks for again and again, as its page says."""
    asked = urllib.request.Request(f"http://{address[0]}:{address[1]}/work", headers={"Cookie": cookie})
    with urllib.request.urlopen(asked, timeout=60) as answer:  # nosec B310 - our own server
        page = answer.read().decode()
    found = POLL.search(page)
    if found is None:
        raise RuntimeError("the worklist does not say what it asks for")
    return html.unescape(found[1])
