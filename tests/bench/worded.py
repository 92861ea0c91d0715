"""Words by the million for the repeats: real complaints, and around them others that are made of clauses and of set texts."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

from tests.bench import city
from tests.bench.paraphrase import CLAUSE
from tests.conftest import SHARED_DATA

REAL = Path("complaints") / "hot_messages.csv.gz"
TEMPLATES = 4_000
SHORT, LONG = 3, 6
SHARE_OF_TEMPLATES = 0.3  # as many as set texts that differ in a number only: the same bands by the thousand


class Said(NamedTuple):
    """A title and a text."""

    title: str
    text: str


def real() -> list[Said]:
    """The real complaints, read in place; none where they are absent."""
    path = SHARED_DATA / REAL
    if not path.is_file():
        return []
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        return [Said(row["title"].strip(), row["body"].strip()) for row in csv.DictReader(stream)]


def strangers(known: list[Said], count: int, random: Random) -> Iterator[Said]:
    """So many others: clauses of all texts thrown together, and set texts with another house number."""
    sets = [Said(one.title, one.text) for one in city.complaints(TEMPLATES)]
    clauses = [clause for one in known or sets for clause in CLAUSE.split(one.text) if len(clause) > 1]
    titles = [one.title for one in known or sets]
    for number in range(count):
        if random.random() < SHARE_OF_TEMPLATES:
            one = random.choice(sets)
            yield Said(one.title, f"{one.text}{number % 900}号{number % 30}室")
        else:
            yield Said(random.choice(titles), "".join(random.choices(clauses, k=random.randint(SHORT, LONG))))
