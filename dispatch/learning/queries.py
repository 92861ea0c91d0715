"""Reads of models."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.kernel.errors import NotFound
from dispatch.learning import confirmed
from dispatch.learning.models import CategoryDrift, CategoryModel, CategoryModelFile, CategoryModelUse
from dispatch.learning.rows import DIGEST_BYTES, Row
from dispatch.learning.standing import InForce

LARGEST = 2**31 - 1


def of_version(session: Session, version: str) -> InForce | None:
    """The model that a decision's record names (``model@<first digits of the digest>``); None where there is none such."""
    digits = version.removeprefix("model@")
    columns = (CategoryModel.number, CategoryModel.digest, CategoryModel.file_digest)
    row = session.execute(select(*columns).where(CategoryModel.digest.startswith(digits, autoescape=True))).first()
    return InForce(*row) if row and digits else None


def current_row(session: Session) -> CategoryModel | None:
    """The same with all that is on record about it."""
    return session.scalars(select(CategoryModel).where(CategoryModel.is_current)).first()


def file_of(session: Session, number: int) -> bytes | None:
    """The bytes of a model's file as the database has them."""
    return session.scalar(select(CategoryModelFile.body).where(CategoryModelFile.number == number))


def row_digests(session: Session, number: int) -> frozenset[bytes]:
    """What the model was made from (``rows.row_digest``)."""
    found = session.scalar(select(CategoryModelFile.row_digests).where(CategoryModelFile.number == number)) or b""
    return frozenset(found[start : start + DIGEST_BYTES] for start in range(0, len(found), DIGEST_BYTES))


def listed(session: Session, *, limit: int = 100) -> Sequence[CategoryModel]:
    """Every model, the newest first."""
    return session.scalars(select(CategoryModel).order_by(CategoryModel.number.desc()).limit(limit)).all()


def uses(session: Session, *, limit: int = 50) -> Sequence[CategoryModelUse]:
    """Who put which model in force when, the last change first."""
    return session.scalars(select(CategoryModelUse).order_by(CategoryModelUse.use_id.desc()).limit(limit)).all()


def by_digest(session: Session, digest: str) -> CategoryModel | None:
    """The model of this digest."""
    return session.scalars(select(CategoryModel).where(CategoryModel.digest == digest)).first()


def drift(session: Session, number: int, *, limit: int = 24) -> Sequence[CategoryDrift]:
    """What was counted of a model by month, the last month first."""
    return session.scalars(
        select(CategoryDrift).where(CategoryDrift.number == number).order_by(CategoryDrift.month.desc()).limit(limit)
    ).all()


def model_row(session: Session, number: int) -> CategoryModel:
    """One model. Raises ``model.unknown``."""
    row = session.get(CategoryModel, number) if 0 < number <= LARGEST else None
    if row is None:
        raise NotFound("model.unknown", "没有这个模型。")
    return row


def has_file(session: Session) -> frozenset[int]:
    """The numbers of the models whose file the database has, at the size it had when it was written."""
    same = sa.func.octet_length(CategoryModelFile.body) == CategoryModel.file_size
    found = select(CategoryModel.number).join(CategoryModelFile, CategoryModelFile.number == CategoryModel.number)
    return frozenset(session.scalars(found.where(same)))


def training_rows(session: Session, since: datetime | None, until: datetime, *, limit: int) -> list[Row]:
    """The office's own training set (``dispatch.learning.confirmed``): newest first, received in [since, until)."""
    return confirmed.training_rows(session, since, until, limit=limit)
