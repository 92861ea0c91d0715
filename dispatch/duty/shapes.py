"""What the rota's API takes and gives."""

from __future__ import annotations

from typing import Any

from dispatch.access.models import Account
from dispatch.directory.snapshot import Reference
from dispatch.duty.models import DutyCall, DutyShift
from dispatch.kernel.http import Instant, Schema, Words, fields, validate
from dispatch.tickets import schemas
from dispatch.tickets.representation import local, unit_by_id
from dispatch.tickets.shapes import UnitSchema

LONGEST_LOGIN = 64


class ShiftsQuery(Schema):
    """Which units and which stretch; by default everything in scope from now on, as far as the policy looks ahead."""

    unit_code = schemas.code(load_default=None)
    from_ = Instant(data_key="from", load_default=None)
    until = Instant(load_default=None)
    limit = fields.Integer(load_default=200, validate=validate.Range(1, 1_000))


class ShiftSchema(Schema):
    """A shift: [starts_at, ends_at), the account on duty, and the one called where that stays silent."""

    unit_code = schemas.code(required=True)
    starts_at = Instant(required=True)
    ends_at = Instant(required=True)
    login = Words(longest=LONGEST_LOGIN, required=True)
    backup_login = Words(longest=LONGEST_LOGIN, allow_none=True, load_default=None)


class HandOverSchema(Schema):
    """Who has the rest of the shift; nobody: it is shortened."""

    login = Words(longest=LONGEST_LOGIN, allow_none=True, load_default=None)
    backup_login = Words(longest=LONGEST_LOGIN, allow_none=True, load_default=None)


class PersonView(Schema):
    """An account of staff."""

    login = fields.String()
    name = fields.String()


class ShiftView(Schema):
    """A shift of the rota."""

    shift_id = fields.Integer()
    unit = fields.Nested(UnitSchema)
    starts_at = Instant()
    ends_at = Instant()
    on_duty = fields.Nested(PersonView)
    backup = fields.Nested(PersonView, allow_none=True)


class ShiftList(Schema):
    """Soonest first."""

    items = fields.List(fields.Nested(ShiftView))


class CallsQuery(Schema):
    """How many."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class DutyCallView(Schema):
    """A call to a ticket. ``event_number``: the event of the ticket that called; ``backup_due_at``: unread then, the backup is."""

    call_id = fields.Integer()
    ticket_no = fields.String()
    event_number = fields.Integer()
    event_type = fields.String()
    unit = fields.Nested(UnitSchema)
    is_backup = fields.Boolean()
    called_at = Instant()
    backup_due_at = Instant(allow_none=True)
    backup_called_at = Instant(allow_none=True)
    read_at = Instant(allow_none=True)


class CallList(Schema):
    """Unread first, then the newest."""

    items = fields.List(fields.Nested(DutyCallView))
    unread = fields.Integer()


def shift_shape(shift: DutyShift, on_duty: Account, backup: Account | None, city: Reference) -> dict[str, Any]:
    """A shift as the API gives it."""
    return {
        "shift_id": shift.shift_id,
        "unit": unit_by_id(shift.unit_id, city),
        "starts_at": local(shift.starts_at, city),
        "ends_at": local(shift.ends_at, city),
        "on_duty": _person(on_duty),
        "backup": _person(backup) if backup is not None else None,
    }


def call_shape(call: DutyCall, ticket_no: str, city: Reference) -> dict[str, Any]:
    """A call as the API gives it: the ticket's number and no word of it."""
    return {
        "call_id": call.call_id,
        "ticket_no": ticket_no,
        "event_number": call.event_number,
        "event_type": call.event_type,
        "unit": unit_by_id(call.unit_id, city),
        "is_backup": call.is_backup,
        "called_at": local(call.called_at, city),
        "backup_due_at": local(call.backup_due_at, city),
        "backup_called_at": local(call.backup_called_at, city),
        "read_at": local(call.read_at, city),
    }


def _person(account: Account) -> dict[str, str]:
    return {"login": account.login, "name": account.name}
