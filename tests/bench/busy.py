"""The busy hour, twice over (quality R13): operators, unit desks and readers of rankings at once, beside worker, relay, scheduler.

An open loop: each question is due at its own instant whether or not earlier ones have been answered, and its latency counts from
that instant, so that a server that falls behind is seen to.
"""

from __future__ import annotations

import html
import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import timedelta
from itertools import cycle
from random import Random

from assessment.periods import Period
from assessment.schemes import builtin
from dispatch.access import services as accounts
from dispatch.kernel.clock import SystemClock
from dispatch.kernel.db import transaction
from tests.bench import cast, city, desks, machine, pacing, ranking, servers, stock
from tests.bench.cast import OFFICER, OPERATOR, POLL, Cast
from tests.bench.figures import Figures
from tests.bench.home import Home, temporary_home
from tests.bench.pacing import Due
from tests.bench.report import Report, say, table, tell, verdict
from tests.bench.servers import Server

MONTH = timedelta(days=30)
DESKS, DESK_ASKS_EVERY = 500, 3.0
OPERATORS, CALL_ASKED_EVERY = 200, 18.0  # as beside a stream (js/desk_ringing.js)
INTAKES_A_SECOND = 4.0  # two in the busy hour of a city of 25,000 dispatches a day (domain §6), twice over
LOOKS_PER_CALL = 5  # previews of the decision while somebody types
RANKINGS_A_SECOND = 0.5
INTAKE, LOOK, SIGN, PAGE, LIST, RANKING = (
    "intake",
    "preview while typing",
    "acknowledge",
    "ticket page",
    "worklist",
    "ranking",
)
DESK, CALL = "a desk asks", "an operator's desk asks for its call"
AIMS = {INTAKE: 300.0, LIST: 500.0, RANKING: 2000.0}
EVALUATOR, SCHEME = "evaluator", "beijing"
MATTER = ("kind", "title", "text", "address")


@dataclass(frozen=True)
class Plan:
    """Closed tickets of the last month, and seconds of asking."""

    tickets: int = 1_000_000
    seconds: float = 60.0


@dataclass(frozen=True)
class Scene:
    """Who asks whom about what."""

    ours: Server
    people: Cast
    works: list[list[stock.Work]]
    cookies: list[str]
    desks: list[Desk]
    operators: list[str]
    evaluator: str
    periods: list[str]


class Desk:
    """An open worklist: it asks what its page says, and draws a new page where it is given one."""

    def __init__(self, ours: Server, cookie: str, address: str) -> None:
        self._ours, self._cookie, self._address = ours, cookie, address

    def ask(self) -> bytes:
        """Has anything changed?"""
        return stock.request(self._ours, "GET", self._address, f"Cookie: {self._cookie}", "HX-Request: true")

    def hear(self, answer: bytes) -> None:
        """The new list says what to ask next; nothing says nothing."""
        if found := POLL.search(answer.decode()):
            self._address = html.unescape(found[1])


def measure(plan: Plan, report: Report) -> None:
    """Everything at once for ``plan.seconds``, after a tenth of it as a warm-up."""
    with temporary_home() as home, ExitStack() as stack:
        city.load_city(home)
        tell(f"busy: writing {plan.tickets} tickets by SQL")
        at = SystemClock().now()
        ranking.fill(home, at - MONTH, at, plan.tickets, "verbs.sql")
        ours = stack.enter_context(servers.ours(home))
        stack.enter_context(servers.background(home))
        tell("busy: open tickets and desks")
        questions = Questions(_scene(home, ours, plan))
        pacing.play(ours.address, questions.schedule(plan.seconds / 10))
        before = machine.services_seconds(home.folder) + ours.cpu_seconds()
        tell(f"busy: {plan.seconds:.0f} s")
        found = pacing.play(ours.address, questions.schedule(plan.seconds))
        cores = (machine.services_seconds(home.folder) + ours.cpu_seconds() - before) / plan.seconds
    _print(plan, found, cores)
    figures = {name: asdict(one) for name, one in found.items()}
    report.note("busy", {"plan": asdict(plan), "cores": cores, "found": figures})


def _scene(home: Home, ours: Server, plan: Plan) -> Scene:
    people, evaluator = cast.open_cast(home), _evaluator(home)
    works = stock.take_in(home, ours, people, int(INTAKES_A_SECOND * 1.5 * plan.seconds / cast.CLIENTS) + 2)
    cookies = desks.sessions(home, DESKS)
    pages = desks.addresses_of(ours, cookies)
    at, zone, scheme = SystemClock().now(), home.config.time_zone, builtin(SCHEME)
    with city.application(home), transaction() as session:
        operators = [desks.session_of(session, f"seat{number}", OPERATOR, at) for number in range(OPERATORS)]
    running = Period.holding(at, scheme, zone)
    return Scene(
        ours,
        people,
        works,
        [cast.log_in(ours.address, number, word) for number, word in enumerate(people.passwords)],
        [Desk(ours, cookie, pages[unit_id]) for unit_id, cookie in cookies],
        operators,
        evaluator,
        [running.name, running.previous().name],
    )


