"""The verbs of a publication: prepare, sign, publish, discard, correct. Each locks, checks, changes, and commits nothing.

Two people at least stand behind whatever is published: nobody signs what they prepared, nobody publishes what they signed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.orm import Session

from assessment import schemes
from assessment.periods import Period
from assessment.publications import checks, queries, verification
from assessment.publications.freezing import no_units
from assessment.publications.models import Publication
from assessment.publications.states import PublicationState, require_publication_move
from assessment.rankings import peer_group_of
from dispatch import contract
from dispatch.kernel.errors import Conflict, DomainError, Forbidden

LONGEST_REASON = 2_000


@dataclass(frozen=True)
class Wanted:
    """Which table: the scheme's whole TOML text, ``2026-10`` or ``2026-W42``, a group; ``cut_off`` None: the settle instant."""

    scheme_text: str
    period: str
    group: str
    cut_off: datetime | None = None


def prepare(session: Session, wanted: Wanted, *, zone: ZoneInfo, actor: str, at: datetime) -> Publication:
    """Begin the first version of a table. It is ``preparing`` until ``freezing.freeze`` has filled it in (a job does).

    Raises ``DomainError``: what the scheme, period and group raise, ``period.not_begun``, ``publication.not_settled``,
    ``publication.cut_off_ahead``, ``publication.no_units``; ``Conflict``: ``publication.under_way``,
    ``publication.already_published``, ``publication.overlapping_period``.
    """
    scheme = schemes.loads(wanted.scheme_text)
    period = Period.parse(wanted.period, scheme, zone)
    group = peer_group_of(wanted.group, scheme)
    cut_off = wanted.cut_off or period.settles_at
    _require_settled(period, cut_off, at)
    if not contract.units_in_effect(session, group, period.start, period.end):
        raise no_units(group)
    if other := queries.overlapping(session, scheme.name, period, group):
        raise Conflict(
            "publication.overlapping_period",
            f"与第 {other.publication_id} 号通报的周期 {other.period} 重叠，不能再编制。",
            publication=other.publication_id,
        )
    values = {
        "scheme_name": scheme.name,
        "scheme_version": scheme.version,
        "scheme_body": wanted.scheme_text,
        "period": period.name,
        "starts_at": period.start,
        "ends_at": period.end,
        "time_zone": zone.key,
        "peer_group": group.value,
        "cut_off": cut_off,
        "version": 1,
    }
    return _begin(session, values, actor=actor, at=at)


def correct(
    session: Session,
    publication_id: int,
    *,
    reason: str,
    actor: str,
    at: datetime,
    cut_off: datetime | None = None,
    is_superseding: bool = False,
) -> Publication:
    """Begin a new version of a published one: the same scheme, period and group as known at ``cut_off`` (default: now).

    It is ``preparing`` and is frozen, signed and published like the first. A correction that is still under way stands in the
    way (``publication.under_way``) unless ``is_superseding``: then it is discarded, and its reason kept in the new one.
    Raises ``Conflict`` also: ``publication.not_published``, ``publication.already_corrected``; ``DomainError``:
    ``publication.reason_missing``, ``publication.reason_too_long``, ``publication.cut_off_ahead``, ``publication.cut_off_earlier``.
    """
    old = queries.publication(session, publication_id, is_locked=True)
    _require_correctable(session, old)
    words = _reason(reason)
    instant = cut_off or at
    _require_later(old, instant, at)
    open_one = queries.under_way(session, old.scheme_name, old.period, old.peer_group)
    if open_one is not None and is_superseding:
        if open_one.reason and open_one.reason != words:
            words = f"{open_one.reason}\n{words}"[:LONGEST_REASON]
        discard(session, open_one.publication_id, reason="由后一份更正取代", actor=actor, at=at)
        session.flush()
    names = (
        "scheme_name",
        "scheme_version",
        "scheme_body",
        "period",
        "starts_at",
        "ends_at",
        "time_zone",
        "peer_group",
    )
    kept = {name: getattr(old, name) for name in names}
    values = kept | {"cut_off": instant, "version": old.version + 1, "corrects": old.publication_id, "reason": words}
    return _begin(session, values, actor=actor, at=at)


def sign(session: Session, publication_id: int, *, actor: str, at: datetime) -> Publication:
    """签发. A second click of the same person changes nothing. Raises ``Forbidden`` ``publication.same_person``."""
    found = queries.publication(session, publication_id, is_locked=True)
    if found.state == PublicationState.SIGNED and found.signed_by == actor:
        return found
    require_publication_move(found.state, PublicationState.SIGNED)
    if found.prepared_by == actor:
        raise Forbidden("publication.same_person", "编制人不能签发自己编制的通报，请由他人签发。")
    found.state, found.signed_by, found.signed_at = PublicationState.SIGNED, actor, at
    if not checks.is_small(found):  # what publishing will ask for, begun in time
        checks.ask(session, publication_id, actor=actor, at=at)
    return found


