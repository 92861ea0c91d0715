"""Open desks: 1,500 sessions that ask every three seconds whether anything changed; all processes' time, beside the floor of 204."""

from __future__ import annotations

import html
import secrets
import time
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from itertools import cycle, islice

from flask import current_app
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import create_engine, insert
from sqlalchemy.orm import Session

from dispatch.access import logins
from dispatch.access.models import Account, AccountRole
from dispatch.directory.snapshot import reference
from dispatch.kernel.clock import SystemClock
from dispatch.kernel.db import engine_options, transaction
from dispatch.tickets.desk_marks import DRAWN_ANEW_MINUTES, MINUTE
from tests.bench import city, limits, load, machine, pacing, servers
from tests.bench.cast import POLL
from tests.bench.figures import Figures
from tests.bench.home import Home, temporary_home
from tests.bench.pacing import Due
from tests.bench.report import Report, say, table, tell, verdict
from tests.bench.servers import Server

Serving = AbstractContextManager[Server]

DESKS, EVERY_SECONDS, DRAWN_SECONDS = 1_500, 3.0, 1800.0  # each is drawn anew every half hour whatever happens
AIM_CORES = 0.4
CLIENTS = 4
FIRST_ROUNDS = 2
WARM_UP_ROUNDS = 10  # a worker that is asked less often must have seen every session, too
LAST_MINUTE = DRAWN_ANEW_MINUTES - 8
KEPT = "hotline desks"
WAYS: dict[str, tuple[Callable[[Home], Serving], Callable[[Home], Serving]]] = {
    "TCP": (servers.ours, servers.nothing),
    "socket": (partial(servers.ours, on_socket=True), partial(servers.nothing, on_socket=True)),
    KEPT: (servers.desks, servers.loop),
}
RESTARTED = f", {FIRST_ROUNDS} × {DESKS} right after a restart"
ASKS, FLOOR, DRAWN = ", an open desk asks, 204", ", the floor: a bare 204", ", a list drawn whole"
UNCHANGED, DONE = 204, 200
POSTGRES, REDIS = "postgres", "redis-server"


@dataclass(frozen=True)
class Plan:
    """Open leads of the whole city, and seconds of asking."""

    open_leads: int = 50_000
    seconds: float = 30.0


@dataclass(frozen=True)
class Asked:
    """One kind of question at the pace of open desks: how it went, and the cores that all processes together took."""

    figures: Figures
    cores: float


