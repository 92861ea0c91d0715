"""A closed loop of clients on raw sockets in one thread: light, because it shares the cores with what it measures."""

from __future__ import annotations

import gc
import math
import selectors
import socket
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.bench.figures import Figures
from tests.bench.report import tell

Address = tuple[str, int] | str
"""Host and port, or the path of a Unix socket."""

RECEIVE_BYTES = 65_536
CREATED = 201
BROKEN = 0
SHOWN = 500
PATIENCE_SECONDS = 35.0  # longer than gunicorn's own time-out


@dataclass
class Client:
    """One connection: it asks, waits for the whole answer, and asks again."""

    address: Address
    wire: socket.socket | None = None
    received: bytes = b""
    asked_at: float = 0.0
    is_closing: bool = True

    def ask(self, request: bytes) -> None:
        """Send ``request``; the clock starts before a new connection is made, as the caller would feel it."""
        self.asked_at, self.received = time.perf_counter(), b""
        if self.wire is None:
            self.wire = _connected(self.address)
        self.wire.sendall(request)

    def take(self) -> int | None:
        """Read what has come: the status once the answer is whole, BROKEN where the server hung up, else None."""
        assert self.wire is not None
        try:
            piece = self.wire.recv(RECEIVE_BYTES)
        except OSError:
            piece = b""
        self.received += piece
        head, is_headed, body = self.received.partition(b"\r\n\r\n")
        if not is_headed:
            return None if piece else BROKEN
        headers = head.lower()
        if len(body) < _length(headers):
            return None if piece else BROKEN
        self.is_closing = b"connection: close" in headers or headers.startswith(b"http/1.0")
        return int(head.split(b" ", 2)[1])

    def close(self) -> None:
        """Hang up."""
        if self.wire is not None:
            self.wire.close()
            self.wire = None


def _connected(address: Address) -> socket.socket:
    if isinstance(address, str):
        wire = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        wire.settimeout(PATIENCE_SECONDS)
        wire.connect(address)
        return wire
    wire = socket.create_connection(address, timeout=PATIENCE_SECONDS)
    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return wire


@dataclass
class Tally:
    """What the clients saw."""

    wanted: int
    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    first_wrong: bytes = b""

    def note(self, client: Client, status: int, ended: float) -> None:
        """One whole answer."""
        self.statuses[status] += 1
        if status == self.wanted:
            self.seconds.append(ended - client.asked_at)
        elif not self.first_wrong:
            self.first_wrong = client.received or b"the server hung up"


def drive(
    address: Address, requests: Sequence[Iterator[bytes]], seconds: float = math.inf, *, wanted: int = CREATED
) -> Figures:
    """Run one client per iterator of ``requests`` for ``seconds`` or until it ends, let the last answers come, and sum up.

    Only the status ``wanted`` counts towards the rate; everything else is a failure and is shown as one.
    """
    selector = selectors.DefaultSelector()
    clients = [Client(address) for _ in requests]
    tally = Tally(wanted)
    gc.collect()
    gc.disable()  # a pause of ours would be taken for one of the server's
    began = time.perf_counter()
    try:
        for client, source in zip(clients, requests, strict=True):
            _next(selector, client, source)
        _loop(selector, tally, began + seconds)
        elapsed = time.perf_counter() - began
    finally:
        gc.enable()
        selector.close()
        for client in clients:
            client.close()
    failed = sum(count for status, count in tally.statuses.items() if status != wanted)
    if failed:
        tell(f"{failed} failed, the first with: {tally.first_wrong.decode('utf-8', 'replace')[-SHOWN:]}")
    return Figures.of(tally.seconds, elapsed, failed)


def _loop(selector: selectors.BaseSelector, tally: Tally, until: float) -> None:
    while selector.get_map():
        for key, _ in selector.select(PATIENCE_SECONDS) or _silence():
            client, source = key.data
            status = client.take()
            if status is None:
                continue
            ended = time.perf_counter()
            tally.note(client, status, ended)
            selector.unregister(key.fileobj)
            if status == BROKEN or client.is_closing:
                client.close()
            if ended < until:
                _next(selector, client, source)


def _next(selector: selectors.BaseSelector, client: Client, source: Iterator[bytes]) -> None:
    request = next(source, None)
    if request is None:
        client.close()
        return
    client.ask(request)
    assert client.wire is not None
    selector.register(client.wire, selectors.EVENT_READ, (client, source))


def _silence() -> list[tuple[selectors.SelectorKey, int]]:
    raise TimeoutError(f"no answer within {PATIENCE_SECONDS:.0f} s")


def _length(headers: bytes) -> int:
    _, _, rest = headers.partition(b"content-length:")
    return int(rest.split(b"\r\n", 1)[0]) if rest else 0
