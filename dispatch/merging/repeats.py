"""What a new caller may be repeating: the same telephone, the same place and category, or much the same words.

Three statements, whatever they find: which tickets, what they say, and how many people spoke up.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.access.scope import tickets_in_scope
from dispatch.kernel.person import Person
from dispatch.likeness.folding import folded
from dispatch.likeness.signature import SHORTEST, signature
from dispatch.likeness.similarity import SAME, Worded
from dispatch.limits.procedure import Procedure
from dispatch.merging import repeat_queries
from dispatch.merging.checks import can_merge
from dispatch.merging.queries import people
from dispatch.merging.repeat_queries import MATTER, OWN, VOICES_EACH, WORDS, Asked, Found, Said
from dispatch.tickets.models import Ticket

__all__ = ["Asked", "Repeat", "Repeats", "repeats"]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A matter that may be repeated, and why. ``is_own``: the same telephone; ``is_same_matter``: place and category; ``likeness``:
    how alike it is worded in percent, 0 where it is not. ``people``: how many spoke up about it.
    """

    ticket: Ticket
    title: str | None
    is_own: bool
    is_same_matter: bool
    likeness: int
    people: int

    @property
    def can_join(self) -> bool:
        """Whether a new caller may be merged into it now, as far as its columns tell."""
        return can_merge(self.ticket)


@dataclass(frozen=True, slots=True)
class Repeats:
    """The likeliest first. ``has_more``: there may be others."""

    items: Sequence[Repeat] = ()
    has_more: bool = False


@dataclass(slots=True)
class _Matter:
    """A survivor and what speaks for it. ``members``: the tickets of it that were found."""

    survivor_id: int
    reasons: set[str] = field(default_factory=set)
    members: set[int] = field(default_factory=set)
    likeness: int = 0

    @property
    def rank(self) -> tuple[int, int, bool, int]:
        """What has more reasons, then what is worded more alike, then the caller's own, then the newest."""
        return -len(self.reasons), -self.likeness, OWN not in self.reasons, -self.survivor_id


def repeats(session: Session, asked: Asked, *, person: Person, rules: Procedure, at: datetime) -> Repeats:
    """What this may be a repeat of, as far as ``person`` may see it; nothing of it tells who the other callers are.

    Voices stand for their survivor. See ``repeat_queries.find`` for how far back it looks.
    """
    letters = folded(asked.title, asked.text)
    most = rules.repeats_shown * VOICES_EACH
    sign = signature(letters)
    found = repeat_queries.find(session, asked, sign, at=at, days=rules.repeat_days, limit=most)
    seen = tickets_in_scope(session, person, {one.survivor_id for one in found}, at=at) if found else frozenset()
    matters = _gather(found, seen, each=rules.repeats_shown)
    said = repeat_queries.said(session, sorted({*matters, *_members(matters)})) if matters else {}
    _weigh(matters, said, asked.place_code, Worded(letters), alike=rules.repeats_alike)
    ranked = sorted(
        (one for one in matters.values() if one.reasons and one.survivor_id in said), key=lambda one: one.rank
    )
    shown = ranked[: rules.repeats_shown]
    counts = people(session, [one.survivor_id for one in shown]) if shown else {}
    items = [_repeat(one, said[one.survivor_id], counts[one.survivor_id]) for one in shown]
    is_cut = any(sum(one.why == why for one in found) >= most for why in (OWN, MATTER, WORDS))
    return Repeats(items, has_more=is_cut or len(ranked) > len(shown))


def _gather(found: Sequence[Found], seen: Collection[int], *, each: int) -> dict[int, _Matter]:
    """By survivor: all that share words, and of the other reasons the newest ``each``."""
    matters: dict[int, _Matter] = {}
    count = {OWN: 0, MATTER: 0, WORDS: 0}
    for one in found:
        if one.survivor_id not in seen:
            continue
        matter = matters.get(one.survivor_id)
        if matter is None or one.why not in matter.reasons:
            count[one.why] += 1
            if count[one.why] > each and one.why != WORDS:
                continue
        matter = matters.setdefault(one.survivor_id, _Matter(one.survivor_id))
        matter.reasons.add(one.why)
        matter.members.add(one.ticket_id)
    return matters


def _members(matters: Mapping[int, _Matter]) -> set[int]:
    return {member for matter in matters.values() for member in matter.members}


def _weigh(
    matters: Mapping[int, _Matter], said: Mapping[int, Said], place_code: str | None, words: Worded, *, alike: int
) -> None:
    """Hold the words themselves against each other: sharing a band is no reason yet."""
    for matter in matters.values():
        matter.reasons.discard(WORDS)
        matter.likeness = max((_likeness(said.get(one), place_code, words) for one in matter.members), default=0)
        if matter.likeness >= alike:
            matter.reasons.add(WORDS)
        else:
            matter.likeness = 0


def _likeness(said: Said | None, place_code: str | None, words: Worded) -> int:
    """Few words are alike only when they are the same and not said of two places."""
    if said is None or not words.letters or said.ticket.erased_at is not None:
        return 0
    found = words.likeness(Worded(folded(said.title or "", said.text or "")))
    if len(words.letters) >= SHORTEST:
        return found
    is_elsewhere = place_code and said.ticket.place_code and place_code != said.ticket.place_code
    return SAME if found == SAME and not is_elsewhere else 0


def _repeat(matter: _Matter, said: Said, count: int) -> Repeat:
    return Repeat(
        ticket=said.ticket,
        title=said.title,
        is_own=OWN in matter.reasons,
        is_same_matter=MATTER in matter.reasons,
        likeness=matter.likeness,
        people=count,
    )