class Questions:
    """Makes the questions; what was used up in the warm-up is not asked for again."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self._bodies = cycle([json.loads(city.body_of(one)) for one in city.complaints(stock.MATTERS)])
        self._works = iter([pair for works in zip(*scene.works, strict=True) for pair in enumerate(works)])
        self._clients = cycle(range(cast.CLIENTS))
        self._operators, self._periods = cycle(scene.operators), cycle(scene.periods)

    def schedule(self, seconds: float) -> list[Due]:
        """All questions of that time, each kind by a Poisson process of its own but open desks, which ask at their pace."""
        rng = Random(city.SEED)
        made = [
            Due(at, name, ask) for name, (rate, ask) in self._kinds().items() for at in _poisson(rng, rate, seconds)
        ]
        asking = zip(_evenly(DESKS / DESK_ASKS_EVERY, seconds), cycle(self.scene.desks), strict=False)
        made += [Due(at, DESK, desk.ask, desk.hear) for at, desk in asking]
        made += [Due(at, CALL, self._call) for at in _evenly(OPERATORS / CALL_ASKED_EVERY, seconds)]
        return sorted(made, key=lambda due: due.at)

    def _kinds(self) -> dict[str, tuple[float, Callable[[], bytes]]]:
        each = INTAKES_A_SECOND
        return {
            INTAKE: (each, self._intake),
            LOOK: (each * LOOKS_PER_CALL, self._look),
            SIGN: (each, self._sign),
            PAGE: (each, self._page),
            LIST: (each, self._list),
            RANKING: (RANKINGS_A_SECOND, self._ranking),
        }

    def _bearer(self, role: str, number: int) -> str:
        return f"Authorization: Bearer {self.scene.people.tokens[role][number]}"

    def _intake(self) -> bytes:
        token = self.scene.people.tokens[OPERATOR][next(self._clients)]
        return stock.intake_request(self.scene.ours, token, next(self._bodies))

    def _look(self) -> bytes:
        body = {name: value for name, value in next(self._bodies).items() if name in MATTER}
        who = self._bearer(OPERATOR, next(self._clients))
        return stock.request(self.scene.ours, "POST", "/api/v1/suggest", who, body=body)

    def _sign(self) -> bytes:
        number, work = next(self._works)
        path = f"/api/v1/tickets/{work.ticket_no}/acknowledge"
        return stock.request(self.scene.ours, "POST", path, self._bearer(OFFICER, number), body={})

    def _page(self) -> bytes:
        number = next(self._clients)
        path = f"/tickets/{self.scene.works[number][0].ticket_no}"
        return stock.request(self.scene.ours, "GET", path, f"Cookie: {self.scene.cookies[number]}")

    def _list(self) -> bytes:
        return stock.request(self.scene.ours, "GET", "/work", f"Cookie: {self.scene.cookies[next(self._clients)]}")

    def _ranking(self) -> bytes:
        path = f"/api/v1/rankings?scheme={SCHEME}&period={next(self._periods)}&group=township"
        return stock.request(self.scene.ours, "GET", path, f"Authorization: Bearer {self.scene.evaluator}")

    def _call(self) -> bytes:
        headers = f"Cookie: {next(self._operators)}", "HX-Request: true"
        return stock.request(self.scene.ours, "GET", "/desk/call?mark=none", *headers)


def _poisson(rng: Random, rate: float, seconds: float) -> Iterator[float]:
    at = rng.expovariate(rate)
    while at < seconds:
        yield at
        at += rng.expovariate(rate)


def _evenly(rate: float, seconds: float) -> Iterator[float]:
    return (number / rate for number in range(int(rate * seconds)))


def _evaluator(home: Home) -> str:
    at = SystemClock().now()
    with city.application(home), transaction() as session:
        accounts.create(
            session,
            login=EVALUATOR,
            name=EVALUATOR,
            password=secrets.token_urlsafe(16),
            roles=[EVALUATOR],
            actor=city.ACTOR,
            at=at,
        )
        return accounts.issue_token(
            session, EVALUATOR, name="bench", scopes=["ranking.view_all"], actor=city.ACTOR, at=at
        )


def _print(plan: Plan, found: dict[str, Figures], cores: float) -> None:
    lines = [
        [
            name,
            f"{run.rate:.1f}",
            *(f"{value:.0f}" for value in (run.p50, run.p95, run.p99)),
            str(run.failed),
            f"{AIMS[name]:.0f}" if name in AIMS else "",
        ]
        for name, run in found.items()
    ]
    heading = (
        f"Twice the busy hour: {OPERATORS} operators, {DESKS} desks, {plan.tickets} tickets in the month,"
        f" {servers.WORKERS} sync workers, {plan.seconds:.0f} s"
    )
    table(heading, ["", "per s", "p50 ms", "p95 ms", "p99 ms", "failed", "aim p95"], lines)
    say(f"web, PostgreSQL and Redis together: {cores:.2f} cores")
    for name, aim in AIMS.items():
        run = found[name]
        say(verdict(f"{name}: p95 {run.p95:.0f} ms (aim ≤ {aim:.0f})", run.p95 <= aim and not run.failed))
