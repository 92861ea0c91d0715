"""Latency of each verb and of the reads beside them, over HTTP on a big database, beside a bare lock and update."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any

from dispatch.kernel.clock import SystemClock
from tests.bench import cast, city, load, ranking, servers, stock
from tests.bench.cast import ADJUDICATOR, AGENT, CLIENTS, OFFICER, OPERATOR, SUPERVISOR, Cast
from tests.bench.figures import Figures, middle, ratio
from tests.bench.home import Home, temporary_home
from tests.bench.report import Report, say, table, tell, verdict
from tests.bench.servers import Server
from tests.bench.stock import Work

CREATED, DONE, UNCHANGED = 201, 200, 204
YEAR = timedelta(days=365)
STANDING = 60  # tickets that stay open per township: a worklist's page is full
WARM_UP_EACH = 5
AIM_VERB, AIM_PAGE, AIM_LIST, AIM_TICKETS = (
    60.0,
    150.0,
    500.0,
    100.0,
)  # of verbs, the page, lists (quality R13), /tickets
ACCEPT, PAGE, LIST, TICKETS, POLL = "accept", "ticket page", "worklist", "/tickets, 1 client", "desk asks, 204"
DESKS, EVERY_SECONDS = 1_500, 3  # open at once, each asking so often
AIM_CORES = 0.4
NEARLY_OVER = 40  # seconds of a minute
WORDS = "已到现场核实并与诉求人沟通，情况属实，今日内处理完毕并回复结果。"


@dataclass(frozen=True)
class Plan:
    """How many tickets there are, calls of each verb per round (over all clients), and rounds."""

    tickets: int = 1_000_000
    calls: int = 200
    rounds: int = 3


@dataclass(frozen=True)
class Step:
    """A verb, by whom, with what; ``path`` follows ``/api/v1/tickets/<no>``. ``is_next``: the next township's officer acts."""

    name: str
    role: str
    body: Callable[[Work, str], dict[str, Any]] = lambda _work, _next: {}
    path: str = ""
    is_next: bool = False


# In an order in which one ticket can take them all.
STEPS = (
    Step("dispute", OFFICER, lambda _work, _next: {"ground": "outside_duty", "reason": WORDS}),
    Step("rule", ADJUDICATOR, lambda _work, _next: {"ruling": "refused", "reason": WORDS}),
    Step("acknowledge", OFFICER),
    Step("first-contact", OFFICER),
    Step("ask-extension", OFFICER, lambda work, _next: {"amount": work.amount, "reason": WORDS}),
    Step("decide-extension", SUPERVISOR, lambda _work, _next: {"is_granted": True, "reason": WORDS}),
    Step("ask-support", OFFICER, lambda _work, next_: {"unit_code": next_, "task": WORDS}),
    Step("support-acknowledge", OFFICER, is_next=True),
    Step("support-report", OFFICER, lambda _work, _next: {"words": WORDS}, is_next=True),
    Step("note", OFFICER, lambda _work, _next: {"words": WORDS}),
    Step("complete", OFFICER, lambda _work, _next: {"answer": WORDS, "report": WORDS}),
)
ANSWERS = {"outcome": "reached", "contacted": True, "solved": "yes", "satisfaction": "satisfied", "words": WORDS}
ATTEMPT = Step("follow-up attempt", AGENT, lambda _work, _next: ANSWERS, path="/follow-ups/attempts")


