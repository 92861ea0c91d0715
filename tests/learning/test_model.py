"""What a trained model answers, and that it answers the same whoever asks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.kernel.errors import DomainError
from dispatch.learning import likeness, ngrams, training
from dispatch.learning.quality import quality
from dispatch.learning.rows import LONGEST_TEXT, Row, row_digest
from dispatch.learning.training import FOLDS, TrainedModel
from tests.learning import town_words
from tests.town import MONDAY

TEXTS = st.text(alphabet=st.sampled_from("水管漏Ａb 1，\n\0😀é"), max_size=40)


@given(st.lists(TEXTS, max_size=4))
def test_find_every_run_when_several_texts_are_read_at_once(texts: list[str]) -> None:
    folded = [[sign.lower() if sign != "Ａ" else "a" for sign in text] for text in texts]
    for length, found in enumerate(ngrams.runs(texts), start=1):
        wanted = {
            (row, start)
            for row, text in enumerate(folded)
            for start in range(len(text) - length + 1)
            if all(sign.isalpha() for sign in text[start : start + length])
        }
        assert set(zip(found.rows.tolist(), found.starts.tolist(), strict=True)) == wanted


def test_answer_with_the_labels_of_the_file_when_trained(trained: TrainedModel) -> None:
    best, *others = trained.model.suggest("小区停水", "自来水停了两天，水压一直很低")
    assert best.label == "供水 W-01"
    assert best.probability > 0.5
    assert {best.label, *(one.label for one in others)} == set(town_words.SUBJECTS)
    assert sum(one.probability for one in (best, *others)) == pytest.approx(1, abs=1e-5)


def test_show_the_words_that_spoke_when_a_label_is_suggested(trained: TrainedModel) -> None:
    title, text = "垃圾堆积", "13800138000 王小明：垃圾桶满了没人清运，发臭"
    best = trained.model.suggest(title, text)[0]
    assert best.label == "垃圾清运"
    assert 1 <= len(best.evidence) <= 5
    assert all(piece in f"{title}\n{text}" for piece in best.evidence)
    assert any("垃圾" in piece or "清运" in piece for piece in best.evidence)
    assert not any(sign.isdigit() for piece in best.evidence for sign in piece), "no numbers: they may be a caller's"


def test_answer_alike_when_asked_singly_or_in_a_batch(trained: TrainedModel) -> None:
    texts = [row.text for row in town_words.rows(5)] + ["", "😀", "完全无关的句子"]
    many = trained.model.suggest_many(texts)
    for text, (label, probability) in zip(texts, many, strict=True):
        title, _, body = text.partition("\n")
        single = trained.model.suggest(title, body, limit=1)[0]
        assert (single.label, single.probability) == (label, pytest.approx(probability, abs=1e-5))
    np.testing.assert_allclose(trained.model.probabilities(texts).sum(axis=1), 1, atol=1e-5)
    assert trained.model.suggest_many([]) == []


def test_look_at_the_first_characters_only_when_a_text_is_long(trained: TrainedModel) -> None:
    start = "停水。" * (LONGEST_TEXT // 3 + 1)
    assert trained.model.suggest("", start) == trained.model.suggest("", start + "垃圾清运" * 20_000)


def test_give_the_same_digest_when_the_same_rows_come_in_another_order(trained: TrainedModel) -> None:
    again = training.train(town_words.rows()[::-1], MONDAY)
    assert (again.model.digest, again.training_digest) == (trained.model.digest, trained.training_digest)
    other = training.train(town_words.rows()[:-1], MONDAY)
    assert other.model.digest != trained.model.digest


def test_tell_its_figures_of_unseen_rows_when_trained(trained: TrainedModel) -> None:
    assert trained.found is not None
    assert (trained.rows, trained.found.rows) == (60, 60)
    assert trained.found.macro_f1 > 0.9
    assert len(trained.row_digests) == 8 * len({row_digest(row.text) for row in town_words.rows()})


def test_learn_without_figures_when_rows_are_too_few_to_keep_some_back() -> None:
    few = [Row("停水了", "水"), Row("没有自来水", "水"), Row("垃圾堆积", "Müll"), Row("垃圾没人清运", "Müll")]
    made = training.train(few, MONDAY)
    assert made.model.suggest("", "自来水")[0].label == "水"
    assert made.model.suggest("", "垃圾桶")[0].label == "Müll"


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([], "training.no_rows"),
        ([Row("甲", "水"), Row("乙", "水")], "training.one_label"),
        ([Row("甲", "水"), Row("乙", "水"), Row("丙", "火")], "training.too_few"),
    ],
)
def test_say_what_is_needed_when_no_model_can_come_of_the_rows(rows: list[Row], code: str) -> None:
    with pytest.raises(DomainError) as refused:
        training.train(rows, MONDAY)
    assert refused.value.code == code


def test_keep_repeats_together_when_rows_are_parted() -> None:
    long = "青松苑三号楼电梯连续停运，老人无法下楼买菜，物业推说等待零件，请主管部门督促尽快修复电梯恢复运行"
    short = "青松苑三号楼电梯连续停运老人无法下楼买菜物业推说等待零件督促修复电梯恢复运行"
    texts = [row.text for row in town_words.rows(4)] + [long, "停水", short, "停水"]
    family = likeness.families(texts)
    assert family[-4] == family[-2], "the same in other words"
    assert family[-3] == family[-1], "the same, short as it is"
    parts = training.folds(np.zeros(len(texts), dtype=np.int64), family)
    assert parts[-4] == parts[-2]
    assert set(parts.tolist()) == set(range(FOLDS))


@given(
    st.lists(st.tuples(st.sampled_from("甲乙丙"), st.sampled_from("甲乙丁"), st.floats(0, 1)), min_size=1, max_size=30)
)
def test_count_by_hand_the_same_when_quality_is_told(answers: list[tuple[str, str, float]]) -> None:
    truth, given_, sure = zip(*answers, strict=True)
    found = quality(truth, given_, sure)
    assert found.accuracy == pytest.approx(sum(a == b for a, b in zip(truth, given_, strict=True)) / len(truth))
    assert sum(one.support for one in found.labels) == sum(one.predicted for one in found.labels) == len(truth)
    assert sum(one.count for one in found.bins) == len(truth)
    assert 0 <= found.ece <= 1
    scores = []
    for label in set(truth):
        hits = sum(a == b == label for a, b in zip(truth, given_, strict=True))
        scores.append(2 * hits / (truth.count(label) + given_.count(label)))
    assert found.macro_f1 == pytest.approx(sum(scores) / len(scores))
