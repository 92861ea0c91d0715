"""What the pages of cases are sent, read into values; what makes no sense is left out or refused by the services."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from assessment.exclusions.applying import Application
from assessment.exclusions.queries import Filter
from assessment.exclusions.rules import grounds
from assessment.exclusions.states import OPEN, CaseState, Remedy, Sort
from dispatch.kernel.errors import DomainError
from dispatch.kernel.person import Person

GREATEST_ID = 2**63 - 1
LONGEST_NUMBER = 18  # digits
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
WAITING = "waiting"


@dataclass(frozen=True)
class Listed:
    """What a list was asked for. ``scope``: ``waiting`` (for this person, or undecided), ``all`` or a state."""

    scope: str
    sort: str | None
    ground: str | None
    before: int | None
    waiting: Collection[CaseState]

    def filter(self, unit_ids: Collection[int] | None) -> Filter:
        """The same for the query."""
        states: Collection[str] = self.waiting if self.scope == WAITING else ()
        if self.scope in set(CaseState):
            states = (self.scope,)
        return Filter(states=states, sort=self.sort, ground=self.ground, unit_ids=unit_ids)

    @property
    def address(self) -> dict[str, str]:
        """The words of an address that asks the same."""
        found = {"scope": self.scope, "sort": self.sort, "ground": self.ground}
        return {name: word for name, word in found.items() if word}


def listed(args: Mapping[str, str], person: Person) -> Listed:
    """Of an address; a word that is none is as if it were not there."""
    waiting = _waiting_for(person)
    scope = args.get("scope") or WAITING
    return Listed(
        scope=scope if scope in {WAITING, "all", *CaseState} else WAITING,
        sort=_one_of(args.get("sort"), set(Sort)),
        ground=_one_of(args.get("ground"), set(grounds())),
        before=number(args.get("before")),
        waiting=waiting,
    )


def application(form: Any) -> Application:
    """The form of an application. Raises ``DomainError`` where a coded value is none of ours."""
    sort, remedy = form.get("sort", ""), form.get("remedy") or Remedy.EXCLUDE.value
    if sort not in set(Sort):
        raise DomainError("exclusion.sort_missing", "请选择剔除或申诉。", field="sort")
    if remedy not in set(Remedy):
        raise DomainError("exclusion.remedy_missing", "请选择希望怎样处理。", field="remedy")
    return Application(
        ticket_no=words(form.get("ticket_no")),
        sort=Sort(sort),
        remedy=Remedy(remedy),
        ground=form.get("ground", ""),
        reason=words(form.get("reason")),
        events=_numbers(form.getlist("events")),
        files=_numbers(form.getlist("files")),
        answer=(words(form.get("answer")) or None) if remedy == Remedy.ANSWER else None,
        publication_id=number(form.get("publication_id")) if sort == Sort.APPEAL else None,
    )


def given(form: Any) -> dict[str, Any]:
    """What was typed, to be shown again."""
    plain = {name: words(form.get(name)) for name in ("sort", "remedy", "ground", "reason", "answer", "publication_id")}
    return plain | {name: [str(one) for one in _numbers(form.getlist(name))] for name in ("events", "files")}


def words(text: str | None) -> str:
    """What a person wrote, without what the database cannot hold."""
    return UNPRINTABLE.sub("", (text or "").replace("\r\n", "\n").replace("\r", "\n")).strip()


def number(text: str | None) -> int | None:
    """A positive whole number; None for anything else."""
    is_number = bool(text) and str(text).isascii() and str(text).isdigit() and len(str(text)) <= LONGEST_NUMBER
    return (int(str(text)) or None) if is_number else None


def is_yes(form: Mapping[str, str]) -> bool:
    """Which of the two buttons was pressed. Raises ``DomainError`` where it was neither: silence is no decision."""
    answer = form.get("is_yes")
    if answer not in {"true", "false"}:
        raise DomainError("exclusion.choice_missing", "请选择同意或不同意。", field="is_yes")
    return answer == "true"


def _waiting_for(person: Person) -> Collection[CaseState]:
    mine = [
        state
        for state, permission in ((CaseState.APPLIED, "exclusion.review"), (CaseState.FIRST_PASSED, "exclusion.decide"))
        if person.may(permission)
    ]
    return mine or OPEN


def _one_of(word: str | None, known: set[Any]) -> str | None:
    return word if word in known else None


def _numbers(texts: list[str]) -> tuple[int, ...]:
    return tuple(found for text in texts if (found := number(text)) is not None)
