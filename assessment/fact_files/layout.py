"""Where fact files lie, and what stands beside the rows: a manifest that says which question they answer.

``DIR/<scheme>/<period>/<group>.parquet`` and ``.json``. Pure, but for reading and writing the manifest.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from assessment.periods import Period
from assessment.publications.frozen_facts import COLUMNS
from assessment.schemes.model import Group, Scheme
from dispatch.kernel.errors import DomainError

FORM = "facts/1"
CHUNK_BYTES = 1 << 20
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
# As the columns of a publication's facts, in the types of Parquet.
TYPES = {
    **dict.fromkeys(("ticket_id", "unit_id", "lead_id"), "BIGINT"),
    **dict.fromkeys(("ticket_no", "kind", "solved", "satisfaction"), "VARCHAR"),
    **dict.fromkeys(("redos", "returns"), "INTEGER"),
    **{name: "BOOLEAN" for name in COLUMNS if name.startswith("is_")},
    **dict.fromkeys(("reached", "contacted"), "BOOLEAN"),
    **{name: "TIMESTAMPTZ" for name in COLUMNS if name.endswith("_at")},
}


@dataclass(frozen=True)
class Place:
    """The two files of one table."""

    rows: Path
    manifest: Path

    @classmethod
    def of(cls, folder: Path, scheme: Scheme, period: Period, group: Group) -> Place:
        """Raises ``DomainError`` ``facts.bad_name``: the scheme's name becomes a folder."""
        if not _NAME.fullmatch(scheme.name):
            raise DomainError(
                "facts.bad_name", f"考核办法的名称“{scheme.name}”不能用作文件夹名(只用字母、数字、-、_)。"
            )
        base = folder / scheme.name / period.name / group.value
        return cls(base.with_suffix(".parquet"), base.with_suffix(".json"))


@dataclass(frozen=True)
class Manifest:
    """``units``: code, name and residents of those listed, in order. By unit code: ``aside`` counted apart from the rows,
    ``entered`` (``beside.kept``), ``previous`` scores as fractions. ``codes``: code by id of every unit charged."""

    form: str
    scheme: str
    period: str
    time_zone: str
    group: str
    as_of: str
    rows: int
    sha256: str
    units: list[list[Any]]
    codes: dict[str, str]
    aside: dict[str, dict[str, int]]
    entered: dict[str, dict[str, Any]]
    previous: dict[str, str]

    def write(self, path: Path) -> None:
        """In one move, after the rows: who finds it finds them whole."""
        part = path.with_suffix(".json.part")
        part.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        part.replace(path)


def read(place: Place) -> Manifest:
    """Raises ``DomainError`` ``facts.not_exported``, ``facts.unreadable``, ``facts.changed``."""
    if not place.manifest.is_file() or not place.rows.is_file():
        raise DomainError("facts.not_exported", f"没有“{place.rows}”，请先运行 hotline facts export。")
    try:
        found = Manifest(**json.loads(place.manifest.read_text(encoding="utf-8")))
    except (ValueError, TypeError):
        raise DomainError("facts.unreadable", f"无法读取“{place.manifest}”。") from None
    if found.form != FORM:
        raise DomainError("facts.unreadable", f"“{place.manifest}”的格式是 {found.form}，应为 {FORM}。")
    if digest(place.rows) != found.sha256:
        raise DomainError("facts.changed", f"“{place.rows}”与导出时不同，不能据以排名。")
    return found


def digest(path: Path) -> str:
    """SHA-256 of a file, read piece by piece."""
    whole = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            whole.update(chunk)
    return whole.hexdigest()
