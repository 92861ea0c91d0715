"""Reads of what is said to citizens: the shipped texts, and in their place what the city put in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from dispatch.kernel.errors import NotFound
from dispatch.notices.models import Wording
from dispatch.notices.templates import Template, all_versions, templates
from dispatch.outcomes.grounds import decline_grounds

# Below stand the versions that a package ships; a later package never takes a number of the city's.
OWN_FROM: Final = 1000
SHIPPED_SCRIPT: Final = 1
SHOWN_VERSIONS: Final = 100


class WordingKind(StrEnum):
    """Who says it: a message by itself, or an operator from a script."""

    MESSAGE = "message"
    SCRIPT = "script"


class Version(NamedTuple):
    """One version as it is shown; ``in_force_from``, ``actor`` and ``at`` are empty of a shipped one."""

    version: int
    text: str
    confidential: str
    in_force_from: datetime | None = None
    reason: str = ""
    restores: int | None = None
    actor: str | None = None
    at: datetime | None = None

    @property
    def is_own(self) -> bool:
        """Whether the city wrote it."""
        return self.version >= OWN_FROM


def templates_at(session: Session, at: datetime) -> dict[str, Template]:
    """What each notice says at ``at``, by name."""
    own = _own_at(session, WordingKind.MESSAGE, at)
    return {name: _worded(template, own.get(name)) for name, template in templates().items()}


def template_of(session: Session, name: str, version: int) -> Template:
    """What a message says that was written down under this version."""
    if version < OWN_FROM:
        return all_versions()[name, version]
    query = select(Wording).where(Wording.kind == WordingKind.MESSAGE, Wording.name == name)
    return _worded(templates()[name], shown(session.scalars(query.where(Wording.version == version)).one()))


def scripts_at(session: Session, at: datetime) -> dict[str, str]:
    """What an operator says on each ground of declining at ``at``."""
    own = _own_at(session, WordingKind.SCRIPT, at)
    return {code: own[code].text if code in own else ground.script for code, ground in decline_grounds().items()}


def in_force(session: Session, at: datetime) -> dict[tuple[WordingKind, str], Version]:
    """The version of every text that counts at ``at``, by kind and name, in the order of the shipped tables."""
    found: dict[tuple[WordingKind, str], Version] = {}
    for kind, names in names_of().items():
        own = _own_at(session, kind, at)
        found |= {(kind, name): own.get(name) or shipped(kind, name)[-1] for name in names}
    return found


def history(session: Session, kind: WordingKind, name: str) -> list[Version]:
    """Every version of one text, the last first. Raises ``notices.unknown_wording``."""
    require(kind, name)
    query = select(Wording).where(Wording.kind == kind, Wording.name == name).order_by(Wording.version.desc())
    own = [shown(row) for row in session.scalars(query.limit(SHOWN_VERSIONS))]
    return [*own, *reversed(shipped(kind, name))]


def counting(versions: list[Version], at: datetime) -> Version:
    """The one of a text's ``versions`` (the last first) that is in force at ``at``."""
    return next(one for one in versions if one.in_force_from is None or one.in_force_from <= at)


def shipped(kind: WordingKind, name: str) -> list[Version]:
    """What the package ships of one text, the oldest first."""
    if kind is WordingKind.SCRIPT:
        return [Version(SHIPPED_SCRIPT, decline_grounds()[name].script, "")]
    rows = sorted(version for known, version in all_versions() if known == name)
    return [Version(row, all_versions()[name, row].text, all_versions()[name, row].confidential) for row in rows]


def names_of() -> Mapping[WordingKind, list[str]]:
    """Every text there is, by who says it."""
    return {WordingKind.MESSAGE: list(templates()), WordingKind.SCRIPT: list(decline_grounds())}


def kind_named(kind: str) -> WordingKind:
    """The kind of this name. Raises ``notices.unknown_wording``."""
    if kind not in set(WordingKind):
        raise NotFound("notices.unknown_wording", "没有这项文字。")
    return WordingKind(kind)


def require(kind: WordingKind, name: str) -> None:
    """Raise ``notices.unknown_wording`` where nobody says anything of this name."""
    if name not in names_of()[kind]:
        raise NotFound("notices.unknown_wording", "没有这项文字。")


def _own_at(session: Session, kind: WordingKind, at: datetime) -> dict[str, Version]:
    rows = session.scalars(
        select(Wording)
        .where(Wording.kind == kind, Wording.in_force_from <= at)
        .order_by(Wording.name, Wording.version.desc())
        .ext(distinct_on(Wording.name))
    )
    return {row.name: shown(row) for row in rows}


def _worded(template: Template, own: Version | None) -> Template:
    if own is None:
        return template
    return replace(template, version=own.version, text=own.text, confidential=own.confidential)


def shown(row: Wording) -> Version:
    """A row as it is shown."""
    return Version(
        row.version, row.text, row.confidential, row.in_force_from, row.reason, row.restores, row.actor, row.at
    )
