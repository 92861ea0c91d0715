"""Who is asking: an account, what it may do and whose tickets it sees, as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass


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
