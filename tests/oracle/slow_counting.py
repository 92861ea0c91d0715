"""rules.md §6 once more: whose ticket, in which period, counted how, with loops over plain dicts. Imports nothing of the project.

A unit is a dict with the columns of `units.csv`, a ticket one with the columns of `tickets.csv` (design.md §9), all strings.
Live history may add keys that an imported row never has:

unit     `in_effect_from`, `in_effect_to`: instants or missing; several dicts may share a code, one per version
ticket   `withdrawn_at`, `merged_at`: instants
         `merges`: dicts `into, from, to`: the `ticket_no` whose voice it was, from when until when (empty: still)
         `is_explained`: "true" where the completion explained; what a voice's answers are read with
         `excluded_at`: when an exclusion was decided
         `rulings`: dicts `at, contacted, solved, satisfaction`: decided appeals that replace the counted answer, in order
         `no_units`: "true" where it ended answered, declined, transferred or invalid
         `leads`: dicts `unit_code, sent_at, ended_at, fault` (fault: "" | "dispute_upheld" | "hotline_error")
         `follow_up_opened_at`: when the counted follow-up opened
         `attempts`: dicts `at, round, reached, contacted, solved, satisfaction, explained`, instead of the columns of those names
         `cards`: dicts `unit_code, withdrawn`; `lost_disputes`: unit codes
Proactive topics are no ticket's: they come as a dict of unit code → number.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from .slow_schemes import JUDGED, SCHEMES, Span

END_OF_TIME = datetime.max.replace(tzinfo=UTC)
START_OF_TIME = datetime.min.replace(tzinfo=UTC)

Row = Mapping[str, Any]
Tally = dict[str, int]

COUNTED = (
    *("received", "valid", "contacted", "yes", "partly", "satisfied", "basically", "excluded"),
    *("first_contacted", "on_time", "explained", "red_cards", "lost_disputes", "proactive"),
)


@cache
def _instant(text: object) -> datetime | None:
    return datetime.fromisoformat(str(text)) if text else None


def _lifetime(unit: Row) -> Span:
    return _instant(unit.get("in_effect_from")) or START_OF_TIME, _instant(unit.get("in_effect_to")) or END_OF_TIME


def units_in_effect(units: Sequence[Row], group: str, span: Span) -> dict[str, str]:
    """Code → name of the group's units in effect at some instant of the period; a renamed one with its last name in it."""
    found: dict[str, tuple[datetime, str]] = {}
    for unit in units:
        born, gone = _lifetime(unit)
        if unit["kind"] == group and born < span[1] and gone > span[0]:
            latest = found.get(unit["code"])
            if latest is None or latest[0] < born:
                found[unit["code"]] = (born, unit["name"])
    return {code: name for code, (_, name) in found.items()}


def unit_of_group(units: Sequence[Row], code: str, group: str, at: datetime) -> str | None:
    """The nearest self-or-ancestor of the group's kind, as the tree stood at `at`."""
    while code:
        unit = None
        for candidate in units:
            if candidate["code"] == code:
                born, gone = _lifetime(candidate)
                unit = candidate if born <= at < gone else unit
        if unit is None:
            return None
        if unit["kind"] == group:
            return code
        code = unit["parent_code"]
    return None


def _known(ticket: Row, column: str, as_of: datetime) -> datetime | None:
    """The instant in the column if it is a fact at `as_of`."""
    instant = _instant(ticket.get(column))
    return instant if instant is not None and instant <= as_of else None


def _attempts(ticket: Row, as_of: datetime) -> list[Row]:
    """Every attempt known at `as_of`; an imported row has at most one, of the first round."""
    if "attempts" in ticket:
        return [attempt for attempt in ticket["attempts"] if datetime.fromisoformat(attempt["at"]) <= as_of]
    followed_up_at = _instant(ticket.get("followed_up_at"))
    if followed_up_at is not None and followed_up_at > as_of:
        return []
    if followed_up_at is None and not ticket.get("reached"):
        return []
    return [{**ticket, "at": ticket.get("followed_up_at", ""), "round": 1}]


def counted_answer(ticket: Row, as_of: datetime) -> Row | None:
    """In the first round the first reached attempt that answered `solved`, else the first reached (rules.md §4)."""
    reached = [a for a in _attempts(ticket, as_of) if a["reached"] == "true" and a["round"] == 1]
    for attempt in reached:
        if attempt.get("solved"):
            return attempt
    return reached[0] if reached else None


def placing_instant(ticket: Row, placed_by: str, as_of: datetime) -> datetime | None:
    """The instant by which the ticket belongs to a period."""
    if placed_by == "due_at":
        return _instant(ticket.get("due_at"))
    if placed_by != "followed_up_at":
        return _known(ticket, placed_by, as_of)
    attempts = _attempts(ticket, as_of)
    chosen = counted_answer(ticket, as_of) or (attempts[-1] if attempts else None)
    return _instant(chosen["at"]) if chosen else None


def voice_of(ticket: Row, as_of: datetime) -> str | None:
    """The number of the ticket whose voice it was at `as_of`."""
    for link in ticket.get("merges", []):
        ended = _instant(link["to"])
        if datetime.fromisoformat(link["from"]) <= as_of and (ended is None or ended > as_of):
            return str(link["into"])
    return None


def as_voice(ticket: Row, survivor: Row) -> Row:
    """The caller's own words and instant of calling, all else the survivor's (rules.md §5)."""
    own = ("received_at", "kind", "excluded", "excluded_at", "rulings")
    attempts = [{**attempt, "explained": survivor.get("is_explained", "")} for attempt in ticket["attempts"]]
    return {**survivor, **{name: ticket.get(name, "") for name in own}, "attempts": attempts}


