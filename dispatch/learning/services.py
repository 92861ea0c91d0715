"""The verbs of models: keep a trained one and put it in force, go back to an older one, go back to keywords."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from dispatch.directory.groups import touch
from dispatch.kernel.errors import Conflict
from dispatch.learning import model_file, queries
from dispatch.learning.models import CategoryModel, CategoryModelFile, CategoryModelUse
from dispatch.learning.standing import in_force
from dispatch.learning.training import TrainedModel

# Two that change at once: the second waits and then sees what the first did.
LOCK = text("LOCK TABLE category_model_use IN SHARE ROW EXCLUSIVE MODE")


def keep(session: Session, trained: TrainedModel, *, source: str, actor: str, at: datetime) -> CategoryModel:
    """Put a trained model on record and in force. The same one again is the row there is, put in force where it is not."""
    session.execute(LOCK)
    row = queries.by_digest(session, trained.model.digest)
    if row is None:
        body = model_file.write(trained.model)
        row = CategoryModel(
            digest=trained.model.digest,
            file_digest=hashlib.sha256(body).hexdigest(),
            file_size=len(body),
            training_digest=trained.training_digest,
            source=source,
            rows=trained.rows,
            labels=len(trained.model.labels),
            metrics=trained.metrics(),
            actor=actor,
            trained_at=trained.trained_at,
            is_current=False,
        )
        session.add(row)
        session.flush()
        session.add(CategoryModelFile(number=row.number, body=body, row_digests=trained.row_digests))
    if not row.is_current:
        _change(session, row, actor=actor, at=at)
    return row


def use(session: Session, number: int, *, actor: str, at: datetime) -> CategoryModel:
    """Put a model on record in force again. Raises ``model.unknown``, ``model.in_force``, ``model.file_lost``."""
    session.execute(LOCK)
    row = queries.model_row(session, number)
    session.refresh(row)
    if row.is_current:
        raise Conflict("model.in_force", "这个模型已经在用。")
    body = queries.file_of(session, number)
    if body is None or hashlib.sha256(body).hexdigest() != row.file_digest:
        raise Conflict("model.file_lost", "这个模型的文件已损坏或丢失，不能启用；请重新训练。")
    _change(session, row, actor=actor, at=at)
    return row


def retire(session: Session, *, actor: str, at: datetime) -> None:
    """Suggest by keywords alone from now on; the model stays on record. Raises ``model.none_in_force``."""
    session.execute(LOCK)
    if in_force(session) is None:
        raise Conflict("model.none_in_force", "现在没有在用的模型。")
    _change(session, None, actor=actor, at=at)


def _change(session: Session, row: CategoryModel | None, *, actor: str, at: datetime) -> None:
    session.execute(update(CategoryModel).where(CategoryModel.is_current).values(is_current=False))
    if row is not None:
        row.is_current = True
    session.add(CategoryModelUse(number=row.number if row else None, actor=actor, at=at))
    session.flush()
    touch(session)
