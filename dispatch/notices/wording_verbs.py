"""The verbs of wordings: put new words in force, and former ones again. Nothing is ever rewritten."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from dispatch.directory import groups
from dispatch.directory.models import END
from dispatch.kernel.errors import Conflict, DomainError, NotFound
from dispatch.notices import wordings
from dispatch.notices.models import Wording
from dispatch.notices.templates import templates
from dispatch.notices.wording_rules import Faults, message_faults, script_faults
from dispatch.notices.wordings import OWN_FROM, WordingKind

LONGEST_REASON: Final = 200


class WrongWords(DomainError):
    """The words may not be said; ``faults`` say why, by field."""

    def __init__(self, faults: Faults) -> None:
        told = {field: [fault.told() for fault in of_field] for field, of_field in faults.items()}
        super().__init__("notices.wording_wrong", "文字有误，没有保存。", fields=told)
        self.faults = faults


def check(kind: WordingKind, name: str, text: str, confidential: str) -> None:
    """Raise :class:`WrongWords` where these words may not be said."""
    wordings.require(kind, name)
    is_script = kind is WordingKind.SCRIPT
    faults = script_faults(text) if is_script else message_faults(templates()[name], text, confidential)
    if faults:
        raise WrongWords(faults)


def put(
    session: Session,
    kind: WordingKind,
    name: str,
    *,
    text: str,
    confidential: str,
    reason: str,
    in_force_from: datetime | None = None,
    based_on: int | None = None,
    actor: str,
    at: datetime,
) -> Wording:
    """Put words on record, in force from an instant that has not yet come, or from ``at``.

    ``based_on``: the last version that the writer saw. Raises :class:`WrongWords`, ``notices.unknown_wording``,
    ``notices.wording_past``, ``notices.wording_far``, ``notices.wording_changed`` and ``notices.wording_same``.
    """
    text, confidential = text.strip(), confidential.strip() if kind is WordingKind.MESSAGE else ""
    check(kind, name, text, confidential)
    since = in_force_from or at
    if since < at:
        raise DomainError("notices.wording_past", "生效时间不能早于现在。", field="in_force_from")
    if since >= END:
        raise DomainError("notices.wording_far", "生效时间过远。", field="in_force_from")
    groups.lock(session)
    versions = wordings.history(session, kind, name)
    if based_on is not None and based_on != versions[0].version:
        raise Conflict("notices.wording_changed", "这项文字刚刚有了新版本，请查看后再改。")
    if (versions[0].text, versions[0].confidential) == (text, confidential):
        raise Conflict("notices.wording_same", "与最近一版完全相同，没有变化。")
    made = Wording(kind=kind, name=name, text=text, confidential=confidential, reason=reason, in_force_from=since)
    return _add(session, made, after=versions[0].version, actor=actor, at=at)


def restore(
    session: Session, kind: WordingKind, name: str, version: int, *, reason: str, actor: str, at: datetime
) -> Wording:
    """Put the words of a former version in force again, as a new version, from ``at``.

    Whatever was to come into force later is overtaken. Raises ``notices.unknown_wording``, ``notices.wording_same``.
    """
    groups.lock(session)
    versions = wordings.history(session, kind, name)
    former = next((one for one in versions if one.version == version), None)
    if former is None:
        raise NotFound("notices.unknown_wording", "没有这项文字。")
    if former == versions[0]:
        raise Conflict("notices.wording_same", "与最近一版完全相同，没有变化。")
    check(kind, name, former.text, former.confidential)  # a later package may have taken a blank away
    made = Wording(
        kind=kind,
        name=name,
        text=former.text,
        confidential=former.confidential,
        reason=reason,
        in_force_from=at,
        restores=version,
    )
    return _add(session, made, after=versions[0].version, actor=actor, at=at)


def _add(session: Session, made: Wording, *, after: int, actor: str, at: datetime) -> Wording:
    made.version, made.actor, made.at = max(after + 1, OWN_FROM), actor, at
    session.add(made)
    session.flush()
    return made