def charged_unit(ticket: Row, as_of: datetime) -> str | None:
    """The unit code charged at `as_of` (rules.md §6), or None where the ticket is no unit's."""
    if _known(ticket, "received_at", as_of) is None or ticket.get("no_units") == "true":
        return None
    dispatched, merged = _known(ticket, "dispatched_at", as_of), _known(ticket, "merged_at", as_of)
    if dispatched is None or merged is not None or voice_of(ticket, as_of) is not None:
        return None
    if "leads" not in ticket:
        return ticket["unit_code"] or None
    asked_at = _known(ticket, "follow_up_opened_at", as_of) or as_of
    for lead in ticket["leads"]:
        ended = _instant(lead["ended_at"])
        in_force = datetime.fromisoformat(lead["sent_at"]) <= asked_at and (ended is None or ended > asked_at)
        if in_force and not lead["fault"]:
            return str(lead["unit_code"])
    return None


def ruled_answer(ticket: Row, as_of: datetime) -> Row | None:
    """The answer that the last appeal decided by `as_of` puts in the place of the counted one; the period stays (rules.md §4)."""
    decided = [ruling for ruling in ticket.get("rulings") or [] if datetime.fromisoformat(ruling["at"]) <= as_of]
    return decided[-1] if decided else None


def is_excluded(ticket: Row, as_of: datetime) -> bool:
    """Imported exclusions hold always, decided ones from their decision on."""
    return ticket.get("excluded") == "true" or _known(ticket, "excluded_at", as_of) is not None


def slow_tallies(
    units: Sequence[Row],
    tickets: Sequence[Row],
    *,
    scheme: str,
    span: Span,
    group: str,
    as_of: datetime,
    proactive: Mapping[str, int] | None = None,
    count_by: str = "ticket",
) -> dict[str, Tally]:
    """Counts per unit of the group in effect in the period, those without tickets included."""
    tallies = {code: dict.fromkeys(COUNTED, 0) for code in units_in_effect(units, group, span)}
    placed_by, *_ = SCHEMES[scheme]
    for ticket in tickets:
        if ticket["kind"] not in JUDGED:
            continue
        placed = placing_instant(ticket, placed_by, as_of)
        charged = charged_unit(ticket, as_of)
        if placed is None or charged is None or not span[0] <= placed < span[1]:
            continue
        dispatched_at = datetime.fromisoformat(ticket["dispatched_at"])
        code = unit_of_group(units, charged, group, dispatched_at)
        if code in tallies:
            _add(tallies[code], ticket, as_of)
        if is_excluded(ticket, as_of):
            continue
        owners = [("red_cards", c["unit_code"]) for c in ticket.get("cards", []) if not c["withdrawn"]]
        owners += [("lost_disputes", unit_code) for unit_code in ticket.get("lost_disputes", [])]
        for column, owner in owners:
            blamed = unit_of_group(units, owner, group, dispatched_at)
            if blamed in tallies:
                tallies[blamed][column] += 1
    callers = tickets if count_by == "voice" else []
    _add_voices(tallies, units, callers, numbered=tickets, placed_by=placed_by, span=span, group=group, as_of=as_of)
    for code, number in (proactive or {}).items():
        if code in tallies:
            tallies[code]["proactive"] += number
    return tallies


def _add_voices(
    tallies: dict[str, Tally],
    units: Sequence[Row],
    callers: Sequence[Row],
    *,
    numbered: Sequence[Row],
    placed_by: str,
    span: Span,
    group: str,
    as_of: datetime,
) -> None:
    """Each caller who was a voice at `as_of`, at whoever is charged for the survivor."""
    by_number = {ticket.get("ticket_no"): ticket for ticket in numbered}
    for ticket in callers:
        survivor = by_number.get(voice_of(ticket, as_of) or "")
        if survivor is None or ticket["kind"] not in JUDGED or _known(ticket, "received_at", as_of) is None:
            continue
        voice = as_voice(ticket, survivor)
        placed, charged = placing_instant(voice, placed_by, as_of), charged_unit(survivor, as_of)
        if placed is None or charged is None or not span[0] <= placed < span[1]:
            continue
        code = unit_of_group(units, charged, group, datetime.fromisoformat(survivor["dispatched_at"]))
        if code in tallies:
            _add(tallies[code], voice, as_of)


def _add(tally: Tally, ticket: Row, as_of: datetime) -> None:
    if is_excluded(ticket, as_of):
        tally["excluded"] += 1
        return
    tally["received"] += 1
    completed, due = _known(ticket, "completed_at", as_of), _instant(ticket.get("due_at"))
    tally["first_contacted"] += _known(ticket, "first_contact_at", as_of) is not None
    tally["on_time"] += completed is not None and due is not None and completed <= due
    first, ruled = counted_answer(ticket, as_of), ruled_answer(ticket, as_of)
    answer = {"explained": ticket.get("is_explained") or ticket.get("explained", ""), **ruled} if ruled else first
    if answer is None or _known(ticket, "withdrawn_at", as_of) is not None:
        return
    tally["valid"] += 1
    tally["contacted"] += answer.get("contacted") == "true"
    tally["yes"] += answer.get("solved") == "yes"
    tally["partly"] += answer.get("solved") == "partly"
    tally["satisfied"] += answer.get("satisfaction") == "satisfied"
    tally["basically"] += answer.get("satisfaction") == "basically"
    tally["explained"] += answer.get("explained") == "true" and answer.get("solved") != "yes"
