"""The model's file on this machine: a copy of what the database holds, made again whenever it is missing or broken."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

import structlog
from sqlalchemy.orm import Session

from dispatch.kernel.config import home_folder
from dispatch.learning import model_file, queries
from dispatch.learning.model import Model
from dispatch.learning.model_file import BrokenModel
from dispatch.learning.standing import InForce

FOLDER = "models"

log = structlog.get_logger("learning")


def folder() -> Path:
    """HOTLINE_HOME/models."""
    return home_folder(os.environ) / FOLDER


def load(session: Session, wanted: InForce) -> Model:
    """The model ``wanted``, from its file or else from the database. Raises :class:`BrokenModel` where neither has it whole."""
    path = folder() / f"{wanted.digest}.npz"
    body = _read(path)
    if body is None or hashlib.sha256(body).hexdigest() != wanted.file_digest:
        if body is not None:
            log.warning("model file is broken, taken from the database", model=wanted.digest)
        body = _from_database(session, wanted)
        _write(path, body)
    model = model_file.read(body)
    if model.digest != wanted.digest:
        raise BrokenModel("文件是另一个模型的")
    return model


def _from_database(session: Session, wanted: InForce) -> bytes:
    body = queries.file_of(session, wanted.number)
    if body is None:
        raise BrokenModel("数据库中没有模型文件")
    if hashlib.sha256(body).hexdigest() != wanted.file_digest:
        raise BrokenModel("数据库中的模型文件已损坏")
    return body


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.stat().st_size <= model_file.LARGEST_FILE else b""
    except OSError:
        return None


def _write(path: Path, body: bytes) -> None:
    """Whole or not at all; a machine that cannot keep it (a full disk, a read-only home) reads the database each time."""
    draft = None
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(prefix=".model-", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(body)
        Path(draft).replace(path)
    except OSError as error:
        log.warning("model file cannot be kept", reason=error.strerror)
        if draft:
            Path(draft).unlink(missing_ok=True)
