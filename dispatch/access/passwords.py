"""Passwords: argon2 hashes, and the same time spent whether or not an account exists."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dispatch.kernel.errors import DomainError

SHORTEST = 10
UNSET = "!"  # in place of a hash: nobody has set a password yet, nothing fits
LONGEST = 200  # argon2 takes any length; the edge does not

_hasher = PasswordHasher()


def hash_password(password: str, *, login: str) -> str:
    """The argon2 hash to keep. Raises ``account.password_weak`` for one too short, too long or equal to the log-in."""
    if not SHORTEST <= len(password) <= LONGEST or password.casefold() == login.casefold():
        raise DomainError(
            "account.password_weak", f"口令须为 {SHORTEST} 至 {LONGEST} 个字符，且不能与账号相同。", field="password"
        )
    return _hasher.hash(password)


def is_right(password_hash: str | None, password: str) -> bool:
    """Whether ``password`` fits; None (no such account) and UNSET cost the same time and never fit."""
    kept = None if password_hash == UNSET else password_hash
    try:
        return _hasher.verify(kept or _nobody(), password[:LONGEST]) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(password_hash: str) -> bool:
    """Whether the hash was made with older settings."""
    return _hasher.check_needs_rehash(password_hash)


@cache
def _nobody() -> str:
    return _hasher.hash("nobody has this password")
