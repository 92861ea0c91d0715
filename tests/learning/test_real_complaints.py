"""On real complaints, read in place: the model learns them, and its probabilities mean what they say."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

from dispatch.learning import evaluating, training
from dispatch.learning.rows import Row, row_digest
from tests.town import MONDAY

# Of 827 rows; all 9,408 with their figures are the bench's (make bench ARGS="routing-categories").
LEAST_MACRO_F1 = 0.75
MOST_ECE = 0.12


def test_tell_unseen_messages_apart_when_trained_on_real_ones(shared_data: Path) -> None:
    with gzip.open(shared_data / "complaints" / "labelled.csv.gz", "rt", encoding="utf-8", newline="") as stream:
        rows = [Row(f"{row['title']}\n{row['body']}", row["label"]) for row in csv.DictReader(stream)]
    kept, asked = [row for place, row in enumerate(rows) if place % 5], rows[::5]
    made = training.train(kept, MONDAY)
    fresh = [row for row in asked if row_digest(row.text) not in {row_digest(row.text) for row in kept}]
    found = evaluating.evaluate(made.model, fresh, frozenset())
    assert found.unseen.macro_f1 >= LEAST_MACRO_F1
    assert found.unseen.ece <= MOST_ECE
