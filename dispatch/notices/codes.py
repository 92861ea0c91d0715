"""The query code: with it, and the ticket's number, a citizen sees how the matter stands. Made from a key, stored nowhere."""

from __future__ import annotations

import hmac
import unicodedata

from dispatch.access.vault import Vault

# Sixteen letters that nobody takes for another one: half a byte each, none more likely than the others.
LETTERS = "ACDEFHJKMNPRTWXY"
LENGTH = 8


def query_code(vault: Vault, ticket_no: str) -> str:
    """The code of this ticket, e.g. ``HKTAMWFC``."""
    return _letters(vault.tags(_subject(ticket_no))[0])


def is_code_of(vault: Vault, ticket_no: str, given: str) -> bool:
    """Whether ``given``, as people type, is the ticket's code. Asks no database, so an unknown number takes as long."""
    typed = tidy(given).upper().encode()
    codes = [_letters(tag).encode() for tag in vault.tags(_subject(ticket_no))]
    return sum(hmac.compare_digest(code, typed) for code in codes) > 0  # a sum: each one is compared


def tidy(given: str) -> str:
    """What was typed, without blanks and in half width."""
    return "".join(unicodedata.normalize("NFKC", given).split())


def _subject(ticket_no: str) -> str:
    return f"progress:{ticket_no}"


def _letters(tag: bytes) -> str:
    halves = (half for byte in tag for half in (byte >> 4, byte & 15))
    return "".join(LETTERS[half] for half, _ in zip(halves, range(LENGTH), strict=False))
