"""Keeping the derived tables ``unit_group`` and ``place_word``, and the version that tells processes to forget their copies."""

from __future__ import annotations

from sqlalchemy import SQLColumnExpression, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dispatch.directory import queries
from dispatch.directory.bulk import copy_rows
from dispatch.directory.models import ReferenceVersion, UnitGroup
from dispatch.directory.snapshot import forget
from dispatch.directory.tree import Slice, Span, group_slices

_ONLY_ROW = 1


def lock(session: Session) -> None:
    """One change of the directory at a time; held to the end of the transaction, which decides by what it finds now."""
    forget(session)
    session.execute(insert(ReferenceVersion).values(reference_version_id=_ONLY_ROW, version=0).on_conflict_do_nothing())
    session.execute(
        select(ReferenceVersion.version).where(ReferenceVersion.reference_version_id == _ONLY_ROW).with_for_update()
    )


def bump(session: Session) -> None:
    """Tell every process, and this transaction, that the copy of the reference data no longer holds."""
    _write(session, ReferenceVersion.version + 1)


def touch(session: Session) -> None:
    """The same under the same number, where what changed is none of what it counts: that it was written anew tells."""
    _write(session, ReferenceVersion.version)


def _write(session: Session, version: SQLColumnExpression[int]) -> None:
    forget(session)
    started = insert(ReferenceVersion).values(reference_version_id=_ONLY_ROW, version=1)
    session.execute(
        started.on_conflict_do_update(index_elements=[ReferenceVersion.reference_version_id], set_={"version": version})
    )


def rebuild(session: Session) -> None:
    """Bring what is derived from the versions of all units in line, touching only what differs, and bump the version."""
    # Places rest on units; that their words follow the units' names is the one thing units must know of them.
    from dispatch.places import words

    session.flush()
    words.sync(session)
    rows = queries.versions(session)
    spans = (Span(row.unit_id, row.valid_from, row.valid_to, row.parent_id) for row in rows)
    wanted = set(group_slices({row.unit_id: row.kind for row in rows}, spans))
    stored = queries.slices(session)
    for stale in stored - wanted:
        session.execute(
            delete(UnitGroup).where(
                UnitGroup.unit_id == stale.unit_id,
                UnitGroup.peer_group == stale.peer_group,
                UnitGroup.valid_from == stale.valid_from,
            ),
            execution_options={"synchronize_session": False},
        )
    copy_rows(session, UnitGroup.__tablename__, Slice._fields, sorted(wanted - stored))
    bump(session)
