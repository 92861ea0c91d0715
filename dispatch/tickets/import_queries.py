"""What already stands under the numbers of a file, and whether a row says the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from dispatch.kernel.texts import text_digest
from dispatch.tickets.history import EVENT_TYPE, WORDS, row_data
from dispatch.tickets.import_rows import Facts

# Of an imported event's data, what the row itself did not say.
DERIVED: Final = frozenset({"texts", "district"})

_ANY: Final = text(
    "SELECT EXISTS (SELECT FROM json_array_elements_text(:numbers) AS told (ticket_no) JOIN ticket_number USING (ticket_no))"
)
_NUMBERS: Final = text("SELECT ticket_no, ticket_id FROM ticket_number WHERE ticket_no = ANY(:numbers)")
_EVENTS: Final = text("SELECT ticket_id, type, data FROM event WHERE ticket_id = ANY(:ids) AND number = 1")
_SALTS: Final = text("SELECT ticket_id, kind, salt FROM text_entry WHERE ticket_id = ANY(:ids) AND version = 1")


class Stored(NamedTuple):
    """The first event of the ticket that has a number, and the salts of its words."""

    event_type: str
    data: Mapping[str, Any]
    salts: Mapping[str, bytes | None]

    def says(self, facts: Facts) -> bool:
        """Does a row repeat the ticket? Words that were erased can be compared with nothing any more and so do not differ."""
        told = {key: value for key, value in self.data.items() if key not in DERIVED}
        if self.event_type != EVENT_TYPE or row_data(facts) != told:
            return False
        digests: Mapping[str, str] = self.data.get("texts") or {}
        words = {kind: body for kind in WORDS if (body := getattr(facts, kind)) is not None}
        return words.keys() == digests.keys() and all(
            (salt := self.salts.get(kind)) is None or text_digest(bytes(salt), body).hex() == digests[kind]
            for kind, body in words.items()
        )


def is_any_stored(session: Session, numbers: str) -> bool:
    """Whether any of ``numbers``, a JSON list, stands; ``stored`` tells which, and what it says."""
    return bool(session.scalar(_ANY, {"numbers": numbers}))


def stored(session: Session, numbers: Sequence[str]) -> dict[str, Stored]:
    """The tickets that have one of ``numbers``, by number."""
    ids = {row.ticket_no: row.ticket_id for row in session.execute(_NUMBERS, {"numbers": list(numbers)})}
    if not ids:
        return {}
    wanted = {"ids": list(ids.values())}
    salts: dict[int, dict[str, bytes | None]] = {}
    for row in session.execute(_SALTS, wanted):
        salts.setdefault(row.ticket_id, {})[row.kind] = row.salt
    events = {row.ticket_id: (row.type, row.data) for row in session.execute(_EVENTS, wanted)}
    return {number: Stored(*events[id_], salts.get(id_, {})) for number, id_ in ids.items()}
