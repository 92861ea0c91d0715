"""Photos that arrive in parts: what is there stays for a day, so that a cut costs one part and not the whole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.orm import Session

from dispatch.field.models import FieldUpload, FieldUploadPart
from dispatch.files import refusals
from dispatch.files.limits import MEGABYTE, shipped_limits
from dispatch.kernel.errors import Conflict, DomainError

KEPT = timedelta(hours=24)  # from the end of one round to the next morning's
LONGEST_PART = 256 * 1024  # what a cut may cost, and what a slow network carries inside a request's time
LONGEST_KEY = 80
MOST = 24  # of one person: the photos of the one matter under way, and what a lost phone left behind
MOST_BYTES = 64 * MEGABYTE
CLEAN_UP_BATCH = 1_000


def put(session: Session, account_id: int, key: str, part: bytes, *, size: int, begins: int, at: datetime) -> int:
    """Keep ``part`` of a photo of ``size`` bytes where it continues what is there; returns how much is there now.

    A part that is there already, or that comes too early, changes nothing: the answer says where to go on. ``at``: machine
    time. Raises ``file.too_big``, ``field.part_unusable`` and 409 ``field.other_photo``.
    """
    if size > shipped_limits().file_bytes:
        raise refusals.too_big(shipped_limits().file_bytes)
    if not part or len(part) > LONGEST_PART or begins < 0 or begins + len(part) > size:
        raise DomainError("field.part_unusable", "照片的这一段有误，请重新上传。", status=400)
    row = _locked(session, account_id, checked(key), size, at)
    if row.size != size:
        raise Conflict("field.other_photo", "同一编号已用于另一张照片，请重新添加。")
    if begins == row.received:
        session.add(FieldUploadPart(account_id=account_id, key=key, begins=begins, body=part))
        row.received += len(part)
    return row.received


def received(session: Session, account_id: int, key: str) -> int:
    """How many bytes of this photo are here."""
    row = session.get(FieldUpload, (account_id, checked(key)))
    return row.received if row else 0


def take(session: Session, account_id: int, keys: Sequence[str]) -> list[bytes]:
    """The photos of these keys, whole, in this order; they are gone with this transaction.

    Raises 409 ``field.photo_incomplete`` where one is not all here: it is to be sent (again).
    """
    rows = {row.key: row for row in _of(session, account_id, keys)}
    if any(key not in rows or rows[key].received < rows[key].size for key in keys):
        raise Conflict("field.photo_incomplete", "照片还没有传完，请重新上传。")
    parts = session.scalars(
        select(FieldUploadPart)
        .where(FieldUploadPart.account_id == account_id, FieldUploadPart.key.in_(keys))
        .order_by(FieldUploadPart.key, FieldUploadPart.begins)
    ).all()
    found = {key: b"".join(part.body for part in parts if part.key == key) for key in keys}
    session.execute(delete(FieldUpload).where(FieldUpload.account_id == account_id, FieldUpload.key.in_(keys)))
    return [found[key] for key in keys]


def forget_old(session: Session, at: datetime) -> int:
    """Delete up to ``CLEAN_UP_BATCH`` photos begun longer than ``KEPT`` before machine time ``at``; returns how many."""
    key = (FieldUpload.account_id, FieldUpload.key)
    old = select(*key).where(FieldUpload.began_at <= at - KEPT).limit(CLEAN_UP_BATCH)
    gone = delete(FieldUpload).where(tuple_(*key).in_(old.subquery().select()))
    return len(session.execute(gone.returning(FieldUpload.account_id)).all())


def checked(key: str) -> str:
    """``key`` as a phone may name things. Raises 400 ``field.key_unusable``."""
    if not key or len(key) > LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise DomainError("field.key_unusable", "编号有误，请刷新页面后重试。", status=400)
    return key


def _of(session: Session, account_id: int, keys: Sequence[str]) -> Sequence[FieldUpload]:
    """Locked in one order, so that two who take the same never wait for each other."""
    mine = select(FieldUpload).where(FieldUpload.account_id == account_id, FieldUpload.key.in_(keys))
    return session.scalars(mine.order_by(FieldUpload.key).with_for_update()).all()


def _locked(session: Session, account_id: int, key: str, size: int, at: datetime) -> FieldUpload:
    values = {"account_id": account_id, "key": key, "size": size, "received": 0, "began_at": at}
    begun = pg_insert(FieldUpload).values(**values).on_conflict_do_nothing().returning(FieldUpload.key)
    if session.execute(begun).first() is not None:
        _drop_surplus(session, account_id, key)
    return session.get_one(FieldUpload, (account_id, key), with_for_update=True)


def _drop_surplus(session: Session, account_id: int, begun: str) -> None:
    """The oldest go; whoever misses one sends it again."""
    newest = ((FieldUpload.key == begun).desc(), FieldUpload.began_at.desc(), FieldUpload.key)
    counted = select(
        FieldUpload.key,
        func.row_number().over(order_by=newest).label("place"),
        func.sum(FieldUpload.size).over(order_by=newest).label("bytes"),
    ).where(FieldUpload.account_id == account_id)
    row = counted.subquery()
    surplus = select(row.c.key).where(or_(row.c.place > MOST, row.c.bytes > MOST_BYTES))
    session.execute(delete(FieldUpload).where(FieldUpload.account_id == account_id, FieldUpload.key.in_(surplus)))
