"""Who is asking: an account, what it may do and whose tickets it sees, as one frozen value that the gate leaves behind."""

from __future__ import annotations

from dataclasses import dataclass

from flask import g

from dispatch.kernel.errors import DomainError


@dataclass(frozen=True, slots=True)
class Person:
    """``unit_id`` is None for the hotline's own people. ``permissions`` are the roles', cut to the token's scopes."""

    account_id: int
    login: str
    name: str
    roles: frozenset[str]
    permissions: frozenset[str]
    unit_id: int | None
    unit_code: str | None
    language: str | None = None

    @property
    def actor(self) -> str:
        """How events and logs name this person."""
        return f"account:{self.account_id}"

    def may(self, permission: str) -> bool:
        """Whether this person holds ``permission``."""
        return permission in self.permissions


class LoginRequired(DomainError):
    """Nobody is logged in."""

    def __init__(self) -> None:
        super().__init__("access.login_required", "请先登录后再操作。", status=401)


def current_person_or_none() -> Person | None:
    """Who is asking; None for a passer-by. Known before the view begins, so asking costs nothing."""
    person: Person | None = g.get("person")
    return person


def current_person() -> Person:
    """Who is asking. Raises 401 ``access.login_required``."""
    person = current_person_or_none()
    if person is None:
        raise LoginRequired
    return person


def may(permission: str) -> bool:
    """For templates: whether the person of this page holds ``permission``."""
    person = current_person_or_none()
    return person is not None and person.may(permission)