def publish(session: Session, publication_id: int, *, actor: str, at: datetime) -> Publication:
    """发布, once all is as it was frozen. From then on it is never changed, only corrected by another version.

    With few facts it is recomputed here; with many a check that a worker has finished since the signing is needed
    (``Conflict`` ``publication.not_checked``: it is under way, or was asked for now).

    Raises ``Forbidden`` ``publication.same_person``, ``Conflict`` ``publication.tampered`` naming the first thing that differs.
    """
    found = queries.publication(session, publication_id, is_locked=True)
    if found.state == PublicationState.PUBLISHED and found.published_by == actor:
        return found
    require_publication_move(found.state, PublicationState.PUBLISHED)
    if found.signed_by == actor:
        raise Forbidden("publication.same_publisher", "签发人不能发布自己签发的通报，请由他人发布。")
    _require_sound(session, found)
    found.state, found.published_by, found.published_at = PublicationState.PUBLISHED, actor, at
    return found


def discard(session: Session, publication_id: int, *, reason: str, actor: str, at: datetime) -> Publication:
    """作废 what is not published yet; it stays on record, and its number of version is free again."""
    found = queries.publication(session, publication_id, is_locked=True)
    if found.state == PublicationState.DISCARDED and found.discarded_by == actor:
        return found
    require_publication_move(found.state, PublicationState.DISCARDED)
    found.discarded_for = _reason(reason)
    found.state, found.discarded_by, found.discarded_at = PublicationState.DISCARDED, actor, at
    return found


def _begin(session: Session, values: dict[str, Any], *, actor: str, at: datetime) -> Publication:
    """The row of a new version; the unique index decides who of two that begin at once is first."""
    row = values | {"state": PublicationState.PREPARING, "prepared_by": actor, "prepared_at": at}
    begun = session.scalar(
        pg_insert(Publication).values(**row).on_conflict_do_nothing().returning(Publication.publication_id)
    )
    if begun is None:
        raise _taken(session, values)
    return queries.publication(session, begun)


def _taken(session: Session, values: dict[str, Any]) -> Conflict:
    where = (values["scheme_name"], values["period"], values["peer_group"])
    other = queries.under_way(session, *where)
    if other is not None:
        number = other.publication_id
        return Conflict(
            "publication.under_way", f"第 {number} 号通报已在编制中，请先完成或作废它。", publication=number
        )
    return Conflict("publication.already_published", "这份通报已经发布；要改动，请在已发布的通报上发起更正。")


def _require_sound(session: Session, found: Publication) -> None:
    if checks.is_small(found):
        finding = verification.verify(session, found.publication_id)
        words = finding.words if finding else None
    else:
        check = queries.last_check(session, found.publication_id)
        if check is None or check.finished_at is None or check.asked_at < (found.signed_at or check.asked_at):
            raise Conflict("publication.not_checked", "工单较多，须先在后台核验：请点“核验”，有结果后再发布。")
        words = check.finding
    if words is not None:
        raise Conflict("publication.tampered", f"核验不符，不能发布：{words}")


def _require_settled(period: Period, cut_off: datetime, at: datetime) -> None:
    if period.start > at:
        raise DomainError("period.not_begun", f"{period.label}尚未开始，不能编制通报。", period=period.name)
    if cut_off < period.settles_at or at < period.settles_at:
        settles = period.settles_at.isoformat()
        raise DomainError(
            "publication.not_settled", f"{period.label}在 {settles} 才定案，截止时间不能早于此。", settles_at=settles
        )
    if cut_off > at:
        raise DomainError("publication.cut_off_ahead", "截止时间不能晚于现在。", field="cut_off")


def _require_correctable(session: Session, old: Publication) -> None:
    if old.state != PublicationState.PUBLISHED:
        raise Conflict("publication.not_published", "只能更正已发布的通报；未发布的请作废后重新编制。", state=old.state)
    last = queries.newest(session, old)
    if last is not None and last.publication_id != old.publication_id:
        number = last.publication_id
        raise Conflict(
            "publication.already_corrected", f"这份通报已由第 {number} 号更正，请更正最新的一份。", publication=number
        )


def _require_later(old: Publication, cut_off: datetime, at: datetime) -> None:
    if cut_off > at:
        raise DomainError("publication.cut_off_ahead", "截止时间不能晚于现在。", field="cut_off")
    if cut_off < old.cut_off:
        raise DomainError("publication.cut_off_earlier", "更正的截止时间不能早于原通报的截止时间。", field="cut_off")


def _reason(words: str) -> str:
    if not words.strip():
        raise DomainError("publication.reason_missing", "请写明缘由。", field="reason")
    if len(words) > LONGEST_REASON:
        raise DomainError("publication.reason_too_long", f"缘由不能超过 {LONGEST_REASON} 字。", field="reason")
    return words.strip()
