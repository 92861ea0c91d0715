"""Every model there ever was: what it was made of, how good it is, and the file itself."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Double, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.kernel.db import Base
from dispatch.learning.rows import VERSION_DIGITS


class CategoryModel(Base):
    """One trained model. At most one is in force: the row whose ``is_current`` is true.

    ``digest`` is of what the model says (features, weights, calibration), so that the same rows always give the same one;
    ``training_digest`` of the rows it was made from, which came from ``source``. ``metrics``: see ``TrainedModel.metrics``.
    """

    __tablename__ = "category_model"
    __table_args__ = (
        Index("uq_category_model_current", "is_current", unique=True, postgresql_where=text("is_current")),
    )

    number: Mapped[int] = mapped_column(Identity(), primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    file_digest: Mapped[str]
    file_size: Mapped[int]
    training_digest: Mapped[str]
    source: Mapped[str]
    rows: Mapped[int]
    labels: Mapped[int]
    metrics: Mapped[dict[str, Any]]
    actor: Mapped[str]
    trained_at: Mapped[datetime]
    is_current: Mapped[bool]

    @property
    def version(self) -> str:
        """``model@<first 12 hex digits of the digest>``, as decisions record it."""
        return f"model@{self.digest[:VERSION_DIGITS]}"


class CategoryDrift(Base):
    """One model and one local month: its answers about tickets it had not learnt from, beside what people confirmed.

    ``tickets`` were asked of ``confirmed`` (the newest ones where there are many), ``differing`` got another answer;
    ``confidence``: mean probability of the answer; ``unknown``: share of the texts' runs that the model has never seen.
    """

    __tablename__ = "category_drift"

    number: Mapped[int] = mapped_column(ForeignKey("category_model.number"), primary_key=True, autoincrement=False)
    month: Mapped[date] = mapped_column(primary_key=True)
    confirmed: Mapped[int]
    tickets: Mapped[int]
    differing: Mapped[int]
    confidence: Mapped[float] = mapped_column(Double)
    unknown: Mapped[float] = mapped_column(Double)
    counted_at: Mapped[datetime]


class CategoryModelUse(Base):
    """Which model was in force when: one row per change; ``number`` empty means none, so keywords alone."""

    __tablename__ = "category_model_use"

    use_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    number: Mapped[int | None] = mapped_column(ForeignKey("category_model.number"))
    actor: Mapped[str]
    at: Mapped[datetime]


class CategoryModelFile(Base):
    """The file of a model: the record, of which HOTLINE_HOME/models is a copy.

    ``row_digests``: eight bytes for each text it was made from, sorted: enough to say that a text was trained on.
    """

    __tablename__ = "category_model_file"

    number: Mapped[int] = mapped_column(ForeignKey("category_model.number"), primary_key=True, autoincrement=False)
    body: Mapped[bytes]
    row_digests: Mapped[bytes]
