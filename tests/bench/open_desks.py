"""Operators' desks as their pages behave: woken by a stream or asking by themselves, one question at a time. All in one loop."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

Address = tuple[str, int]

BESIDE_A_STREAM_SECONDS, ALONE_SECONDS = 18.0, 2.0
CALL = b"event: call\n"
FIRST = 2  # the one beside that asks by itself, and the first that the stream's own first word made
MARK = re.compile(rb'data-mark="([^"]+)"')
NUMBER = re.compile(rb'class="call-number">\d+\*{4}(\d{4})<')
UNCHANGED, SHOWN = 204, 200


@dataclass
class Rung:
    """What rang, by the last four digits of its number, which say for which of ``desks``: when it was told and popped up."""

    desks: int
    told_at: dict[str, float] = field(default_factory=dict)
    popped: dict[str, float] = field(default_factory=dict)
    wrong: int = 0
    failed: int = 0

    def see(self, desk: int, number: str) -> None:
        """This number stands on this desk."""
        if int(number) % self.desks != desk:
            self.wrong += 1
        elif number in self.told_at:
            self.popped.setdefault(number, time.perf_counter() - self.told_at[number])


@dataclass
class OpenDesk:
    """One page. ``stream`` is where it listens; None: it asks every two seconds."""

    number: int
    cookie: str
    web: Address
    stream: Address | None
    rung: Rung
    mark: str = "none"
    is_asking: bool = False
    is_woken: bool = False
    asked: int = 0

    async def run(self, is_open: Callable[[], None]) -> None:
        """Until cancelled; ``is_open`` is called when it listens, or has asked once."""
        if self.stream is None:
            await self.ask()
            is_open()
            await self._ask_every(ALONE_SECONDS)
        reader, writer = await asyncio.open_connection(*self.stream)  # type: ignore[misc]
        asking: set[asyncio.Task[None]] = {asyncio.create_task(self._ask_every(BESIDE_A_STREAM_SECONDS))}
        try:
            writer.write(_get("/desk/ringing", self.stream, self.cookie))  # type: ignore[arg-type]
            while line := await reader.readline():
                if line == CALL:
                    asking.add(task := asyncio.create_task(self.ask()))
                    if len(asking) == FIRST:
                        task.add_done_callback(lambda _done: is_open())
            self.rung.failed += 1  # no stream ends during a run
        finally:
            for task in asking:
                task.cancel()
            writer.close()

    async def ask(self) -> None:
        """What wakes the desk while it asks is asked right after it, as desk_ringing.js does."""
        if self.is_asking:
            self.is_woken = True
            return
        self.is_asking = True
        try:
            while True:
                self.is_woken = False
                await self._ask_once()
                if not self.is_woken:
                    return
        finally:
            self.is_asking = False

    async def _ask_every(self, seconds: float) -> None:
        await asyncio.sleep(seconds * (self.number % 97) / 97)  # not all at one instant
        while True:
            await self.ask()
            await asyncio.sleep(seconds)

    async def _ask_once(self) -> None:
        self.asked += 1
        status, body = await exchange(self.web, _get(f"/desk/call?mark={self.mark}", self.web, self.cookie))
        if status not in (UNCHANGED, SHOWN):
            self.rung.failed += 1
        elif status == SHOWN:
            found, number = MARK.search(body), NUMBER.search(body)
            self.mark = found[1].decode() if found else "none"
            if number:
                self.rung.see(self.number, number[1].decode())


async def exchange(address: Address, request: bytes) -> tuple[int, bytes]:
    """One request on a connection of its own, as the sync workers want it; 0 where nobody answers."""
    with suppress(OSError):
        reader, writer = await asyncio.open_connection(*address)
        try:
            writer.write(request)
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
            return int(head.split(b" ", 2)[1]) if head else 0, body
        finally:
            writer.close()
    return 0, b""


def _get(path: str, address: Address, cookie: str) -> bytes:
    lines = [f"GET {path} HTTP/1.1", f"Host: {address[0]}", f"Cookie: {cookie}", "Connection: close", "", ""]
    return "\r\n".join(lines).encode()
