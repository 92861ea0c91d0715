"""The measuring itself: percentiles, what counts as an answer, and literals that pgbench leaves alone."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.bench import load, pgbench
from tests.bench.figures import Figures, middle, percentile, ratio

REQUEST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"


class Answering(BaseHTTPRequestHandler):
    """Every third request fails; the answer comes in two pieces, as over a real wire."""

    numbers = itertools.count(1)

    def do_POST(self) -> None:
        self.send_response(503 if next(self.numbers) % 3 == 0 else 201)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"ab")
        self.wfile.flush()
        self.wfile.write(b"cd")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the parent's name
        """No line per request."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def test_percentile_takes_the_nearest_rank_when_values_are_few() -> None:
    ordered = [float(value) for value in range(1, 101)]
    assert [percentile(ordered, share) for share in (50, 95, 99)] == [50, 95, 99]
    assert [percentile([1.0, 2.0, 3.0], share) for share in (50, 99)] == [2, 3]
    assert percentile([], 99) == 0


def test_middle_takes_each_column_by_itself_when_one_run_was_disturbed() -> None:
    runs = [Figures(100, 5, 9, 50, 10, 0), Figures(20, 40, 60, 400, 2, 1), Figures(110, 4, 8, 60, 11, 0)]
    assert middle(runs) == Figures(100, 5, 9, 60, 23, 1)


def test_ratio_compares_runs_side_by_side_when_the_machine_slows_down() -> None:
    assert ratio([100, 50, 20], [200, 100, 40]) == 0.5


def test_drive_counts_failures_apart_when_the_server_refuses(server: ThreadingHTTPServer) -> None:
    address = ("127.0.0.1", server.server_address[1])
    figures = load.drive(address, [itertools.repeat(REQUEST)] * 3, 0.3)
    answered = figures.count + figures.failed
    assert answered == next(Answering.numbers) - 1
    assert figures.failed == answered // 3
    assert figures.rate <= figures.count / 0.3
    assert 0 < figures.p50 <= figures.p95 <= figures.p99 < 1000


def test_drive_asks_every_request_once_when_sources_end(server: ThreadingHTTPServer) -> None:
    before = next(Answering.numbers)
    figures = load.drive(("127.0.0.1", server.server_address[1]), [iter([REQUEST] * count) for count in (0, 4, 5)])
    assert figures.count + figures.failed == 9
    assert next(Answering.numbers) - before == 10


def test_drive_counts_the_wanted_status_when_another_one_is_asked_for(server: ThreadingHTTPServer) -> None:
    address = ("127.0.0.1", server.server_address[1])
    figures = load.drive(address, [iter([REQUEST] * 6)], wanted=503)
    assert (figures.count, figures.failed) == (2, 4)


def test_quote_leaves_no_colon_when_words_hold_one() -> None:
    literal = pgbench._quoted("at 12:30, it's \\ and :name\nnext")
    assert literal == "E'at 12\\x3a30, it''s \\\\ and \\x3aname\\nnext'"
