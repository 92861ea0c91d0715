"""A small town, and a model of its made-up complaints."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch.learning import suggesting, training
from dispatch.learning.training import TrainedModel
from tests.learning import town_words
from tests.town import MONDAY, desk, engine

__all__ = ["desk", "engine"]


@pytest.fixture(scope="session")
def trained() -> TrainedModel:
    return training.train(town_words.rows(), MONDAY)


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where this test's model files lie; nothing of another test is held."""
    folder = tmp_path / "models"
    monkeypatch.setattr("dispatch.learning.store.folder", lambda: folder)
    suggesting.forget()
    yield folder
    suggesting.forget()
