"""Bearer tokens of API clients, with a short memory per process so that a call under load costs no extra query."""

from __future__ import annotations

import time
from collections import OrderedDict
from datetime import datetime

from flask import request

from dispatch.access import policy, queries
from dispatch.access.services import digest
from dispatch.kernel.db import transaction
from dispatch.kernel.person import Person

SCHEME = "bearer "

_known: OrderedDict[bytes, tuple[Person, float]] = OrderedDict()


def bearer() -> str | None:
    """The bearer token of this request; None where none is sent."""
    header = request.headers.get("Authorization", "")
    return header[len(SCHEME) :].strip() if header[: len(SCHEME)].lower() == SCHEME else None


def person_by_bearer(token: str, *, at: datetime) -> Person | None:
    """The person behind ``token``, asked of the database at most every few seconds; refusals are never remembered."""
    key = digest(token)
    held = _known.get(key)
    if held is not None and time.monotonic() < held[1]:
        return held[0]
    with transaction() as session:
        person = queries.person_by_token(session, key, at=at)
    if person is None:
        _known.pop(key, None)
        return None
    _known[key] = (person, time.monotonic() + policy.TOKEN_CACHE_SECONDS)
    while len(_known) > policy.TOKEN_CACHE_SIZE:
        _known.popitem(last=False)
    return person


def forget() -> None:
    """Empty the memory, e.g. between tests or after a change of rights in this process."""
    _known.clear()
