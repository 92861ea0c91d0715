"""Where the oracle finds its facts: the shared data where present, else the same table as shipped."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def holidays_csv() -> Path:
    """The raw holiday table `date,name,is_off,year_file` (2007–2026)."""
    shared = Path(os.environ.get("HOTLINE_SHARED_DATA", ROOT.parent / "shared" / "data")) / "holidays"
    found = sorted(shared.glob("holiday_cn_*.csv"))
    return found[-1] if found else ROOT / "dispatch" / "directory" / "data" / "holidays.csv"
