"""A place of the gazetteer that a person picked: what it is called and which unit it lies in."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.directory.models import Unit
from dispatch.kernel.errors import DomainError
from dispatch.places.models import Place
from dispatch.routing.matter import Matter


def with_picked_place(session: Session, matter: Matter, *, at: datetime) -> Matter:
    """``matter`` with the unit and the name of its ``place_id`` as of ``at``; the same where nothing was picked.

    Raises ``place.unknown`` for an id that names no place in effect, or one in another unit than ``place_code`` says.
    """
    if matter.place_id is None:
        return matter
    found = session.execute(
        select(Place.name, Unit.code)
        .join(Unit, Unit.unit_id == Place.unit_id)
        .where(Place.place_id == matter.place_id, Place.valid_from <= at, at < Place.valid_to)
    ).first()
    if found is None or matter.place_code not in (None, found.code):
        raise DomainError("place.unknown", "没有这个地点，请重新选择。", field="place_id")
    return replace(matter, place_code=found.code, place_name=found.name)
