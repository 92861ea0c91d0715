"""Intake through HTTP at 1, 8 and 32 clients, beside a bare view and pgbench that write the same rows."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tests.bench import city, load, pgbench, rows, servers
from tests.bench.figures import Figures, middle, ratio
from tests.bench.home import Home, temporary_home
from tests.bench.machine import Memory
from tests.bench.report import Report, megabytes, say, table, tell, verdict
from tests.bench.servers import Server

OURS, BARE, PGBENCH = "hotline", "bare view", "pgbench"
SAMPLES = 16
COMPLAINTS = 1_500
WARM_UP_INTAKES, WARM_UP_ROUNDS = 10 * SAMPLES, 20
AIM_RATE, AIM_P99, AIM_RATIO, AIM_CLIENTS = 150.0, 150.0, 0.6, 8


@dataclass(frozen=True)
class Plan:
    """How much: each of ``clients`` for ``seconds``, all rivals in turn, ``rounds`` times."""

    clients: Sequence[int] = (1, 8, 32)
    seconds: float = 10.0
    rounds: int = 3
    warm_up_seconds: float = 5.0


@dataclass
class Bench:
    """The rivals, ready to be driven, and what they did: (rival, clients) → runs."""

    home: Home
    drivers: dict[str, Callable[[int, float], Figures]]
    runs: dict[tuple[str, int], list[Figures]]
    rows_each: dict[str, list[float]]

    def once(self, rival: str, clients: int, seconds: float) -> Figures:
        """One run, from a database at rest; every 201 is held against the rows it left."""
        with self.home.connect() as connection:
            connection.execute("CHECKPOINT")
        before = _counts(self.home)
        figures = self.drivers[rival](clients, seconds)
        added = {name: count - before[name] for name, count in _counts(self.home).items()}
        if added["ticket"] != figures.count:
            raise RuntimeError(f"{rival} answered {figures.count} intakes and wrote {added['ticket']} tickets")
        self.rows_each[rival].append(sum(added.values()) / max(1, figures.count))
        return figures


def measure(plan: Plan, report: Report) -> None:
    """Run the plan and print its table."""
    tell("intake: sample city, accounts, complaints")
    with temporary_home() as home, ExitStack() as stack:
        city.load_city(home)
        tokens = city.open_accounts(home, max(plan.clients))
        bodies = [city.body_of(complaint) for complaint in city.complaints(COMPLAINTS)]
        server = stack.enter_context(servers.ours(home))
        asking = Asking(server, tokens, bodies)
        _warm_up(asking, plan)
        samples = rows.take_samples(home, SAMPLES)
        saved = home.folder / "samples"
        rows.save(samples, saved)
        rival = stack.enter_context(servers.bare(home, saved))
        bench = _bench(home, asking, Asking(rival, tokens, bodies), samples)
        _run(bench, plan)
        memory = {OURS: server.memory(), BARE: rival.memory()}
    _print(bench, plan, memory)
    report.note("intake", _raw(bench, memory))


def _warm_up(asking: Asking, plan: Plan) -> None:
    """Until every worker has loaded what it decides by, and there are enough tickets to take samples from."""
    answered = 0
    for _ in range(WARM_UP_ROUNDS):
        answered += asking.drive(AIM_CLIENTS, plan.warm_up_seconds).count
        if answered >= WARM_UP_INTAKES:
            return
    raise RuntimeError(f"only {answered} intakes in the warm-up")


class Asking:
    """Requests of many clients to one server: each with its own token, each request with its own key."""

    def __init__(self, server: Server, tokens: Sequence[str], bodies: Sequence[bytes]) -> None:
        self.server, self.tokens, self.bodies = server, tokens, bodies

    def drive(self, clients: int, seconds: float) -> Figures:
        """A closed loop of ``clients``."""
        before = self.server.cpu_seconds()
        figures = load.drive(self.server.address, [self._requests(number) for number in range(clients)], seconds)
        return replace(figures, cpu=1000 * (self.server.cpu_seconds() - before) / max(1, figures.count))

    def _requests(self, number: int) -> Iterator[bytes]:
        run = secrets.token_hex(8)
        start = (
            f"POST /api/v1/tickets HTTP/1.1\r\nHost: {self.server.address[0]}\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {self.tokens[number]}\r\nIdempotency-Key: {run}-"
        )
        first = number * len(self.bodies) // len(self.tokens)
        for count, body in enumerate(itertools.islice(itertools.cycle(self.bodies), first, None)):
            yield f"{start}{count}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def _bench(home: Home, ours: Asking, bare: Asking, samples: list[rows.Sample]) -> Bench:
    drivers: dict[str, Callable[[int, float], Figures]] = {OURS: ours.drive, BARE: bare.drive}
    if pgbench.program() is None:
        say("pgbench is missing from the PostgreSQL programs in use: the floor below Python is not measured")
    else:
        scripts = pgbench.write_scripts(samples, _folder(home))
        drivers[PGBENCH] = lambda clients, seconds: pgbench.drive(home, scripts, clients, seconds)
    return Bench(home, drivers, {}, {name: [] for name in drivers})


def _folder(home: Home) -> Path:
    folder = home.folder / "scripts"
    folder.mkdir()
    return folder


def _run(bench: Bench, plan: Plan) -> None:
    for rival in bench.drivers:
        bench.once(rival, AIM_CLIENTS, plan.warm_up_seconds)
    for round_ in range(1, plan.rounds + 1):
        for clients in plan.clients:
            for rival in bench.drivers:
                figures = bench.once(rival, clients, plan.seconds)
                bench.runs.setdefault((rival, clients), []).append(figures)
                tell(f"intake: round {round_}/{plan.rounds}, {rival}, {clients} clients: {figures.rate:.0f}/s")


def _counts(home: Home) -> dict[str, int]:
    with home.connect() as connection:
        found = {}
        for name in rows.TABLES:
            row = connection.execute(f"SELECT count(*) FROM {name}").fetchone()
            found[name] = int(str(row[0])) if row else 0
        return found


def _print(bench: Bench, plan: Plan, memory: dict[str, tuple[Memory, Memory]]) -> None:
    lines = []
    for clients in plan.clients:
        for rival in bench.drivers:
            runs = bench.runs[rival, clients]
            mid, rates = middle(runs), [run.rate for run in runs]
            beside = ratio([run.rate for run in bench.runs[OURS, clients]], rates)
            lines.append(
                [f"{clients:2} × {rival}", f"{mid.rate:.0f}", f"{min(rates):.0f}–{max(rates):.0f}"]
                + [f"{value:.1f}" for value in (mid.p50, mid.p95, mid.p99)]
                + [f"{mid.cpu:.2f}" if mid.cpu else "", str(mid.failed), f"{beside:.2f}"]
            )
    heading = f"Intake: medians of {plan.rounds} runs of {plan.seconds:.0f} s, {servers.WORKERS} sync workers, clients × rival, in turn"
    table(heading, ["", "per s", "range", "p50 ms", "p95 ms", "p99 ms", "CPU ms", "failed", "hotline ÷ it"], lines)
    _print_memory(bench, memory)
    if AIM_CLIENTS in plan.clients:
        _print_aims(bench)


def _print_memory(bench: Bench, memory: dict[str, tuple[Memory, Memory]]) -> None:
    for name, (worker, together) in memory.items():
        say(
            f"{name}: one worker RSS {megabytes(worker.rss)} MB, PSS {megabytes(worker.pss)} MB;"
            f" master and {servers.WORKERS} workers PSS {megabytes(together.pss)} MB"
        )
    each = ", ".join(f"{name} {sum(counts) / len(counts):.2f}" for name, counts in bench.rows_each.items())
    say(f"rows per intake: {each}")


def _print_aims(bench: Bench) -> None:
    ours, bare = bench.runs[OURS, AIM_CLIENTS], bench.runs[BARE, AIM_CLIENTS]
    mid, beside = middle(ours), ratio([run.rate for run in ours], [run.rate for run in bare])
    say(verdict(f"{mid.rate:.0f} intakes/s at {AIM_CLIENTS} clients (aim ≥ {AIM_RATE:.0f})", mid.rate >= AIM_RATE))
    say(verdict(f"p99 {mid.p99:.0f} ms (aim ≤ {AIM_P99:.0f})", mid.p99 <= AIM_P99 and not mid.failed))
    say(verdict(f"{beside:.2f} × the bare view (aim ≥ {AIM_RATIO})", beside >= AIM_RATIO))
    cpu = ratio([run.cpu for run in ours], [run.cpu for run in bare])
    say(f"        processor time of the web workers: {cpu:.2f} × the bare view's per intake")


def _raw(bench: Bench, memory: dict[str, tuple[Memory, Memory]]) -> dict[str, object]:
    return {
        "runs": [
            {"rival": rival, "clients": clients, **asdict(run)}
            for (rival, clients), runs in bench.runs.items()
            for run in runs
        ],
        "rows_per_intake": bench.rows_each,
        "memory": {
            name: {"worker": asdict(worker), "together": asdict(together)}
            for name, (worker, together) in memory.items()
        },
    }
