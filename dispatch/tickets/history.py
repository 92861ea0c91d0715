"""What an imported row becomes: the ticket's columns, its words and its one ``ticket.imported`` event, as lines for COPY. Pure.

Made as text in one go, since a million rows pass here: the hash is that of ``events.chain``, a test compares.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from json.encoder import encode_basestring
from operator import itemgetter
from typing import Any, Final, NamedTuple

from dispatch.directory.snapshot import Reference
from dispatch.kernel import canonical
from dispatch.kernel.events import SCHEMA_VERSION
from dispatch.kernel.texts import SALT_BYTES, text_digest
from dispatch.likeness import services as likeness
from dispatch.tickets.import_rows import Facts
from dispatch.tickets.states import TicketState

EVENT_TYPE: Final = "ticket.imported"
ACTOR: Final = "import"
WORDS: Final = ("title", "text", "address")
_SORTED_WORDS: Final = sorted(WORDS)
NULL: Final = r"\N"

TICKET_COLUMNS: Final = (
    *("ticket_id", "ticket_no", "kind", "channel", "category", "urgency", "state", "is_imported", "is_excluded"),
    *(
        "is_confidential",
        "unit_id",
        "district_id",
        "round",
        "assignment_count",
        "received_at",
        "dispatched_at",
        "due_at",
    ),
    *("is_due_provisional", "acknowledged_at", "first_contact_at", "completed_at", "is_explained", "lead_since"),
    *("charged_unit_id", "followed_up_at", "reached", "contacted", "solved", "satisfaction", "returns", "redos"),
    *("closed_at", "changed_at", "event_count", "head", "sealed_count"),
)
NUMBER_COLUMNS: Final = ("ticket_no", "ticket_id")
TEXT_COLUMNS: Final = ("ticket_id", "kind", "version", "body", "salt", "digest", "created_at")
EVENT_COLUMNS: Final = (
    *("ticket_id", "number", "type", "at", "actor", "unit_code", "data", "schema", "algorithm", "previous", "hash"),
)
LIKENESS_COLUMNS: Final = likeness.COLUMNS

_ROW_FACTS: Final = tuple((place, name) for place, name in enumerate(Facts._fields) if name not in WORDS)


def _encoders() -> list[tuple[int, str, Callable[[Any], str]]]:
    """Place, key and encoder of each member of the event's data, in the order of the canonical form. A generic encoder costs
    three times as much."""
    flag = {True: "true", False: "false"}.__getitem__
    of: dict[str, Callable[[Any], str]] = dict.fromkeys(("reached", "contacted", "excluded", "explained"), flag)
    of |= {"returns": str, "redos": str, "texts": str}
    members = [*_ROW_FACTS, *enumerate(("district", "texts"), start=len(Facts._fields))]
    return [
        (place, f'"{name}":', of.get(name, encode_basestring)) for place, name in sorted(members, key=itemgetter(1))
    ]


_ENCODERS: Final = _encoders()


class Prepared(NamedTuple):
    """An imported ticket ready for COPY: one line per table, several for its words."""

    line: int
    facts: Facts
    ticket_id: int
    head: bytes
    ticket: bytes
    number: bytes
    texts: bytes
    event: bytes
    likeness: bytes


class Holder(NamedTuple):
    """The unit that a row names, by id, and its district by id and code, None where it is in none."""

    unit_id: int
    district_id: int | None
    district_code: str | None


NOBODY: Final = Holder(0, None, None)


class Historian:
    """Turns sound rows into history, written down at ``at``; units stand as they stood when the row was dispatched."""

    def __init__(self, reference: Reference, *, at: datetime) -> None:
        self._stamp = canonical.instant(at)
        self._since, self._until = map(canonical.instant, (reference.valid_from, reference.valid_to))
        self._reference = reference
        self._young = canonical.instant(at - timedelta(days=reference.procedure.repeat_days))
        self._holders: dict[str, Holder] = {}

    def prepare(self, line: int, facts: Facts, ticket_id: int, salts: bytes) -> Prepared:
        """Lines of the ticket; ``salts``: fresh random bytes, ``SALT_BYTES`` for each kind of words."""
        holder = self._holder(facts)
        digests, texts = self._texts(facts, ticket_id, salts)
        head, event = self._event(ticket_id, facts.unit_code, _data(facts, holder.district_code, digests))
        return Prepared(
            line=line,
            facts=facts,
            ticket_id=ticket_id,
            head=head,
            ticket=self._ticket(facts, ticket_id, holder, head).encode(),
            number=f"{escaped(facts.ticket_no)}\t{ticket_id}\n".encode(),
            texts=texts.encode(),
            event=event.encode(),
            likeness=self._likeness(facts, ticket_id).encode(),
        )

    def _holder(self, facts: Facts) -> Holder:
        if facts.unit_code is None or facts.dispatched_at is None:
            return NOBODY
        if not self._since <= facts.dispatched_at < self._until:
            return _holder_in(self._reference.at(datetime.fromisoformat(facts.dispatched_at)), facts.unit_code)
        holder = self._holders.get(facts.unit_code)
        if holder is None:
            holder = self._holders[facts.unit_code] = _holder_in(self._reference, facts.unit_code)
        return holder

    def _texts(self, facts: Facts, ticket_id: int, salts: bytes) -> tuple[str | None, str]:
        """The digests of the words, as canonical JSON, and the lines of ``TEXT_COLUMNS``."""
        digests: dict[str, str] = {}
        lines = ""
        for place, kind in enumerate(WORDS):
            body = getattr(facts, kind)
            if body is not None:
                salt = salts[place * SALT_BYTES : (place + 1) * SALT_BYTES]
                digest = digests[kind] = text_digest(salt, body).hex()
                lines += f"{ticket_id}\t{kind}\t1\t{escaped(body)}\t\\\\x{salt.hex()}\t\\\\x{digest}\t{self._stamp}\n"
        members = [f'"{kind}":"{digests[kind]}"' for kind in _SORTED_WORDS if kind in digests]
        return f"{{{','.join(members)}}}" if members else None, lines

    def _likeness(self, facts: Facts, ticket_id: int) -> str:
        """The line of ``LIKENESS_COLUMNS``, where the row is young enough to be repeated."""
        if facts.received_at < self._young:
            return ""
        at = datetime.fromisoformat(facts.received_at)
        rows = likeness.rows_of(ticket_id, facts.title or "", facts.text or "", received_at=at)
        return "".join(
            "\t".join(NULL if value is None else str(value) for value in row.values()) + "\n" for row in rows
        )

    def _event(self, ticket_id: int, unit_code: str | None, data: str) -> tuple[bytes, str]:
        """The hash and the line of the ticket's first event; ``data`` in canonical form."""
        unit = "null" if unit_code is None else encode_basestring(unit_code)
        body = (
            f'[{ticket_id},1,"{EVENT_TYPE}","{self._stamp}","{ACTOR}",{unit},{data}'
            f',{SCHEMA_VERSION},{canonical.SHA_256},""]'
        )
        head = hashlib.sha256(body.encode()).digest()
        line = (
            f"{ticket_id}\t1\t{EVENT_TYPE}\t{self._stamp}\t{ACTOR}\t{_text(unit_code)}\t{escaped(data)}"
            f"\t{SCHEMA_VERSION}\t{canonical.SHA_256}\t\\\\x\t\\\\x{head.hex()}\n"
        )
        return head, line

    def _ticket(self, facts: Facts, ticket_id: int, holder: Holder, head: bytes) -> str:
        """The line of ``TICKET_COLUMNS``."""
        unit_id = str(holder.unit_id) if holder.unit_id else NULL
        return (
            f"{ticket_id}\t{escaped(facts.ticket_no)}\t{facts.kind}\t{facts.channel or NULL}\t{_text(facts.category)}"
            f"\tordinary\t{state_of(facts)}\tt\t{_flag(facts.excluded)}\tf\t{unit_id}\t{holder.district_id or NULL}\t1\t0"
            f"\t{facts.received_at}\t{facts.dispatched_at or NULL}\t{facts.due_at or NULL}\tf"
            f"\t{facts.acknowledged_at or NULL}\t{facts.first_contact_at or NULL}\t{facts.completed_at or NULL}"
            f"\t{_flag(facts.explained)}\t{facts.dispatched_at or NULL}"
            f"\t{unit_id if facts.followed_up_at else NULL}\t{facts.followed_up_at or NULL}"
            f"\t{_flag(facts.reached)}\t{_flag(facts.contacted)}\t{facts.solved or NULL}\t{facts.satisfaction or NULL}"
            f"\t{facts.returns}\t{facts.redos}\t{_closed_at(facts) or NULL}\t{self._stamp}\t1\t\\\\x{head.hex()}\t1\n"
        )


