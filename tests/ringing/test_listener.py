"""The ear of the process: wakes the right desk, and all of them when it may have missed something."""

from __future__ import annotations

import time
from collections.abc import Iterator

import psycopg
import pytest

from dispatch.access.rings import desk_of
from dispatch.kernel.config import Config
from dispatch.ringing import listener as listening
from dispatch.ringing.listener import APPLICATION_NAME, Listener
from dispatch.ringing.streams import Stream, Streams, Woken
from tests.ringing.conftest import Tell, plain_url
from tests.town import Desk

PATIENCE_SECONDS = 30.0
END_IT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s AND datname = current_database()"


@pytest.fixture
def streams() -> Streams:
    return Streams(10)


@pytest.fixture
def ear(config: Config, desk: Desk, streams: Streams) -> Iterator[Listener]:
    ear = Listener(str(config.database_url), streams)
    ear.start()
    yield ear
    ear.stop()


def opened(streams: Streams, login: str) -> Stream:
    """A stream, as soon as the ear hears."""
    patience = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < patience:
        if stream := streams.open(desk_of(login)):
            return stream
        time.sleep(0.01)
    pytest.fail("nothing is heard")


def test_wake_the_desk_that_it_rings_for_and_no_other(ear: Listener, streams: Streams, tell: Tell) -> None:
    wang, li = opened(streams, "wang"), opened(streams, "li")
    tell("newCall", "c1", "wang")
    assert wang.sleep(PATIENCE_SECONDS) is Woken.CALL
    assert li.sleep(0) is Woken.BEAT
    tell("answer", "c1", "li")
    assert (wang.sleep(PATIENCE_SECONDS), li.sleep(PATIENCE_SECONDS)) == (Woken.CALL, Woken.CALL)


def test_wake_every_desk_when_the_connection_was_lost(
    ear: Listener, streams: Streams, tell: Tell, config: Config
) -> None:
    wang, li = opened(streams, "wang"), opened(streams, "li")
    with psycopg.connect(plain_url(config), autocommit=True) as other:
        assert other.execute(END_IT, (APPLICATION_NAME,)).fetchall() == [(True,)]
    assert (wang.sleep(PATIENCE_SECONDS), li.sleep(PATIENCE_SECONDS)) == (Woken.CALL, Woken.CALL)
    tell("newCall", "c1", "li")
    assert li.sleep(PATIENCE_SECONDS) is Woken.CALL
    assert wang.sleep(0) is Woken.BEAT


def test_send_every_desk_back_to_asking_when_the_database_stays_away(
    desk: Desk, config: Config, streams: Streams, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "DEAF_SECONDS", 0.0)
    streams.hear()
    stream = opened(streams, "wang")
    ear = Listener("postgresql+psycopg://nobody@127.0.0.1:1/none", streams)
    ear.start()
    try:
        assert stream.sleep(PATIENCE_SECONDS) is Woken.END
    finally:
        ear.stop()
    assert streams.open(desk_of("wang")) is None
