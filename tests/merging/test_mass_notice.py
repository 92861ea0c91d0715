"""One progress for everybody who called about an incident: once each, in small transactions, however many they are."""

from __future__ import annotations

import sys
import time
import tracemalloc

import pytest
from sqlalchemy import text

from dispatch.incidents import queries
from dispatch.incidents.telling import tell
from dispatch.jobs import TELL_BATCH
from dispatch.kernel import outbox
from dispatch.notices.citizens import CITIZENS
from tests.counts import IS_DEEP
from tests.merging.test_incidents import open_one, say
from tests.town import Desk

CALLERS = 10_000 if IS_DEEP else 300
PERFORMED = 100  # of the effects, each twice
MOST_BYTES = 20_000_000  # of one batch, far below what all callers would take

# Callers beyond the first are copies of its rows, so that many of them are there before anything is measured.
COPY = """
DO $$
DECLARE names text;
BEGIN
  SELECT string_agg(quote_ident(column_name), ',') INTO names FROM information_schema.columns
    WHERE table_name = '{table}' AND column_name NOT IN ({own});
  EXECUTE 'INSERT INTO {table} ({targets}, ' || names || ') SELECT {values}, ' || names
    || ' FROM {table}, generate_series(1, {copies}) AS n WHERE ticket_id = {ticket_id}';
END $$
"""
ROWS = {
    "ticket": ("ticket_id, ticket_no", "ticket_id + n, ticket_no || ''-'' || n"),
    "event": ("ticket_id", "ticket_id + n"),
    "voice": ("ticket_id", "ticket_id + n"),
}


def copy_callers(desk: Desk, ticket_id: int, copies: int) -> None:
    for table, (targets, values) in ROWS.items():
        own = ", ".join(f"'{name}'" for name in [*targets.split(", "), "voice_id" if table == "voice" else ""])
        statement = COPY.format(
            table=table, own=own, targets=targets, values=values, copies=copies, ticket_id=ticket_id
        )
        desk.run(lambda session, made=statement: session.execute(text(made)))


def test_progress_reaches_each_of_many_callers_once_when_told_in_batches(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    incident = open_one(desk)
    first = desk.accept(incident_id=incident.incident_id).ticket_id
    copy_callers(desk, first, CALLERS - 1)
    desk.run(lambda session: session.execute(text("TRUNCATE outbox")))
    say(desk.later(hours=1), incident, "预计20时恢复供水")
    told, peak, longest, began = [], 0, 0.0, time.monotonic()
    while True:
        if is_traced := len(told) == 1:  # one batch is as large as any other, and tracing takes time
            tracemalloc.start()
        batch_began = time.monotonic()
        done = desk.run(tell, desk.at, limit=TELL_BATCH)
        longest = max(longest, time.monotonic() - batch_began)
        if is_traced:
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        if not done:
            break
        told.append(done)
    seconds = time.monotonic() - began
    if IS_DEEP:
        with capsys.disabled():
            said = f"{sum(told)} callers in {seconds:.1f} s, {len(told)} transactions"
            sys.stdout.write(f"\n{said}, longest {longest:.2f} s, at most {peak / 1e6:.1f} MB\n")
    assert (sum(told), max(told)) == (CALLERS, TELL_BATCH)
    assert 0 < peak < MOST_BYTES
    once = "SELECT count(*), count(DISTINCT ticket_id) FROM event WHERE type = 'incident.progressed'"
    assert desk.run(lambda session: tuple(session.execute(text(once)).one())) == (CALLERS, CALLERS)
    waiting = "SELECT outbox_id FROM outbox WHERE consumer = :consumer ORDER BY outbox_id"
    effects = desk.run(lambda session: session.scalars(text(waiting), {"consumer": CITIZENS}).all())
    assert len(effects) == CALLERS
    for outbox_id in [*effects[:PERFORMED], *effects[:PERFORMED]]:
        desk.run(outbox.perform, outbox_id, at=desk.at)
    written = "SELECT count(*), count(DISTINCT ticket_id) FROM citizen_message WHERE template = 'incident_progress'"
    assert desk.run(lambda session: tuple(session.execute(text(written)).one())) == (PERFORMED, PERFORMED)
    assert not desk.run(queries.incident, incident.incident_id).is_telling
