"""The replayed month, once per test process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch.kernel.config import Config
from tests.demo.stage import Month, month


@pytest.fixture(scope="session")
def replayed(base_config: Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    home: Path = tmp_path_factory.mktemp("demo")
    with month(base_config, home, tickets=280) as found:
        yield found