@dataclass
class Bench:
    """Both servers, who acts, and what was measured: name → runs, of ours and of the floor right after it."""

    home: Home
    ours: Server
    floor: Server
    people: Cast
    cookies: list[str]
    long: list[Work]
    runs: dict[str, list[Figures]]
    floors: dict[str, list[Figures]]

    def measure(self, name: str, works: list[list[Work]], ask: Callable[[int, Work], bytes], wanted: int) -> None:
        """Every client through its own ``works`` in a closed loop: ours, then the floor on the same tickets."""
        sources = [self._each(number, mine, ask) for number, mine in enumerate(works)]
        self.runs.setdefault(name, []).append(_drive(self.ours, sources, wanted))
        sources = [self._each(number, mine, self._touch) for number, mine in enumerate(works)]
        self.floors.setdefault(name, []).append(_drive(self.floor, sources, DONE))

    def step(self, step: Step, works: list[list[Work]]) -> None:
        """One verb on all tickets."""

        def ask(number: int, work: Work) -> bytes:
            following = (number + 1) % CLIENTS
            token = self.people.tokens[step.role][following if step.is_next else number]
            path = f"/api/v1/tickets/{work.ticket_no}{step.path or f'/{step.name}'}"
            body = step.body(work, self.people.townships[following])
            return stock.request(self.ours, "POST", path, f"Authorization: Bearer {token}", body=body)

        self.measure(step.name, works, ask, DONE)

    def accept(self, works: list[list[Work]]) -> None:
        """As many intakes as there are tickets, dispatched by routing."""
        bodies = itertools.cycle([json.loads(city.body_of(one)) for one in city.complaints(stock.MATTERS)])

        def ask(number: int, _work: Work) -> bytes:
            return stock.intake_request(self.ours, self.people.tokens[OPERATOR][number], next(bodies))

        self.measure(ACCEPT, works, ask, CREATED)

    def read(self, works: list[list[Work]]) -> None:
        """The worklist, tickets by the API, and the page of a long ticket."""

        def bearer(number: int) -> str:
            return f"Authorization: Bearer {self.people.tokens[OFFICER][number]}"

        def worklist(number: int, _work: Work) -> bytes:
            return stock.request(self.ours, "GET", "/api/v1/worklist", bearer(number))

        def ticket(number: int, work: Work) -> bytes:
            return stock.request(self.ours, "GET", f"/api/v1/tickets/{work.ticket_no}", bearer(number))

        def page(number: int, _work: Work) -> bytes:
            cookie = f"Cookie: {self.cookies[number]}"
            return stock.request(self.ours, "GET", f"/tickets/{self.long[number].ticket_no}", cookie)

        self.measure(LIST, works, worklist, DONE)
        self.measure("ticket", works, ticket, DONE)
        self.measure(PAGE, works, page, DONE)
        self._console(works)

    def _console(self, works: list[list[Work]]) -> None:
        """A unit's list of all its tickets for one person alone, and what open desks ask every few seconds."""

        def listed(number: int, _work: Work) -> bytes:
            return stock.request(self.ours, "GET", "/tickets", f"Cookie: {self.cookies[number]}")

        # A desk draws its whole list at the turn of some minute of each half hour: that should not fall into this.
        if (late := time.time() % 60) > NEARLY_OVER:
            time.sleep(60 - late)
        marks: list[str] = []

        def poll(number: int, _work: Work) -> bytes:
            headers = f"Cookie: {self.cookies[number]}", "HX-Request: true"
            return stock.request(self.ours, "GET", marks[number], *headers)

        self.measure(TICKETS, works[:1], listed, DONE)
        # Only now: the floor under the list has just touched tickets, and a desk is told so.
        marks += [cast.poll_of(self.ours.address, cookie) for cookie in self.cookies]
        self.measure(POLL, works, poll, UNCHANGED)

    def round(self, each: int) -> None:
        """Every verb once on ``each`` fresh tickets per client."""
        works = stock.take_in(self.home, self.ours, self.people, each)
        with self.home.connect() as connection:
            connection.execute("CHECKPOINT")
        self.accept(works)
        for step in STEPS[:-1]:
            self.step(step, works)
        self.read(works)
        self.step(STEPS[-1], works)
        stock.open_follow_ups(self.home, list(itertools.chain(*works)))
        self.step(ATTEMPT, works)

    def _touch(self, _number: int, work: Work) -> bytes:
        return stock.request(self.floor, "POST", f"/touch/{work.ticket_id}")

    def _each(self, number: int, works: list[Work], ask: Callable[[int, Work], bytes]) -> Iterator[bytes]:
        return (ask(number, work) for work in works)


