"""Is each row of accounts.csv sound, alone and beside the others and what is known already? Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Final, NamedTuple

from dispatch.access.permissions import ROLE_NAMES, UNIT_ROLES, check_roles
from dispatch.access.services import LOGIN_SHAPE, LONGEST_NAME
from dispatch.exchange.csvfile import Row
from dispatch.exchange.rejects import Reject
from dispatch.kernel.errors import DomainError

COLUMNS: Final = ("login", "name", "unit_code", "roles")
BETWEEN: Final = re.compile(r"[\s,;，；、]+")
_CODES: Final = {name: code for code, name in ROLE_NAMES.items()} | {code: code for code in ROLE_NAMES}


class AccountFacts(NamedTuple):
    """What a row says besides the log-in; ``unit_code`` empty for the hotline's own people, ``roles`` sorted."""

    name: str
    unit_code: str
    roles: tuple[str, ...]


class AccountRow(NamedTuple):
    """A row of accounts.csv that was understood."""

    line: int
    login: str
    facts: AccountFacts


class KnownAccount(NamedTuple):
    """An account on record. ``is_own``: of whoever sends the table in."""

    facts: AccountFacts
    is_disabled: bool
    is_own: bool

    def refusal(self, facts: AccountFacts) -> str | None:
        """Why ``facts`` cannot take effect, if so; what changes nothing is never refused."""
        if facts == self.facts:
            return None
        if self.is_disabled:
            return "账号已停用，不能再变更"
        return "不能更改自己的账号" if self.is_own else None


def check(
    rows: Iterable[Row | Reject], known: Mapping[str, KnownAccount], units: Collection[str]
) -> tuple[list[AccountRow], list[Reject]]:
    """Split ``rows`` (cells in the order of COLUMNS) into sound ones and faults, both by line. ``units``: codes in effect."""
    good: list[AccountRow] = []
    faults: list[Reject] = []
    seen: set[str] = set()
    for row in rows:
        parsed = row if isinstance(row, Reject) else _parse(row, faults, units)
        if isinstance(parsed, Reject):
            faults.append(parsed)
        elif parsed:
            fault = _beside(parsed, seen, known)
            seen.add(parsed.login)
            if fault:
                faults.append(fault)
            else:
                good.append(parsed)
    return good, sorted(faults, key=lambda fault: fault.line)


def _parse(row: Row, faults: list[Reject], units: Collection[str]) -> AccountRow | None:
    """The row understood, or None with its faults added."""
    login, name, unit_code, written = (cell.strip() for cell in row.cells)
    named = [word for word in BETWEEN.split(written) if word]
    roles = tuple(sorted({_CODES[word] for word in named if word in _CODES}))
    found = [
        Reject(row.line, column, reason)
        for column, reason in (
            ("login", _login_fault(login)),
            ("name", _name_fault(name)),
            ("unit_code", _unit_fault(unit_code, roles, units)),
            ("roles", _roles_fault(named)),
        )
        if reason
    ]
    faults.extend(found)
    return None if found else AccountRow(row.line, login, AccountFacts(name, unit_code, roles))


def _login_fault(login: str) -> str | None:
    if not login:
        return "不能为空"
    return None if LOGIN_SHAPE.fullmatch(login) else "应为 2 至 64 位小写字母、数字、点、横线或下划线"


def _name_fault(name: str) -> str | None:
    if not name:
        return "不能为空"
    if not name.isprintable():
        return "不能有换行或控制字符"
    return f"不能超过 {LONGEST_NAME} 个字符" if len(name) > LONGEST_NAME else None


def _unit_fault(unit_code: str, roles: Collection[str], units: Collection[str]) -> str | None:
    if unit_code:
        return None if unit_code in units else "没有这个单位，或单位已撤销"
    return "单位角色须指定所属单位" if UNIT_ROLES.intersection(roles) else None


def _roles_fault(named: Collection[str]) -> str | None:
    if not named:
        return "不能为空"
    if any(word not in _CODES for word in named):
        return "有不认识的角色"
    try:
        check_roles(_CODES[word] for word in named)
    except DomainError:
        return "系统、安全、审计三类管理员须由不同账号担任"
    return None


def _beside(row: AccountRow, seen: Collection[str], known: Mapping[str, KnownAccount]) -> Reject | None:
    if row.login in seen:
        return Reject(row.line, "login", "账号在文件中重复")
    before = known.get(row.login)
    reason = before.refusal(row.facts) if before else None
    return Reject(row.line, "login", reason) if reason else None
