"""The demo's people: a simple log-in for every role, and one for each unit that acts. One password per HOTLINE_HOME, made once."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.access import services
from dispatch.access.models import Account, AccountRole
from dispatch.access.passwords import hash_password, is_right
from dispatch.demo.places import DemoCity
from dispatch.directory.snapshot import Reference, UnitRef

ACTOR: Final = "system:demo"
OFFICER: Final = "unit_officer"
GRID_WORKER: Final = "grid_worker"
PASSWORD_FILE: Final = "demo-password"  # noqa: S105 - the file's name, not its content
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike on a projector


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A log-in of the demo; ``unit_code`` None for the hotline's own people."""

    login: str
    name: str
    role: str
    unit_code: str | None = None


@dataclass(frozen=True, slots=True)
class Staff:
    """Actor strings by log-in, the log-ins of the units that have one of their own, and the grid units by their street."""

    actors: Mapping[str, str]
    unit_logins: Mapping[str, str]
    grids: Mapping[str, str]
    password_hash: str = field(repr=False)


def password_of(home: Path) -> str:
    """The password of every demo log-in of this HOTLINE_HOME: made at the first call, for its owner's eyes alone."""
    path = home / PASSWORD_FILE
    if not path.exists():
        made = "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))
        home.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
            file.write(made + "\n")
    return path.read_text("ascii").strip()


def demo_accounts(city: DemoCity) -> list[DemoAccount]:
    """The log-ins that are printed: every role, and the desks of a few units."""
    places, offices = city.places, city.offices
    streets = [places[0], places[len(places) // 2], places[-1]]
    bureau = next((unit for unit in offices if unit.code.startswith("D")), offices[-1])
    return [
        DemoAccount("operator1", "示例话务员一", "operator"),
        DemoAccount("operator2", "示例话务员二", "operator"),
        *(
            DemoAccount(f"street{number}", f"{place.name}经办人", OFFICER, place.code)
            for number, place in enumerate(streets, start=1)
        ),
        DemoAccount("head1", f"{streets[0].name}负责人", "unit_head", streets[0].code),
        *(
            DemoAccount("grid1", f"{place.grid.name}网格员", GRID_WORKER, place.grid.code)
            for place in streets[:1]
            if place.grid
        ),
        DemoAccount("heat1", f"{offices[0].name}经办人", OFFICER, offices[0].code),
        DemoAccount("bureau1", f"{bureau.name}经办人", OFFICER, bureau.code),
        *(
            DemoAccount(f"district{number}", f"{district.name}督办员", "district_supervisor", district.code)
            for number, district in enumerate(city.districts, start=1)
        ),
        DemoAccount("city1", "示例市级督办员", "city_supervisor"),
        DemoAccount("agent1", "示例回访员一", "follow_up_agent"),
        DemoAccount("agent2", "示例回访员二", "follow_up_agent"),
        DemoAccount("evaluator1", "示例考核员", "evaluator"),
        DemoAccount("adjudicator1", "示例裁定员", "adjudicator"),
        DemoAccount("system1", "示例系统管理员", "system_admin"),
        DemoAccount("security1", "示例安全管理员", "security_admin"),
        DemoAccount("audit1", "示例审计管理员", "audit_admin"),
    ]


def ensure_accounts(
    session: Session, wanted: Sequence[DemoAccount], reference: Reference, *, password: str, at: datetime
) -> Staff:
    """Create what is missing; where the password is no longer this home's, set it for all."""
    known = {account.login: account for account in session.scalars(select(Account))}
    first = next((known[account.login] for account in wanted if account.login in known), None)
    is_stale = first is not None and not is_right(first.password_hash, password)
    password_hash = hash_password(password, login="") if first is None or is_stale else first.password_hash
    for account in wanted:
        if account.login not in known:
            unit_id = reference.by_code[account.unit_code].unit_id if account.unit_code else None
            _create(session, account, unit_id, password_hash=password_hash, at=at)
        elif is_stale:
            services.set_password(session, account.login, password, actor=ACTOR, at=at)
    ids = session.execute(select(Account.login, Account.account_id)).all()
    return Staff(
        actors={login: f"account:{account_id}" for login, account_id in ids},
        unit_logins={
            account.unit_code: account.login for account in wanted if account.unit_code and account.role == OFFICER
        },
        grids={
            reference.by_id[reference.by_code[account.unit_code].parent_id or 0].code: account.unit_code
            for account in wanted
            if account.unit_code and account.role == GRID_WORKER
        },
        password_hash=password_hash,
    )


def ensure_officer(session: Session, unit: UnitRef, *, password_hash: str, at: datetime, called: str = "经办人") -> str:
    """The actor string of a unit's own officer, whose log-in is the unit's code in small letters; created when missing."""
    login = officer_login(unit.code)
    account_id = session.scalar(select(Account.account_id).where(Account.login == login))
    if account_id is None:
        account = DemoAccount(login, f"{unit.name}{called}", OFFICER, unit.code)
        account_id = _create(session, account, unit.unit_id, password_hash=password_hash, at=at)
    return f"account:{account_id}"


def officer_login(unit_code: str) -> str:
    """The log-in of a unit's officer."""
    return f"u{unit_code.lower()}"


def _create(session: Session, account: DemoAccount, unit_id: int | None, *, password_hash: str, at: datetime) -> int:
    """Written down directly: a hash takes a twelfth of a second by design, and a hundred people share one password here."""
    row = Account(
        login=account.login,
        name=account.name[: services.LONGEST_NAME],
        password_hash=password_hash,
        unit_id=unit_id,
        created_at=at,
        failed_count=0,
    )
    session.add(row)
    session.flush()
    session.add(AccountRole(account_id=row.account_id, role=account.role))
    services.note(session, "account.create", actor=ACTOR, at=at, subject=f"account:{row.account_id}")
    return row.account_id
