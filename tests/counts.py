"""How many examples a test takes: enough to catch a slip in every run, the full count of the promise in ``make test-deep``."""

from __future__ import annotations

import os

IS_DEEP = os.environ.get("HOTLINE_DEEP") == "1"


def examples(ordinary: int, deep: int) -> int:
    """The number for this run."""
    return deep if IS_DEEP else ordinary
