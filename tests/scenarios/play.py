"""Playing a scenario through the HTTP API: each row is one call by the person who does it, and time moves as the table says."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from marshmallow.fields import Boolean, Date, DateTime, Field, Integer, List, Nested
from werkzeug.test import TestResponse

from dispatch.actions.registry import BY_NAME
from dispatch.directory.snapshot import reference
from dispatch.disputes.shapes import PositionSchema
from dispatch.follow_ups.api import AttemptSchema
from dispatch.kernel.clock import as_utc
from dispatch.kernel.db import transaction
from dispatch.kernel.http import Schema
from dispatch.limits.sweep import next_instant, sweep
from dispatch.tickets.schemas import ContactSchema, IntakeSchema, ReporterSchema
from tests.api.conftest import COMPLAINT, Town
from tests.scenarios import table
from tests.scenarios.seeing import seen
from tests.scenarios.table import Line

TICK = timedelta(microseconds=1)
# What is done to a ticket beside the verbs of the registry: how the table calls it → (path below the ticket, body).
OTHERS: dict[str, tuple[str, type[Schema]]] = {
    "calls back": ("follow-ups/attempts", AttemptSchema),
    "position": ("position", PositionSchema),
    "contacts": ("contact", ContactSchema),
}


@dataclass
class Play:
    """A town in which the rows are played one by one; ``tickets``: the table's names → public numbers."""

    town: Town
    tickets: dict[str, str] = field(default_factory=dict)

    def row(self, line: Line) -> None:
        """Do what the row says; raises AssertionError with the row's number where it came out otherwise."""
        try:
            self._move_to(table.moved(self.town.clock.now(), line.when))
            self._act(line)
        except AssertionError as error:
            raise AssertionError(f"line {line.number}, {line.verb} {line.ticket}: {error}") from None

    def _act(self, line: Line) -> None:
        if line.verb == "must see":
            return self._must_see(line)
        if line.verb == "cannot see":
            answer = self._call("GET", f"/tickets/{self.tickets[line.ticket]}", line)
            assert answer.status_code == 404, f"sees it: {answer.text}"
            return None
        if line.verb == "finds":
            return self._finds(line)
        answer = self._accept(line) if line.verb == "accepts" else self._verb(line)
        if line.refusal is None:
            assert answer.status_code < 300, answer.text
            if line.verb == "accepts":
                self.tickets[line.ticket] = answer.json["ticket_no"]
            return None
        found = (answer.json or {}).get("code"), str(answer.status_code)
        assert line.refusal in found, f"refused as {found}, not {line.refusal}: {answer.text}"
        return None

    def _accept(self, line: Line) -> TestResponse:
        reporter = {name: value for name, value in line.values.items() if name in ("name", "phone")}
        given = {name: value for name, value in line.values.items() if name not in reporter}
        body = COMPLAINT | self._typed(IntakeSchema, given)
        if reporter:
            body["reporter"] = self._typed(ReporterSchema, reporter)
        return self._call("POST", "/tickets", line, body, Idempotency_Key=secrets.token_hex(16))

    def _verb(self, line: Line) -> TestResponse:
        if line.verb in OTHERS:
            path, schema = OTHERS[line.verb]
        else:
            path, schema = line.verb, BY_NAME[line.verb].schema
        return self._call(
            "POST", f"/tickets/{self.tickets[line.ticket]}/{path}", line, self._typed(schema, line.values)
        )

    def _must_see(self, line: Line) -> None:
        ticket_no = self.tickets[line.ticket]
        page = self._call("GET", f"/tickets/{ticket_no}", line)
        assert page.status_code == 200, page.text
        for name, wanted in line.values.items():
            found = seen(self.town, ticket_no, page.json, name, lambda path: self._call("GET", path, line).json)
            assert found == self._meant(wanted), f"{name} is {found}, not {wanted}"

    def _finds(self, line: Line) -> None:
        """The tickets of a list: ``finds | worklist | A, B`` would be ``ticket`` = worklist, ``with`` = tickets=A, B."""
        found = self._call("GET", f"/{line.ticket}", line)
        assert found.status_code == 200, found.text
        named = {number: name for name, number in self.tickets.items()}
        names = sorted(named[item["ticket_no"]] for item in found.json["items"]) or ["none"]
        wanted = sorted(one.strip() for one in line.values["tickets"].split(","))
        assert names == wanted, f"finds {names}"

    def _meant(self, wanted: str) -> str:
        return self.tickets.get(wanted, wanted)

    def _typed(self, schema: type[Schema], values: dict[str, str]) -> dict[str, Any]:
        """The body; ``outcome.kind=…`` fills the part ``outcome`` of it."""
        known: dict[str, Field[Any]] = schema().fields
        body: dict[str, Any] = {}
        for name, value in values.items():
            part, _, inner = name.partition(".")
            field_ = known.get(part)
            if inner and isinstance(field_, Nested):
                body.setdefault(part, {}).update(self._typed(type(field_.schema), {inner: value}))
            else:
                body[name] = self._value(field_, value)
        return body

    def _value(self, known: Field[Any] | None, text: str) -> Any:
        if text == "none":
            return None
        if isinstance(known, Boolean):
            return text == "true"
        if isinstance(known, Integer):
            return int(text)
        if isinstance(known, DateTime) and not isinstance(known, Date):
            return table.instant(text).isoformat()
        if isinstance(known, List):
            return [self._value(known.inner, one.strip()) for one in text.split(",")]
        return self.tickets.get(text, text)

    def _call(self, method: str, path: str, line: Line, body: Any = None, **headers: str) -> TestResponse:
        return self.town.call(method, path, body, role=line.role, unit=line.unit, **headers)

    def _move_to(self, instant: datetime) -> None:
        """Move the clock, stopping for the sweep wherever something comes due on the way."""
        clock, until = self.town.clock, as_utc(instant)
        if until < clock.now():
            raise AssertionError(f"{instant} is before {clock.now()}")
        while (due := self._next_instant()) is not None and due <= until:
            clock.set(max(due, clock.now()))
            if not self._sweep() and clock.now() < until:
                clock.advance(TICK)  # some things come due only after their instant
                self._sweep()
            if self._next_instant() == due:
                break
        clock.set(max(until, clock.now()))
        self._sweep()

    def _next_instant(self) -> datetime | None:
        with self.town.app.app_context(), transaction() as session:
            return next_instant(session)

    def _sweep(self) -> int:
        at = self.town.clock.now()
        with self.town.app.app_context(), transaction() as session:
            return sweep(session, at, reference=reference(session, at), limit=1000)
