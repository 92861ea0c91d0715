"""From the exchange's event to the call on the operator's desk: 200 desks, 50 events a second, by the stream and by asking alone."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from dispatch.kernel.clock import SystemClock
from dispatch.kernel.db import transaction
from tests.bench import city, machine, servers
from tests.bench.desks import session_of
from tests.bench.home import Home, temporary_home
from tests.bench.open_desks import Address, OpenDesk, Rung, exchange
from tests.bench.report import Report, megabytes, say, table, tell, verdict
from tests.bench.servers import Server

DESKS, EVENTS_A_SECOND = 200, 50
AIM_SECONDS = 0.5
LAST_SECONDS = 4.0  # for what was told last to pop up
SETTLE_SECONDS = 3.0
ACCEPTED = 204
RING, ANSWER, HANG_UP = "newCall", "answer", "hangup"
RINGS_ONLY, MIXED = (RING,), (RING, ANSWER, HANG_UP)


@dataclass(frozen=True)
class Plan:
    """Seconds of events in each run, and their pace."""

    seconds: float = 30.0
    events_a_second: int = EVENTS_A_SECOND


@dataclass(frozen=True)
class Found:
    """One run: seconds from the event to the pop, and what went wrong; cores of web with services, and of the stream's process."""

    pops: int
    p50: float
    p95: float
    p99: float
    wrong: int
    lost: int
    failed: int
    asked: int
    cores: float
    ringing_cores: float


def measure(plan: Plan, report: Report) -> None:
    """Rings alone, rings with answers and hang-ups, and rings without any stream."""
    with temporary_home() as home:
        city.load_city(home)
        (token,) = city.open_accounts(home, 1)
        tell(f"ringing: {DESKS} operators and a session each")
        with city.application(home), transaction() as session:
            at = SystemClock().now()
            cookies = [session_of(session, login_of(number), "operator", at) for number in range(DESKS)]
        with servers.ours(home) as web, servers.ringing(home) as stream:
            runs = {
                "by the stream, rings": (stream.address, RINGS_ONLY),
                "by the stream, all events": (stream.address, MIXED),
                "asking every 2 s, rings": (None, RINGS_ONLY),
            }
            found = {}
            for start, (name, (address, events)) in enumerate(runs.items()):
                tell(f"ringing: {name}")
                desks = [OpenDesk(at, cookie, web.address, address, Rung(DESKS)) for at, cookie in enumerate(cookies)]
                run = _Run(home, web, stream, token, plan, start * 3_000, events)
                found[name] = asyncio.run(run.measure(desks))
            _, memory = stream.memory()
    _print(plan, found, memory)
    report.note("ringing", {"plan": asdict(plan), "found": {name: asdict(one) for name, one in found.items()}})


def login_of(number: int) -> str:
    """The log-in of the operator at this desk."""
    return f"ring{number}"


@dataclass
class _Run:
    home: Home
    web: Server
    stream: Server
    token: str
    plan: Plan
    first: int
    events: tuple[str, ...]

    async def measure(self, desks: list[OpenDesk]) -> Found:
        """All desks open, then events at their pace, then what popped up."""
        rung, opened = Rung(DESKS), asyncio.Semaphore(0)
        for desk in desks:
            desk.rung = rung
        pages = [asyncio.create_task(desk.run(opened.release)) for desk in desks]
        for _ in pages:
            await opened.acquire()
        await asyncio.sleep(SETTLE_SECONDS)
        before, began, asked = self._used(), time.perf_counter(), sum(desk.asked for desk in desks)
        await self._tell_all(rung)
        passed, used = time.perf_counter() - began, self._used()
        asked = sum(desk.asked for desk in desks) - asked
        await asyncio.sleep(LAST_SECONDS)
        for page in pages:
            page.cancel()
        await asyncio.gather(*pages, return_exceptions=True)
        shares = [(after - earlier) / passed for after, earlier in zip(used, before, strict=True)]
        return _found(rung, asked, shares)

    def _used(self) -> tuple[float, float]:
        return self.web.cpu_seconds() + machine.services_seconds(self.home.folder), self.stream.cpu_seconds()

    async def _tell_all(self, rung: Rung) -> None:
        began, told = time.perf_counter(), set()
        for place, (event, number) in enumerate(self._turns()):
            await asyncio.sleep(max(0.0, began + place / self.plan.events_a_second - time.perf_counter()))
            told.add(asyncio.create_task(self._tell(rung, event, number)))
        await asyncio.gather(*told)

    def _turns(self) -> Iterator[tuple[str, int]]:
        """Each event in turn, an answer and a hang-up a second after the event before them."""
        pace = self.plan.events_a_second
        count, behind = int(self.plan.seconds * pace) // len(self.events), max(1, pace // len(self.events))
        for turn in range(count):
            for place, event in enumerate(self.events):
                if turn >= place * behind:
                    yield event, self.first + turn - place * behind

    async def _tell(self, rung: Rung, event: str, number: int) -> None:
        desk, digits = number % DESKS, f"{number % 10_000:04d}"
        if event == RING:
            rung.told_at[digits] = time.perf_counter()
        body = {
            "event": event,
            "callId": f"call-{number}",
            "direction": "in",
            "from": f"1390000{digits}",
            "to": "12345",
        }
        request = _post(self.web.address, self.token, json.dumps(body | {"user": login_of(desk)}).encode())
        if (await exchange(self.web.address, request))[0] != ACCEPTED:
            rung.failed += 1


def _post(address: Address, token: str, body: bytes) -> bytes:
    head = [
        "POST /api/v1/call-events HTTP/1.1",
        f"Host: {address[0]}",
        f"Authorization: Bearer {token}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    return "\r\n".join([*head, "", ""]).encode() + body


def _found(rung: Rung, asked: int, shares: list[float]) -> Found:
    waits = sorted(rung.popped[digits] for digits in rung.told_at if digits in rung.popped)
    p50, p95, p99 = (waits[min(len(waits) - 1, int(part * len(waits)))] if waits else 0.0 for part in (0.5, 0.95, 0.99))
    lost = len(rung.told_at) - len(waits)
    return Found(len(waits), p50, p95, p99, rung.wrong, lost, rung.failed, asked, shares[0], shares[1])


def _print(plan: Plan, found: dict[str, Found], memory: machine.Memory) -> None:
    lines = [
        [
            name,
            str(one.pops),
            *(f"{1000 * seconds:.0f}" for seconds in (one.p50, one.p95, one.p99)),
            *(str(count) for count in (one.wrong, one.lost, one.failed, one.asked)),
            f"{one.cores:.2f}",
            f"{one.ringing_cores:.3f}",
        ]
        for name, one in found.items()
    ]
    columns = ["", "pops", "p50 ms", "p95 ms", "p99 ms", "wrong", "lost", "failed", "asked", "cores", "stream"]
    heading = f"Ringing: {DESKS} desks, {plan.events_a_second} events a second, {servers.WORKERS} sync workers"
    table(heading, columns, lines)
    say(f"the stream's process with {DESKS} streams: {megabytes(memory.rss)} MB RSS, {megabytes(memory.pss)} MB PSS")
    woken = [one for name, one in found.items() if name.startswith("by the stream")]
    is_met = all(one.pops and one.p95 <= AIM_SECONDS and not (one.wrong or one.lost or one.failed) for one in woken)
    worst = max(one.p95 for one in woken)
    say(
        verdict(
            f"ring to pop p95 {1000 * worst:.0f} ms (aim ≤ {1000 * AIM_SECONDS:.0f}), none wrong, none lost", is_met
        )
    )
