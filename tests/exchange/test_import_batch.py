"""Rows that travel together come out as they went in."""

from __future__ import annotations

import pickle

from hypothesis import given
from hypothesis import strategies as st

from dispatch.kernel import seals
from dispatch.tickets.history import Prepared
from dispatch.tickets.import_batch import Batch
from dispatch.tickets.import_rows import Facts

LINES = st.binary(max_size=30)
WORDS = st.none() | st.text(max_size=9)
FLAGS = st.none() | st.booleans()
FACTS = st.builds(
    Facts,
    *(st.text(max_size=9), st.text(max_size=9), WORDS, WORDS, st.text(max_size=9)),
    *[WORDS] * 7,
    *(FLAGS, FLAGS, WORDS, WORDS, st.booleans(), st.integers(0, 32_767), st.integers(0, 32_767)),
    *(WORDS, WORDS, WORDS, FLAGS),
)
ROWS = st.lists(
    st.builds(
        Prepared,
        line=st.integers(2, 2**40),
        facts=FACTS,
        ticket_id=st.integers(1, 2**60),
        head=st.binary(min_size=32, max_size=32),
        ticket=LINES,
        number=LINES,
        texts=LINES,
        event=LINES,
        likeness=LINES,
    ),
    max_size=6,
)


@given(ROWS)
def test_a_batch_gives_back_its_rows_when_it_went_through_a_pipe(rows: list[Prepared]) -> None:
    batch: Batch = pickle.loads(pickle.dumps(Batch.of(rows)))
    assert batch.rows == rows
    assert len(batch) == len(rows)
    assert batch.lines["texts"] == b"".join(row.texts for row in rows)
    assert list(seals.unpack(batch.leaves)) == [(row.ticket_id, 1, row.head) for row in rows]
    numbers = [row.facts.ticket_no for row in rows]
    assert batch.is_plain == (len(numbers) == len(set(numbers)))
