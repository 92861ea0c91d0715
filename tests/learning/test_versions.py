"""Models on record: which is in force, going back, and that a broken or slow one never reaches the operator."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import VERSION, assume, is_confirmed, reference
from dispatch.kernel.errors import DomainError
from dispatch.learning import model_file, queries, services, suggesting
from dispatch.learning.model import Model
from dispatch.learning.models import CategoryModelFile
from dispatch.learning.suggesting import Absence, current_model, why_absent
from dispatch.learning.training import TrainedModel
from tests.town import MONDAY, Desk


def keep(desk: Desk, trained: TrainedModel) -> int:
    return int(desk.run(services.keep, trained, source="file:a.csv", actor="account:1", at=MONDAY).number)


def other(trained: TrainedModel) -> TrainedModel:
    """Another model: the same with a louder voice."""
    loud = replace(trained.model, sharpness=trained.model.sharpness + 1)
    return replace(trained, model=replace(loud, digest=model_file.digest_of(loud)))


def test_answer_none_and_say_so_when_nothing_was_trained(desk: Desk) -> None:
    assert desk.run(current_model) is None
    assert desk.run(why_absent) is Absence.COLD


def test_suggest_by_the_newest_when_two_were_trained(desk: Desk, trained: TrainedModel) -> None:
    first = keep(desk, trained)
    model = desk.run(current_model)
    assert model.version == trained.model.version
    assert model.suggest("停水", "没有自来水")[0].label == "供水 W-01"
    second = keep(desk, other(trained))
    assert desk.run(current_model).version == other(trained).model.version
    assert desk.run(why_absent) is None
    assert keep(desk, other(trained)) == second, "the same again is the row there is"
    rows = desk.run(queries.listed)
    assert [(row.number, row.is_current) for row in rows] == [(second, True), (first, False)]
    assert rows[1].metrics["unseen"]["macro_f1"] > 0.9
    assert (rows[1].training_digest, rows[1].rows, rows[1].labels) == (trained.training_digest, 60, 3)


def test_whoever_decides_knows_at_once_when_a_model_is_put_in_force(desk: Desk, trained: TrainedModel) -> None:
    before = desk.run(reference)
    assert before.model is None
    keep(desk, trained)
    with Session(desk.engine) as session:
        assume(session)  # as an intake does: by the picture of the transaction before, if it is still the one
        assert not is_confirmed(session, session.execute(select(*VERSION)).one())
    after = desk.run(reference)
    assert (after.model.digest, after.version) == (trained.model.digest, before.version), "the units have not changed"


def test_go_back_and_to_keywords_when_asked(desk: Desk, trained: TrainedModel) -> None:
    first = keep(desk, trained)
    keep(desk, other(trained))
    values = {"actor": "account:1", "at": MONDAY + timedelta(hours=1)}
    desk.run(services.use, first, **values)
    assert desk.run(current_model).version == trained.model.version
    with pytest.raises(DomainError, match=r"model\.in_force"):
        desk.run(services.use, first, **values)
    desk.run(services.retire, **values)
    assert (desk.run(current_model), desk.run(why_absent)) == (None, Absence.COLD)
    with pytest.raises(DomainError, match=r"model\.none_in_force"):
        desk.run(services.retire, **values)
    with pytest.raises(DomainError, match=r"model\.unknown"):
        desk.run(services.use, 2**40, **values)
    assert [one.number for one in desk.run(queries.uses)] == [None, first, first + 1, first]


@pytest.mark.parametrize("damage", ["missing", "cut", "other"])
def test_take_the_file_from_the_database_when_the_copy_is_damaged(
    desk: Desk, trained: TrainedModel, own_folder: Path, damage: str
) -> None:
    keep(desk, trained)
    assert desk.run(current_model) is not None
    path = own_folder / f"{trained.model.digest}.npz"
    whole = path.read_bytes()
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(whole[: len(whole) // 2] if damage == "cut" else model_file.write(other(trained).model))
    suggesting.forget()
    assert desk.run(current_model).version == trained.model.version
    assert path.read_bytes() == whole, "the copy is made again"
    assert list(own_folder.iterdir()) == [path], "no drafts are left"


def test_suggest_all_the_same_when_the_copy_cannot_be_kept(desk: Desk, trained: TrainedModel, own_folder: Path) -> None:
    own_folder.write_text("a file where the folder should be")
    keep(desk, trained)
    assert desk.run(current_model).version == trained.model.version


def test_fall_back_to_keywords_and_say_so_when_file_and_database_are_broken(
    desk: Desk, trained: TrainedModel, own_folder: Path
) -> None:
    number = keep(desk, trained)
    half = model_file.write(trained.model)[:1000]
    desk.run(lambda session: session.execute(update(CategoryModelFile).values(body=half)))
    before = suggesting.FALLBACKS.labels("broken")._value.get()
    assert desk.run(current_model) is None
    assert desk.run(why_absent) is Absence.BROKEN
    assert suggesting.FALLBACKS.labels("broken")._value.get() == before + 1, "told once, not at each question"
    assert desk.run(queries.has_file) == frozenset()
    desk.run(services.retire, actor="account:1", at=MONDAY)
    with pytest.raises(DomainError, match=r"model\.file_lost"):
        desk.run(services.use, number, actor="account:1", at=MONDAY)
    desk.run(lambda session: session.execute(text("DELETE FROM category_model_file")))
    suggesting.forget()
    assert desk.run(current_model) is None


def test_try_again_when_a_broken_model_was_mended(
    desk: Desk, trained: TrainedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(desk, trained)
    whole = model_file.write(trained.model)
    desk.run(lambda session: session.execute(update(CategoryModelFile).values(body=b"")))
    assert desk.run(current_model) is None
    desk.run(lambda session: session.execute(update(CategoryModelFile).values(body=whole)))
    assert desk.run(current_model) is None, "not at once: a broken file is not read for each complaint"
    monkeypatch.setattr(suggesting, "AGAIN_AFTER_SECONDS", 0.0)
    assert desk.run(current_model) is not None


def test_set_a_slow_model_aside_when_three_answers_in_a_row_take_too_long(
    desk: Desk, trained: TrainedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(desk, trained)
    model = desk.run(current_model)
    monkeypatch.setattr(suggesting, "SLOW_SECONDS", -1.0)
    for _ in range(suggesting.SLOW_IN_A_ROW):
        assert desk.run(current_model) is model
        assert model.suggest("停水", "")
    assert (desk.run(current_model), desk.run(why_absent)) == (None, Absence.SLOW)
    monkeypatch.setattr(suggesting, "AGAIN_AFTER_SECONDS", 0.0)
    assert desk.run(current_model) is not None


def test_answer_nothing_instead_of_failing_when_the_model_raises(
    desk: Desk, trained: TrainedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(desk, trained)
    model = desk.run(current_model)

    def fail(*_words: object) -> None:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(Model, "suggest", fail)
    assert model.suggest("停水", "没有自来水") == []
    assert desk.run(why_absent) is Absence.BROKEN
