"""Is each row of units.csv sound, alone and beside the others and what is known already? Pure (design §9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from dispatch.directory.tree import KIND_WORDS, KINDS, PARENT_KINDS, cycle_members
from dispatch.exchange.csvfile import Row
from dispatch.exchange.rejects import Reject

COLUMNS: Final = ("code", "name", "kind", "parent_code", "population")
LONGEST_CODE: Final = 64
LONGEST_NAME: Final = 200
LONGEST_NUMBER: Final = 12


class Facts(NamedTuple):
    """What a row says of a unit besides its code and kind; ``parent_code`` empty for a root."""

    name: str
    parent_code: str
    population: int | None


class UnitRow(NamedTuple):
    """A row of units.csv that was understood."""

    line: int
    code: str
    kind: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class Known:
    """A unit on record, seen at the instant the import takes effect: the facts then (None where it is not in effect), the last
    facts ever, and whether a version starts later."""

    kind: str
    current: Facts | None
    last: Facts
    has_later: bool

    def holds(self, facts: Facts) -> bool:
        """Would ``facts`` change nothing? A unit that has ended is not revived by naming it again."""
        return facts == (self.current or self.last) and not (self.current is None and self.has_later)

    def refusal(self, facts: Facts) -> str | None:
        """Why ``facts`` cannot take effect, if so."""
        if self.holds(facts):
            return None
        if self.has_later:
            return "该单位在生效时间之后已有变更"
        return None if self.current else "该单位已撤销，不能再变更"


def check(rows: Iterable[Row | Reject], known: Mapping[str, Known]) -> tuple[list[UnitRow], list[Reject]]:
    """Split ``rows`` (cells in the order of COLUMNS) into sound ones and faults, both by line.

    A row that hangs under a refused new row is refused too, so what is left can be loaded as it is.
    """
    good: dict[str, UnitRow] = {}
    faults: list[Reject] = []
    seen: set[str] = set()
    for row in rows:
        parsed = row if isinstance(row, Reject) else _parse(row, faults)
        if isinstance(parsed, Reject):
            faults.append(parsed)
        elif parsed:
            fault = _alone(parsed, seen, known)
            seen.add(parsed.code)
            if fault:
                faults.append(fault)
            else:
                good[parsed.code] = parsed
    while misplaced := _misplaced(good, known):
        for code, fault in misplaced.items():
            del good[code]
            faults.append(fault)
    return list(good.values()), sorted(faults, key=lambda fault: fault.line)


def _parse(row: Row, faults: list[Reject]) -> UnitRow | None:
    """The row understood, or None with its faults added."""
    code, name, kind, parent_code, population = row.cells
    found = [
        Reject(row.line, column, reason)
        for column, reason in (
            ("code", _code_fault(code)),
            ("name", _name_fault(name)),
            ("kind", None if kind in KINDS else f"应为 {'、'.join(KINDS)} 之一"),
            ("parent_code", _code_fault(parent_code) if parent_code else None),
            ("population", _population_fault(population)),
        )
        if reason
    ]
    faults.extend(found)
    if found:
        return None
    return UnitRow(row.line, code, kind, Facts(name.strip(), parent_code, int(population) if population else None))


def _code_fault(code: str) -> str | None:
    if not code.strip():
        return "不能为空"
    if code != code.strip() or not code.isprintable():
        return "首尾不能有空格，中间不能有控制字符"
    return f"不能超过 {LONGEST_CODE} 个字符" if len(code) > LONGEST_CODE else None


def _name_fault(name: str) -> str | None:
    if not name.strip():
        return "不能为空"
    if not name.strip().isprintable():
        return "不能有换行或控制字符"
    return f"不能超过 {LONGEST_NAME} 个字符" if len(name) > LONGEST_NAME else None


def _population_fault(population: str) -> str | None:
    if not population:
        return None
    if not (population.isascii() and population.isdigit()):
        return "应为不小于 0 的整数，或留空"
    return f"不能超过 {LONGEST_NUMBER} 位数字" if len(population) > LONGEST_NUMBER else None


def _alone(row: UnitRow, seen: set[str], known: Mapping[str, Known]) -> Reject | None:
    if row.code in seen:
        return Reject(row.line, "code", "编码在文件中重复")
    before = known.get(row.code)
    if before is None:
        return None
    if before.kind != row.kind:
        return Reject(row.line, "kind", f"该编码已登记为{KIND_WORDS[before.kind]},类别不能更改")
    reason = before.refusal(row.facts)
    return Reject(row.line, "", reason) if reason else None


def _misplaced(good: Mapping[str, UnitRow], known: Mapping[str, Known]) -> dict[str, Reject]:
    """Rows whose place in the tree is wrong, given that only ``good`` rows and what is known exist."""
    misplaced = {}
    looping = cycle_members(_parents(good, known))
    for code, row in good.items():
        reason = "上级关系成环" if code in looping else _parent_fault(row, good, known)
        if reason:
            misplaced[code] = Reject(row.line, "parent_code", reason)
    return misplaced


def _parents(good: Mapping[str, UnitRow], known: Mapping[str, Known]) -> dict[str, str]:
    parents = {
        code: unit.current.parent_code for code, unit in known.items() if unit.current and unit.current.parent_code
    }
    for code, row in good.items():
        parents[code] = row.facts.parent_code
        if not row.facts.parent_code:
            del parents[code]
    return parents


def _parent_fault(row: UnitRow, good: Mapping[str, UnitRow], known: Mapping[str, Known]) -> str | None:
    parent_code = row.facts.parent_code
    if not parent_code or (row.code in known and known[row.code].holds(row.facts)):
        return None
    parent = known.get(parent_code)
    if parent and parent.current is None:
        return "上级单位在生效时已撤销或尚未设立"
    if parent is None and parent_code not in good:
        return "上级单位不存在，或上级单位所在的行有误"
    kind = parent.kind if parent else good[parent_code].kind
    return None if kind in PARENT_KINDS[row.kind] else f"{KIND_WORDS[row.kind]}的上级不能是{KIND_WORDS[kind]}"
