"""Real complaints told otherwise are still found and still alike; strangers are not."""

from __future__ import annotations

from pathlib import Path
from random import Random

from dispatch.likeness.folding import folded
from dispatch.likeness.signature import Signature, signature
from dispatch.likeness.similarity import Worded
from dispatch.limits.policy import shipped_policy
from tests.bench import worded
from tests.bench.paraphrase import ONE_RULE, RULES, paraphrase

ASKED = 60


def bands(found: Signature | None) -> set[tuple[int, int]]:
    return set(enumerate(found.bands or ())) if found else set()


def test_real_words_share_a_band_and_are_alike_when_told_otherwise(shared_data: Path) -> None:
    random, known = Random(1), worded.real()
    assert len(known) > 4_000
    alike = shipped_policy().procedure.repeats_alike
    for rule in RULES:
        found = 0
        for one in random.sample(known, ASKED):
            whole = f"{one.title}\n{one.text}"
            letters, told = folded(whole), folded(paraphrase(whole, rule, random))
            is_near = bool(bands(signature(letters)) & bands(signature(told)))
            found += is_near and Worded(letters).likeness(Worded(told)) >= alike
        assert found >= ASKED * (0.95 if rule in ONE_RULE else 0.75), rule


def test_real_words_are_not_alike_when_two_strangers_wrote_them(shared_data: Path) -> None:
    random, known = Random(2), worded.real()
    alike = shipped_policy().procedure.repeats_alike
    pairs = [random.sample(known, 2) for _ in range(500)]
    likenesses = [
        Worded(folded(*one)).likeness(Worded(folded(*other))) for one, other in pairs if one.text != other.text
    ]
    assert sum(likeness >= alike for likeness in likenesses) <= 1
