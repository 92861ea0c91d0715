"""Where the shared bulletins are, and units by the dozen."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assessment.rankings import UnitRow

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def rate_checks() -> Path:
    """The published numbers of real offices, read in place."""
    shared = Path(os.environ.get("HOTLINE_SHARED_DATA") or ROOT.parent / "shared" / "data")
    path = (ROOT / shared / "bulletins" / "rate_checks.csv").resolve()
    if not path.exists():
        pytest.skip("needs HOTLINE_SHARED_DATA")
    return path


@pytest.fixture(scope="session")
def units() -> list[UnitRow]:
    """Forty made-up street-townships, codes in order."""
    return [UnitRow(f"T{number:02d}", f"第{number}街道", 10_000 + number) for number in range(40)]
