"""A list written as an array literal is read back by PostgreSQL as the same list."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from dispatch.kernel.arrays import array_of
from dispatch.kernel.config import Config

OFFSETS = st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-5, minutes=-30))])
INSTANTS = st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(9000, 1, 1), timezones=OFFSETS)  # noqa: DTZ001
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
KINDS = {
    "bigint": st.integers(-(2**63), 2**63 - 1),
    "boolean": st.booleans(),
    "timestamptz": INSTANTS,
    "bytea": st.binary(max_size=40),
    "text": st.one_of(WORDS, st.sampled_from(["NULL", "null", "", "{}", 'a"b', "a\\b", " x ", ","])),
}


@pytest.mark.parametrize("kind", KINDS)
def test_read_back_the_same_list_when_it_was_written_as_a_literal(kind: str, base_config: Config) -> None:
    engine = create_engine(str(base_config.database_url))
    with engine.connect() as connection:

        @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
        @given(st.lists(st.one_of(KINDS[kind], st.none()), max_size=12))
        def check(values: list[object]) -> None:
            read = connection.execute(
                text(f"SELECT CAST(:given AS {kind}[])"), {"given": array_of(values)}
            ).scalar_one()
            assert read == values

        check()
    engine.dispose()


@pytest.mark.parametrize("value", [1.5, [1], datetime(2026, 1, 1)])  # noqa: DTZ001
def test_refuse_what_has_no_one_meaning_when_it_stands_in_a_list(value: object) -> None:
    with pytest.raises(TypeError):
        array_of([value])
