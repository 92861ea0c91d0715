"""The application, its people and the small town of the API's tests, with the second-level units that scenarios need."""

from __future__ import annotations

import pytest
from flask import Flask

from dispatch.directory import services as directory
from dispatch.exchange.csvfile import Row
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.db import transaction
from tests.api.conftest import MONDAY, Town, app, clock

__all__ = ["app", "clock", "town"]

MORE_UNITS = (
    ("E-02", "测试自来水集团", "enterprise", "100000"),
    ("110-C", "东区城市管理局", "department", "110"),
    ("110001001-1", "柳荫第一社区一网格", "grid", "110001001"),
)


@pytest.fixture
def town(app: Flask, clock: FixedClock) -> Town:
    rows = [Row(line, [*unit, ""]) for line, unit in enumerate(MORE_UNITS, start=2)]
    with transaction() as session:
        directory.import_units(session, rows, at=MONDAY)
    return Town(app, clock)
