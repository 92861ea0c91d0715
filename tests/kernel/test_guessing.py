"""The fuse against guessing holds for all web processes together, and for each alone while Redis is away."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from dispatch.kernel.application import create_app, runtime
from dispatch.kernel.config import Config
from dispatch.kernel.guessing import SharedFuse
from dispatch.kernel.queue import connect

NUMBER = "20261102-0000001"


def fuse() -> SharedFuse:
    """As another process has it: the same door, no memory of its own."""
    return SharedFuse("door", per_second=1 / 180, burst=3)


@pytest.fixture
def app(config: Config) -> Iterator[Flask]:
    app = create_app(config)
    with app.app_context():
        yield app


def test_count_tries_together_when_they_come_to_different_processes(app: Flask) -> None:
    here, there = fuse(), fuse()
    assert [one.take(NUMBER, 0.0) for one in (here, there, here)] == [0.0] * 3
    for waits in (here.take(NUMBER, 0.0), there.take(NUMBER, 0.0)):
        assert 170 < waits <= 180
    assert there.take("20261102-0000002", 0.0) == 0.0


def test_let_one_more_pass_when_time_has_passed(app: Flask) -> None:
    quick = [SharedFuse("door", per_second=2, burst=1) for _ in range(2)]
    assert quick[0].take(NUMBER, 0.0) == 0.0
    waits = quick[1].take(NUMBER, 0.0)
    assert 0 < waits <= 0.5
    time.sleep(waits)
    assert quick[1].take(NUMBER, 10.0) == 0.0


def test_leave_no_number_in_redis_when_it_counts(app: Flask, config: Config) -> None:
    fuse().take(NUMBER, 0.0)
    names = connect(str(config.redis_url)).keys("fuse:*")
    assert names
    assert not any(NUMBER.encode() in name for name in names)


def test_hold_for_each_process_and_ask_no_more_for_a_while_when_redis_is_away(app: Flask) -> None:
    app.extensions["hotline"] = replace(runtime(), config=replace(runtime().config, redis_url="redis://127.0.0.1:1/0"))
    alone = fuse()
    assert [alone.take(NUMBER, 0.0) for _ in range(3)] == [0.0] * 3
    assert alone.take(NUMBER, 0.0) > 0
    began = time.monotonic()
    assert [alone.take(str(other), 1.0) for other in range(1000)] == [0.0] * 1000
    assert time.monotonic() - began < 0.5
