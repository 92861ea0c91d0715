"""The identity vault: sealing and opening a reporter's identity, blind phone search, and the logged look."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import phonenumbers
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from dispatch.kernel.errors import DomainError

NONCE_BYTES = 12
REGION = "CN"


@dataclass(frozen=True, slots=True)
class Reporter:
    """诉求人: who called. Never leaves the vault but through a logged look. ``repr`` tells nothing."""

    name: str | None = None
    phone: str | None = None
    mail: str | None = None

    def __repr__(self) -> str:
        return "Reporter(***)"


@dataclass(frozen=True, slots=True)
class SealedIdentity:
    """What the database holds of a reporter."""

    sealed: bytes | None
    key_id: str | None
    phone_index: bytes | None
    index_version: int | None


def normalise_phone(raw: str) -> str:
    """A phone number as E.164; full-width digits, blanks, 86 and 0 prefixes are understood."""
    try:
        number = phonenumbers.parse(raw, REGION)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise DomainError("reporter.phone_unreadable", "联系电话无法识别，请核对号码。", field="phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def masked_phone(phone: str) -> str:
    """``138****5678`` for a normalised number."""
    digits = phone.removeprefix("+86").removeprefix("+")
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) > 7 else "****"


def masked_name(name: str) -> str:
    """The family name only: ``王**``."""
    return name[:1] + "*" * max(1, len(name) - 1)


class Vault:
    """Keys of the vault: sealing keys by id (the first seals, all open) and blind-index keys by version (the highest writes)."""

    def __init__(self, keys: Mapping[str, bytes], index_keys: Mapping[int, bytes]) -> None:
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._key_id = next(iter(keys))
        self._index_keys = dict(index_keys)
        self._index_version = max(index_keys)

    def __repr__(self) -> str:
        return "Vault(***)"

    def seal(self, reporter: Reporter, *, bound_to: str) -> SealedIdentity:
        """Encrypt ``reporter``; ``bound_to`` (e.g. ``ticket:17``) must be given again to open, so rows cannot be swapped."""
        phone = normalise_phone(reporter.phone) if reporter.phone else None
        body = json.dumps({"name": reporter.name, "phone": phone, "mail": reporter.mail}, ensure_ascii=False)
        sealed, key_id = self.seal_words(body, bound_to=bound_to)
        index = self._index_of(phone, self._index_version) if phone else None
        return SealedIdentity(sealed, key_id, index, self._index_version if index else None)

    def open(self, sealed: bytes, key_id: str, *, bound_to: str) -> Reporter:
        """Decrypt what :meth:`seal` made. Raises ``vault.unreadable`` for a lost key or a swapped or damaged row."""
        identity: dict[str, Any] = json.loads(self._opened(sealed, key_id, bound_to))
        return Reporter(name=identity["name"], phone=identity["phone"], mail=identity.get("mail"))

    def seal_words(self, words: str, *, bound_to: str) -> tuple[bytes, str]:
        """Encrypt ``words`` that somebody typed, bound as an identity is; the sealed bytes and the id of their key."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._ciphers[self._key_id].encrypt(nonce, words.encode(), bound_to.encode()), self._key_id

    def open_words(self, sealed: bytes, key_id: str, *, bound_to: str) -> str:
        """What :meth:`seal_words` sealed. Raises ``vault.unreadable`` for a lost key or a swapped or damaged row."""
        return self._opened(sealed, key_id, bound_to).decode()

    def blind_index(self, phone: str, version: int | None = None) -> bytes:
        """HMAC-SHA-256 of the normalised phone under the index key of ``version`` (default: the newest)."""
        return self._index_of(normalise_phone(phone), version or self._index_version)

    def _opened(self, sealed: bytes, key_id: str, bound_to: str) -> bytes:
        try:
            return self._ciphers[key_id].decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to.encode())
        except (KeyError, InvalidTag) as error:
            raise DomainError("vault.unreadable", "诉求人信息无法解密，请联系安全管理员。", status=500) from error

    def _index_of(self, normalised: str, version: int) -> bytes:
        return hmac.new(self._index_keys[version], normalised.encode(), hashlib.sha256).digest()

    def blind_indexes(self, phone: str) -> list[bytes]:
        """The index under every key still known, for search across key versions."""
        return [self.blind_index(phone, version) for version in self._index_keys]

    def tags(self, subject: str) -> list[bytes]:
        """HMAC-SHA-256 of ``subject`` under each index key, the newest first: what only we can make, and recognise again."""
        return [self._index_of(subject, version) for version in sorted(self._index_keys, reverse=True)]


@dataclass(frozen=True, slots=True)
class Contact:
    """What one look shows, and until when it may be shown."""

    name: str | None
    phone: str | None
    until: datetime
