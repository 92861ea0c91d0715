"""What each role may do: the tables ``permissions.csv`` (permission × role) and ``scopes.csv`` (names for token scopes)."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import cache
from importlib import resources

from dispatch.kernel.errors import DomainError

# 三员分立: nobody may run the system, grant its rights and review its records at once.
SEPARATE_ROLES = frozenset({"system_admin", "security_admin", "audit_admin"})
# Their scope is a unit's: without one they may hold no account, and see nothing.
UNIT_ROLES = frozenset({"unit_officer", "unit_head", "grid_worker", "district_supervisor"})
NOT_ROLES = ("permission", "meaning")

ROLE_NAMES = {
    "operator": "话务员",
    "unit_officer": "单位经办人",
    "unit_head": "单位负责人",
    "grid_worker": "网格员",
    "district_supervisor": "区级督办员",
    "city_supervisor": "市级督办员",
    "follow_up_agent": "回访员",
    "evaluator": "考核员",
    "adjudicator": "裁定员",
    "system_admin": "系统管理员",
    "security_admin": "安全管理员",
    "audit_admin": "审计管理员",
}


def _rows(name: str) -> list[dict[str, str]]:
    text = resources.files("dispatch.access").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def permissions_by_role() -> dict[str, frozenset[str]]:
    """Role → its permissions."""
    rows = _rows("permissions.csv")
    roles = [name for name in rows[0] if name not in NOT_ROLES]
    return {role: frozenset(row["permission"] for row in rows if row[role] == "x") for role in roles}


@cache
def all_permissions() -> frozenset[str]:
    """Every permission there is."""
    return frozenset(row["permission"] for row in _rows("permissions.csv"))


@cache
def scopes() -> dict[str, frozenset[str]]:
    """Token scope → its permissions; each permission is also a scope of its own."""
    named = {row["scope"]: frozenset(row["permissions"].split()) for row in _rows("scopes.csv")}
    return named | {permission: frozenset({permission}) for permission in all_permissions()}


def permissions_of(roles: Iterable[str]) -> frozenset[str]:
    """What the holder of ``roles`` may do; a role that no longer exists gives nothing."""
    table = permissions_by_role()
    return frozenset().union(*(table.get(role, frozenset()) for role in roles))


def check_roles(roles: Iterable[str]) -> frozenset[str]:
    """``roles`` as a set. Raises ``account.unknown_role`` and ``account.roles_conflict`` (三员分立)."""
    wanted = frozenset(roles)
    if unknown := wanted - permissions_by_role().keys():
        raise DomainError("account.unknown_role", f"没有这个角色：{'、'.join(sorted(unknown))}。", field="roles")
    if len(wanted & SEPARATE_ROLES) > 1:
        raise DomainError(
            "account.roles_conflict", "系统管理员、安全管理员、审计管理员须由不同账号担任。", field="roles"
        )
    return wanted


def check_unit(roles: Iterable[str], unit_id: int | None) -> None:
    """Raises ``account.unit_required`` for a unit's role without a unit."""
    if unit_id is None and UNIT_ROLES.intersection(roles):
        raise DomainError("account.unit_required", "单位角色须指定所属单位。", field="unit")


def check_scopes(wanted: Iterable[str]) -> frozenset[str]:
    """The permissions behind scope names. Raises ``token.unknown_scope``, ``token.no_scope``."""
    names = frozenset(wanted)
    if unknown := names - scopes().keys():
        raise DomainError("token.unknown_scope", f"没有这个授权范围：{'、'.join(sorted(unknown))}。", field="scopes")
    if not names:
        raise DomainError("token.no_scope", "请至少指定一个授权范围。", field="scopes")
    return frozenset().union(*(scopes()[name] for name in names))
