"""An open loop: questions at instants of their own on as many connections as it takes, kept where the server keeps them, as a
proxy asks; latency counts from the instant."""

from __future__ import annotations

import gc
import selectors
import time
from collections import Counter
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass

from tests.bench.figures import Figures
from tests.bench.load import BROKEN, PATIENCE_SECONDS, Address, Client
from tests.bench.report import tell

GOOD = range(200, 300)
SHOWN = 500


@dataclass(frozen=True, slots=True)
class Due:
    """A question that is due ``at`` seconds after the beginning, put as ``ask`` then says; ``hear`` is told the whole answer."""

    at: float
    name: str
    ask: Callable[[], bytes]
    hear: Callable[[bytes], None] = lambda _answer: None


def play(address: Address, schedule: Sequence[Due], *, wanted: Container[int] = GOOD) -> dict[str, Figures]:
    """Ask everything and let the last answers come: the figures by name. Any status but these is a failure and is shown as one."""
    seconds: dict[str, list[float]] = {}
    failed: Counter[str] = Counter()
    todo = list(reversed(schedule))
    idle: list[Client] = []
    gc.collect()
    gc.disable()  # a pause of ours would be taken for one of the server's
    began = time.perf_counter()
    try:
        with selectors.DefaultSelector() as selector:
            while todo or selector.get_map():
                _ask_what_is_due(selector, address, todo, began, idle)
                for due, client, status in _answers(selector, todo, began):
                    if status in wanted:
                        seconds.setdefault(due.name, []).append(time.perf_counter() - began - due.at)
                        due.hear(client.received)
                    else:
                        _note(failed, due, status, client)
                    _put_back(client, status, idle)
    finally:
        gc.enable()
        for client in idle:
            client.close()
    elapsed = time.perf_counter() - began
    names = dict.fromkeys(due.name for due in schedule)
    return {name: Figures.of(seconds.get(name, ()), elapsed, failed[name]) for name in names}


def _ask_what_is_due(
    selector: selectors.BaseSelector, address: Address, todo: list[Due], began: float, idle: list[Client]
) -> None:
    while todo and todo[-1].at <= time.perf_counter() - began:
        if time.perf_counter() - began - todo[-1].at > PATIENCE_SECONDS:
            raise TimeoutError(
                f"the server is {PATIENCE_SECONDS:.0f} s behind what is asked: this machine is too slow or too busy"
            )
        due, client = todo.pop(), idle.pop() if idle else Client(address)
        client.ask(due.ask())
        assert client.wire is not None
        selector.register(client.wire, selectors.EVENT_READ, (due, client))


def _answers(selector: selectors.BaseSelector, todo: Sequence[Due], began: float) -> list[tuple[Due, Client, int]]:
    """What has been answered by the time that something is due again."""
    wait = max(0.0, began + todo[-1].at - time.perf_counter()) if todo else PATIENCE_SECONDS
    found = []
    for key, _events in selector.select(wait):
        due, client = key.data
        status = client.take()
        if status is not None:
            selector.unregister(key.fileobj)
            found.append((due, client, status))
    return found


def _put_back(client: Client, status: int, idle: list[Client]) -> None:
    if status == BROKEN or client.is_closing:
        client.close()
    else:
        idle.append(client)


def _note(failed: Counter[str], due: Due, status: int, client: Client) -> None:
    if not failed[due.name]:
        tell(f"{due.name} failed with {status}: {client.received.decode('utf-8', 'replace')[-SHOWN:]}")
    failed[due.name] += 1
