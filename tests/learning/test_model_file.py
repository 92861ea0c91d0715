"""The file of a model: the same model back, or a refusal; never a guess and never code."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch.learning import model_file
from dispatch.learning.model_file import BrokenModel
from dispatch.learning.training import TrainedModel


def test_give_the_same_model_back_when_written_and_read(trained: TrainedModel) -> None:
    body = model_file.write(trained.model)
    again = model_file.read(body)
    assert again.version == trained.model.version
    assert again.suggest("停水", "没有自来水") == trained.model.suggest("停水", "没有自来水")
    assert model_file.write(again) == body, "the same model, the same bytes"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 0.999))
def test_refuse_when_the_file_is_cut(trained: TrainedModel, share: float) -> None:
    body = model_file.write(trained.model)
    with pytest.raises(BrokenModel):
        model_file.read(body[: int(len(body) * share)])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 0.999), bit=st.integers(0, 7))
def test_never_answer_otherwise_when_a_bit_is_flipped(trained: TrainedModel, share: float, bit: int) -> None:
    body = bytearray(model_file.write(trained.model))
    body[int(len(body) * share)] ^= 1 << bit
    try:
        again = model_file.read(bytes(body))
    except BrokenModel:
        return
    assert again.suggest("停水", "垃圾") == trained.model.suggest("停水", "垃圾"), (
        "a byte that says nothing, such as a date"
    )


def test_refuse_when_the_file_would_run_code_or_is_of_another_shape(trained: TrainedModel) -> None:
    with np.load(io.BytesIO(model_file.write(trained.model))) as stored:
        parts = {name: stored[name] for name in stored.files}
    note = json.loads(parts["note"].tobytes())

    def packed(**changes: object) -> bytes:
        body = io.BytesIO()
        np.savez(body, **(parts | changes))  # type: ignore[arg-type]
        return body.getvalue()

    def noted(**changes: object) -> np.ndarray:
        return np.frombuffer(json.dumps(note | changes).encode(), dtype=np.uint8)

    assert model_file.read(packed()).digest == trained.model.digest
    for body in (
        b"",
        b"\x80\x04.",
        packed(bias=np.array([{}], dtype=object)),
        packed(weights=parts["weights"][:-1]),
        packed(weights=parts["weights"].astype(np.float64)),
        packed(note=noted(format=2)),
        packed(note=noted(labels=["一", "二", "三"])),
        packed(note=noted(labels=None)),
        packed(note=np.frombuffer(b"[]", dtype=np.uint8)),
    ):
        with pytest.raises(BrokenModel):
            model_file.read(body)