def row_data(facts: Facts) -> dict[str, Any]:
    """Every fact of a row but its words, as the event holds them; what is unknown is left out."""
    return {name: facts[place] for place, name in _ROW_FACTS if facts[place] is not None}


def _data(facts: Facts, district: str | None, texts: str | None) -> str:
    """The event's data in canonical form: :func:`row_data`, the district's code and the digests of the words."""
    values = (*facts, district, texts)
    members = [key + encode(values[place]) for place, key, encode in _ENCODERS if values[place] is not None]
    return f"{{{','.join(members)}}}"


def state_of(facts: Facts) -> TicketState:
    """How far the facts of a row had come."""
    if facts.completed_at or facts.followed_up_at:
        return TicketState.CLOSED
    if facts.acknowledged_at:
        return TicketState.ACKNOWLEDGED
    return TicketState.DISPATCHED if facts.dispatched_at else TicketState.RECEIVED


def escaped(text: str) -> str:
    """A value in COPY's text format."""
    text = text.replace("\\", "\\\\")
    return text.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")


def _text(value: str | None) -> str:
    return NULL if value is None else escaped(value)


def _flag(value: bool | None) -> str:
    return NULL if value is None else "t" if value else "f"


def _closed_at(facts: Facts) -> str:
    return max(facts.completed_at or "", facts.followed_up_at or "")


def _holder_in(reference: Reference, code: str) -> Holder:
    unit = reference.known[code]
    district = reference.district_of(unit)
    return Holder(unit.unit_id, district.unit_id if district else None, district.code if district else None)
