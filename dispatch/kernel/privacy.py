"""Keeps personal data out of the logs: what a key promises to hold, and what looks like a telephone or identity number."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

HIDDEN = "[隐去]"

PERSONAL = {
    "phone", "mobile", "telephone", "name", "address", "text", "title", "identity", "body", "content", "description", "reporter",
    "caller", "email", "mail", "password", "token", "secret", "key", "cookie", "authorization",
}  # fmt: skip
"""Words of a key (between underscores) whose value is never logged."""

HARMLESS = {
    "unit_name", "job_name", "event_name", "consumer_name", "file_name", "queue_name", "table_name", "logger_name", "event_key",
    "key_id", "text_id", "reporter_kind",
}  # fmt: skip
"""Keys with such a word that name things of the machine."""

NUMBERS = re.compile(
    r"(?<!\d)(?:"
    r"\d{17}[\dXx]"  # resident identity number
    r"|(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}"  # mobile
    r"|\(?0\d{2,3}\)?[ -]?[2-9]\d{6,7}"  # landline with area code
    r"|[5-8]\d{7}"  # landline without
    r")(?!\d)"
)
QUOTED = re.compile(r"\"(?![\w.]+\")[^\"]*\"|'(?![\w.]+')[^']*'", re.ASCII)
MESSAGE_CHARACTERS = 200


def scrub(value: Any, key: str = "") -> Any:
    """``value`` with personal data masked, at any depth; ``key`` is the name that it goes by. Numbers of things stay."""
    if is_personal(key):
        return HIDDEN
    if isinstance(value, str):
        return value if key == "id" or key.endswith("_id") else scrub_text(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return HIDDEN if not key.endswith("_id") and NUMBERS.fullmatch(str(value)) else value
    if isinstance(value, Mapping):
        return {name: scrub(inner, str(name)) for name, inner in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, bytes | bytearray):
        return [scrub(inner) for inner in value]
    if isinstance(value, float) or value is None or isinstance(value, bool):
        return value
    return scrub_text(str(value))


def is_personal(key: str) -> bool:
    """Whether a key's own name says that its value is about a person, or is a secret."""
    lowered = key.lower()
    return lowered not in HARMLESS and not PERSONAL.isdisjoint(re.split(r"[^a-z]+", lowered))


def scrub_text(text: str) -> str:
    """``text`` with every telephone-like or identity-like number masked; full-width digits do not hide one."""
    plain = unicodedata.normalize("NFKC", text)
    return NUMBERS.sub(HIDDEN, plain) if NUMBERS.search(plain) else text


def describe_error(error: BaseException) -> str:
    """An error's class and the first line of its message. Further lines and quoted values may repeat a citizen's words."""
    first = (str(error).splitlines() or [""])[0][:MESSAGE_CHARACTERS]
    return f"{type(error).__qualname__}: {scrub_text(QUOTED.sub(HIDDEN, first))}".rstrip(": ")
