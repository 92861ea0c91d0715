"""A verb: what somebody does to a ticket. Said once, it is an API route, a form on the ticket's page and a permission."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from dispatch.access.scope import unit_ids_in_scope
from dispatch.directory.snapshot import Reference
from dispatch.kernel.http import Schema
from dispatch.kernel.person import Person
from dispatch.tickets import queries
from dispatch.tickets.edge import Scene
from dispatch.tickets.models import Assignment, Ticket


class Nothing(Schema):
    """No content: the verb says it all."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a ticket stands for one person, read once per page: what decides which verbs are offered."""

    session: Session
    ticket: Ticket
    lead: Assignment | None
    parts: Sequence[Assignment]
    units: frozenset[int] | None
    person: Person
    reference: Reference
    at: datetime

    @property
    def is_hotline(self) -> bool:
        """The hotline's own people see all tickets and act for no unit."""
        return self.units is None

    @property
    def leads(self) -> bool:
        """Whether this person's unit (or one below it) has the lead."""
        return self.lead is not None and self.lead.unit_id in (self.units or ())

    def own_parts(self, *roles: str) -> list[Assignment]:
        """The assignments of these roles in force that are this person's unit's."""
        return [
            part
            for part in self.parts
            if part.role in roles and part.state != "withdrawn" and part.unit_id in (self.units or ())
        ]


def standing(session: Session, ticket: Ticket, *, person: Person, reference: Reference, at: datetime) -> Standing:
    """Read how ``ticket`` stands for ``person``."""
    parts = queries.assignments(session, ticket.ticket_id)
    return Standing(
        session=session,
        ticket=ticket,
        lead=queries.lead_of(parts),
        parts=parts,
        units=unit_ids_in_scope(session, person, at=at),
        person=person,
        reference=reference,
        at=at,
    )


@dataclass(frozen=True, slots=True)
class Verb:
    """``POST /api/v1/tickets/<no>/<name>`` with a body of ``schema``, and the same as a form on the ticket's page.

    ``run`` calls a service and lets it refuse; ``is_open`` only says whether the form is offered. Fields of ``schema`` carry
    ``label`` (Chinese), ``hint``, ``words`` (value → Chinese) and ``widget`` (``textarea``, ``unit``, ``category``) as metadata.
    ``done`` is said afterwards. ``has_own_form``: a page of its own offers it.
    """

    name: str
    permission: str
    label: str
    done: str
    run: Callable[[Scene, dict[str, Any]], object]
    schema: type[Schema] = Nothing
    is_open: Callable[[Standing], bool] = lambda _standing: False
    hint: str = ""
    icon: str = "arrow-right-circle"
    has_own_form: bool = False
    locks_itself: bool = False  # several tickets, in an order of its own

    def is_offered(self, here: Standing) -> bool:
        """Whether the page shows the form: the permission, a live ticket, and the verb's own condition."""
        return (
            not self.has_own_form
            and not here.ticket.is_imported
            and here.person.may(self.permission)
            and self.is_open(here)
        )
