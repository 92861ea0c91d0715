"""The number that the database makes of a frozen fact says all that the conditions read: every combination there is, both ways."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, func, not_, select, text
from sqlalchemy.orm import Session

from assessment import conditions
from assessment.publications import frozen_facts, verification
from assessment.publications.counted_as import unpacked
from assessment.publications.models import PublicationFact
from assessment.schemes import builtin
from tests.publications.conftest import Office

# Every combination of what the conditions read; "maybe" is an answer that nobody has thought of yet.
EVERY = """
INSERT INTO publication_fact (publication_id, number, ticket_id, ticket_no, kind, unit_id, lead_id, is_voice, is_imported,
    is_excluded, is_withdrawn, is_pending, reached, contacted, solved, satisfaction, is_on_time, is_explained,
    redos, returns, received_at, dispatched_at, first_contact_at, completed_at, digest)
SELECT 9, row_number() OVER (), 1, 'N', 'request', 1, 1, false, false, excluded.of, withdrawn.of, pending.of, reached.of,
    contacted.of, solved.of, satisfaction.of, on_time.of, explained.of, redos.of, returns.of, at.of, at.of,
    CASE WHEN first.of THEN at.of END, CASE WHEN completed.of THEN at.of END, ''
FROM (VALUES (timestamptz '2026-01-01')) at (of),
    (VALUES (true), (false)) excluded (of), (VALUES (true), (false)) withdrawn (of), (VALUES (true), (false)) pending (of),
    (VALUES (true), (false)) reached (of), (VALUES (true), (false)) on_time (of), (VALUES (true), (false)) explained (of),
    (VALUES (true), (false)) first (of), (VALUES (true), (false)) completed (of),
    (VALUES (true), (false), (NULL)) contacted (of), (VALUES (0), (2)) redos (of), (VALUES (0), (3)) returns (of),
    (VALUES ('yes'), ('partly'), ('no'), ('maybe'), (NULL)) solved (of),
    (VALUES ('satisfied'), ('basically'), ('dissatisfied'), ('maybe'), (NULL)) satisfaction (of)
"""
COMBINATIONS = 2**10 * 3 * 5 * 5


def everything(fact: Any) -> dict[str, ColumnElement[bool]]:
    """All that can be counted of a fact."""
    pending = and_(not_(fact.is_excluded), fact.is_pending)
    return conditions.conditions(fact) | conditions.extra_conditions(fact) | {"pending": pending}


def test_number_counts_as_the_columns_do_in_every_combination(office: Office) -> None:
    fact = PublicationFact.__table__.c
    straight, packed = everything(fact), everything(unpacked(fact.counted_as))
    told = [
        count
        for name, counts in straight.items()
        for count in (
            func.count().filter(func.coalesce(counts, False) != func.coalesce(packed[name], False)),
            func.count().filter(counts),
        )
    ]

    def read(session: Session) -> Any:
        session.execute(text(EVERY))
        return session.execute(select(func.count(), *told).where(fact.publication_id == 9)).one()

    combinations, *found = office.run(read)
    assert combinations == COMBINATIONS
    assert dict(zip(straight, found[::2], strict=True)) == dict.fromkeys(straight, 0)
    assert [name for name, count in zip(straight, found[1::2], strict=True) if not 0 < count < COMBINATIONS] == []


def test_counts_follow_when_a_fact_is_changed_behind_the_back(office: Office) -> None:
    number = office.publish().publication_id
    scheme = builtin("beijing")
    before = office.run(frozen_facts.counts, number, scheme)
    office.sql("UPDATE publication_fact SET is_excluded = NOT is_excluded WHERE number = 7")
    after = office.run(frozen_facts.counts, number, scheme)
    changed = [code for code in before if before[code] != after[code]]
    assert len(changed) == 1
    assert after[changed[0]].excluded != before[changed[0]].excluded
    assert office.run(verification.verify, number) is not None