def measure(plan: Plan, report: Report) -> None:
    """The desks' questions at their own pace, the same by the bare server, and one desk drawn whole: of the web server by TCP and by
    a Unix socket, and of ``hotline desks`` on kept connections, as a proxy on the same machine asks."""
    with temporary_home() as home, ExitStack() as stack:
        city.load_city(home)
        tell(f"desks: {plan.open_leads} open leads by SQL")
        engine = create_engine(str(home.config.database_url), **engine_options(statement_timeout_seconds=3600))
        limits.grow(home, engine, 0, plan.open_leads, closed=0)
        engine.dispose()
        cookies = sessions(home)
        tell("desks: a page of each township")
        with servers.ours(home) as first:
            addresses = addresses_of(first, cookies)
        polls = [_request(addresses[unit_id], cookie) for unit_id, cookie in cookies]
        drawn = [_request("/work?since=none&mark=none", cookie) for _, cookie in cookies[:: DESKS // 100]]
        found: dict[str, Asked] = {}
        for way, (served, bare) in WAYS.items():
            ours, floor = stack.enter_context(served(home)), stack.enter_context(bare(home))
            # A restart: no worker has seen any session. It ends when each has seen every one.
            restarted = _closed(home, ours, polls * FIRST_ROUNDS, UNCHANGED)
            _closed(home, ours, polls * WARM_UP_ROUNDS, UNCHANGED)
            found |= {
                f"{way}{RESTARTED}": restarted,
                f"{way}{ASKS}": _pace(home, ours, polls, plan.seconds),
                f"{way}{FLOOR}": _pace(home, floor, polls, plan.seconds),
                f"{way}{DRAWN}": _closed(home, ours, drawn, DONE),
            }
    _print(plan, found)
    report.note("desks", {"plan": asdict(plan), "found": {name: asdict(one) for name, one in found.items()}})


def sessions(home: Home, count: int = DESKS) -> list[tuple[int, str]]:
    """An officer for every township in turn and a session each: the unit, and the cookie as a browser would send it."""
    at = SystemClock().now()
    with city.application(home), transaction() as session:
        minute = int(at.timestamp()) // MINUTE
        units = sorted(
            unit.unit_id
            for unit in reference(session, at).by_code.values()
            # Those that are not drawn anew while we measure: what that costs is measured by itself.
            if unit.kind == "township" and (minute + unit.unit_id) % DRAWN_ANEW_MINUTES < LAST_MINUTE
        )
        return [
            (unit, session_of(session, f"desk{n}", "unit_officer", at, unit))
            for n, unit in enumerate(islice(cycle(units), count))
        ]


def session_of(session: Session, login: str, role: str, at: datetime, unit_id: int | None = None) -> str:
    """A new account with one role and a session: the cookie."""
    row = insert(Account).values(login=login, name=login, password_hash="!", unit_id=unit_id, created_at=at)
    account_id = session.execute(row.returning(Account.account_id)).scalar_one()
    session.execute(insert(AccountRole).values(account_id=account_id, role=role))
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    token = logins.begin_session(session, account_id, at=at)
    value = signer.dumps({"_user_id": token, "csrf_token": secrets.token_hex(20)})
    return f"{app.config['SESSION_COOKIE_NAME']}={value}"


def addresses_of(server: Server, cookies: Sequence[tuple[int, str]]) -> dict[int, str]:
    """What the page of each unit asks for; all desks of one township ask the same, so it is drawn once."""
    return {unit_id: _address_of(server, cookie) for unit_id, cookie in dict(cookies).items()}


def _address_of(server: Server, cookie: str) -> str:
    asked = urllib.request.Request(f"http://{server.address[0]}:{server.address[1]}/work", headers={"Cookie": cookie})
    with urllib.request.urlopen(asked, timeout=60) as answer:  # nosec B310 - our own server
        found = POLL.search(answer.read().decode())
    assert found, "the worklist says what it asks for"
    return html.unescape(found[1])


def _request(path: str, cookie: str) -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", f"Cookie: {cookie}", "HX-Request: true", "", ""]
    return "\r\n".join(lines).encode()


def _pace(home: Home, server: Server, polls: Sequence[bytes], seconds: float) -> Asked:
    """All desks' questions one after another, each at its instant, whether or not the one before has been answered."""
    count = int(len(polls) * seconds / EVERY_SECONDS)
    asked = [
        Due(number * EVERY_SECONDS / len(polls), ASKS, partial(polls.__getitem__, number % len(polls)))
        for number in range(count)
    ]
    return _watched(home, server, lambda: pacing.play(server.where, asked, wanted={UNCHANGED})[ASKS])


def _closed(home: Home, server: Server, requests: Sequence[bytes], wanted: int) -> Asked:
    """These questions as fast as they are answered, a few at once."""
    sources = [iter(requests[number::CLIENTS]) for number in range(CLIENTS)]
    return _watched(home, server, lambda: load.drive(server.where, sources, wanted=wanted))


def _watched(home: Home, server: Server, work: Callable[[], Figures]) -> Asked:
    """Cores of the web server's workers, PostgreSQL and Redis of this home together."""
    before, began = _seconds(home, server), time.perf_counter()
    figures = work()
    used, passed = _seconds(home, server) - before, time.perf_counter() - began
    each = 1000 * used / max(1, figures.count)
    return Asked(Figures(**{**asdict(figures), "cpu": each}), used / passed)


def _seconds(home: Home, server: Server) -> float:
    return server.cpu_seconds() + machine.services_seconds(home.folder)


def _print(plan: Plan, found: dict[str, Asked]) -> None:
    lines = []
    for name, one in found.items():
        run = one.figures
        shown = (
            f"{run.rate:.0f}",
            f"{run.p50:.1f}",
            f"{run.p95:.1f}",
            f"{run.cpu:.2f}",
            f"{one.cores:.2f}",
            str(run.failed),
        )
        lines.append([name, *shown])
    heading = f"Desks: {DESKS} sessions, {plan.open_leads} open leads, {servers.WORKERS} workers of hotline serve, all processes"
    table(heading, ["", "per s", "p50 ms", "p95 ms", "CPU ms", "cores", "failed"], lines)
    for way in WAYS:
        asks, floor, drawn = (found[f"{way}{kind}"] for kind in (ASKS, FLOOR, DRAWN))
        whole = asks.figures.cpu / 1000 * DESKS / EVERY_SECONDS + drawn.figures.cpu / 1000 * DESKS / DRAWN_SECONDS
        bare = floor.figures.cpu / 1000 * DESKS / EVERY_SECONDS
        is_met = whole <= AIM_CORES and not asks.figures.failed
        told = f"{way}, {DESKS} open desks, drawn whole every half hour: {whole:.2f} cores, of them {bare:.2f} the bare server's"
        say(verdict(f"{told} (aim ≤ {AIM_CORES})", is_met))