def measure(plan: Plan, report: Report) -> None:
    """Run the plan and print its table."""
    with temporary_home() as home, ExitStack() as stack:
        city.load_city(home)
        tell(f"verbs: writing {plan.tickets} tickets by SQL")
        at = SystemClock().now()
        ranking.fill(home, at - YEAR, at, plan.tickets, "verbs.sql")
        people = cast.open_cast(home)
        ours, floor = stack.enter_context(servers.ours(home)), stack.enter_context(servers.touching(home))
        bench = _bench(home, ours, floor, people)
        tell("verbs: warm-up")
        bench.round(WARM_UP_EACH)
        bench.runs, bench.floors = {}, {}
        for number in range(1, plan.rounds + 1):
            tell(f"verbs: round {number}/{plan.rounds}")
            bench.round(-(-plan.calls // CLIENTS))
    _print(bench, plan)
    report.note("verbs", _raw(bench, plan))


def _bench(home: Home, ours: Server, floor: Server, people: Cast) -> Bench:
    cookies = [cast.log_in(ours.address, number, word) for number, word in enumerate(people.passwords)]
    tell(f"verbs: {STANDING} open tickets per township, one with {stock.LONG_EVENTS} events")
    standing = stock.take_in(home, ours, people, STANDING)
    long = [works[0] for works in standing]
    stock.lengthen(home, people, long)
    return Bench(home, ours, floor, people, cookies, long, {}, {})


def _drive(server: Server, sources: Sequence[Iterator[bytes]], wanted: int) -> Figures:
    before = server.cpu_seconds()
    figures = load.drive(server.address, sources, wanted=wanted)
    return replace(figures, cpu=1000 * (server.cpu_seconds() - before) / max(1, figures.count))


def _print(bench: Bench, plan: Plan) -> None:
    lines = []
    for name, runs in bench.runs.items():
        mid, floor = middle(runs), middle(bench.floors[name])
        beside = ratio([run.p95 for run in runs], [run.p95 for run in bench.floors[name]])
        lines.append(
            [name, *(f"{value:.1f}" for value in (mid.p50, mid.p95, mid.p99)), f"{mid.cpu:.1f}", str(mid.failed)]
            + [f"{value:.1f}" for value in (floor.p50, floor.p95)]
            + [f"{beside:.1f}", f"{_aim(name):.0f}"]
        )
    heading = (
        f"Verbs: {plan.tickets} tickets, {CLIENTS} clients, {servers.WORKERS} sync workers,"
        f" medians of {plan.rounds} runs of {plan.calls} calls; the page has {stock.LONG_EVENTS} events"
    )
    columns = ["", "p50 ms", "p95 ms", "p99 ms", "CPU ms", "failed", "floor p50", "floor p95", "p95 × floor", "aim p95"]
    table(heading, columns, lines)
    for name, runs in bench.runs.items():
        mid = middle(runs)
        is_met = mid.p95 <= _aim(name) and not mid.failed
        say(verdict(f"{name}: p95 {mid.p95:.0f} ms (aim ≤ {_aim(name):.0f})", is_met))
    cores = middle(bench.runs[POLL]).cpu / 1000 * DESKS / EVERY_SECONDS
    say(verdict(f"{DESKS} open desks: {cores:.1f} cores (aim ≤ {AIM_CORES})", cores <= AIM_CORES))


def _aim(name: str) -> float:
    return {PAGE: AIM_PAGE, LIST: AIM_LIST, TICKETS: AIM_TICKETS}.get(name, AIM_VERB)


def _raw(bench: Bench, plan: Plan) -> dict[str, object]:
    def runs(of: dict[str, list[Figures]]) -> dict[str, object]:
        return {name: [asdict(run) for run in made] for name, made in of.items()}

    return {"plan": asdict(plan), "runs": runs(bench.runs), "floors": runs(bench.floors)}
