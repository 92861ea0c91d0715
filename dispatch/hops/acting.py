"""For which part of a ticket a person acts: their unit's own support or handler, or the one they passed on."""

from __future__ import annotations

from collections.abc import Sequence

from dispatch.access.scope import unit_ids_in_scope
from dispatch.hops.parts import HANDLER, SUPPORT, open_parts
from dispatch.kernel.errors import Conflict, DomainError, Forbidden
from dispatch.tickets import queries
from dispatch.tickets.edge import Scene, acting_unit_id
from dispatch.tickets.models import Assignment, Ticket


def require_asker(scene: Scene) -> None:
    """Supports are asked for and let go by the lead, or by the hotline. Raises 403 ``ticket.not_lead``."""
    if unit_ids_in_scope(scene.session, scene.person, at=scene.at) is not None:
        acting_unit_id(scene.session, scene.ticket_id, person=scene.person, at=scene.at)


def passing_unit_id(scene: Scene) -> int:
    """The unit on whose behalf this person passes on: their own if it holds a part, else the highest one below it that does."""
    units = unit_ids_in_scope(scene.session, scene.person, at=scene.at) or frozenset()
    lead = queries.lead_in_force(scene.session, scene.session.get_one(Ticket, scene.ticket_id))
    held = [lead, *open_parts(scene.session, scene.ticket_id, HANDLER)]
    own = [part.unit_id for part in held if part is not None and part.unit_id in units]
    if not own:
        raise Forbidden("handler.not_holding", "只有承办本单的单位可以下派。")
    return scene.person.unit_id if scene.person.unit_id in own else own[0]


def own_part_number(scene: Scene, role: str, unit_code: str | None) -> int:
    """The open part of ``role`` that is this person's unit's; ``unit_code`` tells which where there are several."""
    units = unit_ids_in_scope(scene.session, scene.person, at=scene.at) or frozenset()
    own = [part for part in open_parts(scene.session, scene.ticket_id, role) if part.unit_id in units]
    if not own:
        raise Forbidden("part.not_yours", "本单位没有待办的协办或下派任务。")
    mine = [part for part in own if part.unit_id == scene.person.unit_id]
    return _the_one(mine or own, unit_code, scene).number


def asked_part_number(scene: Scene, unit_code: str | None) -> int:
    """The open support to let go: ``unit_code`` tells which where there are several."""
    require_asker(scene)
    return _the_one(open_parts(scene.session, scene.ticket_id, SUPPORT), unit_code, scene).number


def passed_part_number(scene: Scene, unit_code: str | None) -> int:
    """The open handler to take back, passed on by a unit of this person's. Raises 403 ``handler.not_parent``."""
    units = unit_ids_in_scope(scene.session, scene.person, at=scene.at) or frozenset()
    holders = {part.number: part.unit_id for part in queries.assignments(scene.session, scene.ticket_id)}
    parts = open_parts(scene.session, scene.ticket_id, HANDLER)
    passed = [part for part in parts if part.parent_number and holders[part.parent_number] in units]
    if parts and not passed:
        raise Forbidden("handler.not_parent", "只有下派单位可以收回。")
    return _the_one(passed, unit_code, scene).number


def _the_one(parts: Sequence[Assignment], unit_code: str | None, scene: Scene) -> Assignment:
    named = [part for part in parts if unit_code and scene.reference.by_id[part.unit_id].code == unit_code]
    if not parts or (unit_code and not named):
        raise Conflict("part.none_open", "没有这样的待办协办或下派任务，可能已反馈或收回。")
    if len(parts) > 1 and not named:
        raise DomainError("part.which_unit", "有多个单位在承接，请指明是哪一个。", field="unit_code")
    return (named or parts)[0]
