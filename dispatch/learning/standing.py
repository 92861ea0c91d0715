"""Which model is in force: part of the reference data, so that whoever decides need not ask for it each time."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.learning.models import CategoryModel


class InForce(NamedTuple):
    """What a process must know to tell whether the model it holds is the right one."""

    number: int
    digest: str
    file_digest: str


def in_force(session: Session) -> InForce | None:
    """The model in force; None while keywords alone suggest. One look at a small index."""
    row = session.execute(
        select(CategoryModel.number, CategoryModel.digest, CategoryModel.file_digest).where(CategoryModel.is_current)
    ).first()
    return InForce(*row) if row else None
