"""The file of a model: numpy arrays and a JSON note in one ``.npz``, never a pickle; whole or refused."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from dispatch.learning.features import Vocabulary
from dispatch.learning.model import Model

FORMAT: Final = 1
LARGEST_FILE: Final = 256 * 1024 * 1024
_NOTE: Final = "note"
_ARRAYS: Final[dict[str, np.dtype[Any]]] = {
    "codes": np.dtype(np.uint64),
    "rarity": np.dtype(np.float32),
    "weights": np.dtype(np.float32),
    "bias": np.dtype(np.float32),
    "shift": np.dtype(np.float32),
}

Arrays = Mapping[str, npt.NDArray[Any]]


class BrokenModel(Exception):
    """The bytes are no model of this format, or not as they were written; the message says which."""


def digest_of(model: Model) -> str:
    """SHA-256 over all that decides an answer: the same rows trained by the same release give the same digest."""
    note = {"format": FORMAT, "labels": model.labels, "sharpness": repr(float(model.sharpness))}
    said, arrays = hashlib.sha256(_json(note)), _arrays(model)
    for name, kind in _ARRAYS.items():
        said.update(np.ascontiguousarray(arrays[name], dtype=kind).tobytes())
    return said.hexdigest()


def write(model: Model) -> bytes:
    """The file: the same model gives the same bytes."""
    note = {
        "format": FORMAT,
        "digest": model.digest,
        "labels": model.labels,
        "sharpness": repr(float(model.sharpness)),
    }
    body = io.BytesIO()
    np.savez(body, **{_NOTE: np.frombuffer(_json(note), dtype=np.uint8)}, **_arrays(model))  # type: ignore[arg-type]
    return body.getvalue()


def read(body: bytes) -> Model:
    """The model in these bytes. Raises :class:`BrokenModel` for anything else, and where the digest does not fit."""
    if len(body) > LARGEST_FILE:
        raise BrokenModel("文件过大")
    try:
        model = _parsed(body)
    except BrokenModel:
        raise
    except Exception as error:  # a torn archive raises whatever its bytes happen to mean
        raise BrokenModel("文件不完整或不是模型文件") from error
    if digest_of(model) != model.digest:
        raise BrokenModel("内容与摘要不符")
    return model


def _parsed(body: bytes) -> Model:
    with np.load(io.BytesIO(body), allow_pickle=False) as stored:
        note = json.loads(stored[_NOTE].tobytes())
        arrays = {name: stored[name] for name in _ARRAYS}
    if note["format"] != FORMAT:
        raise BrokenModel(f"文件格式 {note['format']} 不是本程序的格式 {FORMAT}")
    return _model(note, arrays)


def _model(note: Mapping[str, Any], arrays: Arrays) -> Model:
    labels = tuple(map(str, note["labels"]))
    _require_shapes(arrays, len(labels))
    return Model(
        labels=labels,
        vocabulary=Vocabulary(arrays["codes"], arrays["rarity"]),
        weights=arrays["weights"],
        bias=arrays["bias"],
        sharpness=float(note["sharpness"]),
        shift=arrays["shift"],
        digest=str(note["digest"]),
    )


def _arrays(model: Model) -> Arrays:
    return {
        "codes": model.vocabulary.codes,
        "rarity": model.vocabulary.rarity,
        "weights": model.weights,
        "bias": model.bias,
        "shift": model.shift,
    }


def _require_shapes(arrays: Arrays, labels: int) -> None:
    runs = len(arrays["codes"])
    wanted = {"codes": (runs,), "rarity": (runs,), "weights": (runs, labels), "bias": (labels,), "shift": (labels,)}
    for name, kind in _ARRAYS.items():
        if arrays[name].dtype != kind or arrays[name].shape != wanted[name]:
            raise BrokenModel(f"{name} 的形状不符")
    if not labels:
        raise BrokenModel("没有任何分类")


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True).encode()
