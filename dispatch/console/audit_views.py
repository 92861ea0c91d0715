"""审计: who looked at whose identity, who logged in and changed accounts, and the last seals."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.access.models import AccessLog, Account
from dispatch.access.vault_models import IdentityLook
from dispatch.console.keyset import read_number
from dispatch.console.timing import moment
from dispatch.directory.snapshot import reference
from dispatch.kernel.db import transaction
from dispatch.kernel.route_rules import requires
from dispatch.kernel.seals import Seal
from dispatch.tickets.models import TicketNumber

PAGE_SIZE = 50
SEALS_SHOWN = 10

blueprint = Blueprint("console_audit", __name__, url_prefix="/audit")


@blueprint.get("")
@requires("audit.view")
def looks_page() -> Any:
    """Looks at identities, newest first; of one ticket where its number is given."""
    at = moment()
    number, before = request.args.get("no", "").strip(), read_number(request.args.get("before"))
    with transaction() as session:
        found = _looks(session, number, before)
        shown = found[:PAGE_SIZE]
        city = reference(session, at)
        return render_template(
            "console/audit_looks.html",
            rows=shown,
            names=named(session, {look.actor for look, _no in shown}),
            units=city.by_id,
            number=number,
            before=before,
            next=shown[-1][0].identity_look_id if len(found) > PAGE_SIZE else None,
        )


@blueprint.get("/access")
@requires("audit.view")
def access_page() -> Any:
    """Log-ins, refusals, changes of accounts, newest first."""
    moment()
    before = read_number(request.args.get("before"))
    with transaction() as session:
        query = select(AccessLog).order_by(AccessLog.access_log_id.desc()).limit(PAGE_SIZE + 1)
        if before is not None:
            query = query.where(AccessLog.access_log_id < before)
        found = session.scalars(query).all()
        shown = found[:PAGE_SIZE]
        actors = {line.actor for line in shown} | {line.subject or "" for line in shown}
        return render_template(
            "console/audit_access.html",
            rows=shown,
            names=named(session, actors),
            before=before,
            next=shown[-1].access_log_id if len(found) > PAGE_SIZE else None,
        )


@blueprint.get("/seals")
@requires("audit.view")
def seals_page() -> Any:
    """The last seals over the chains of events."""
    moment()
    columns = (Seal.seal_id, Seal.at, Seal.leaf_count, Seal.hash)
    with transaction() as session:
        rows = session.execute(select(*columns).order_by(Seal.seal_id.desc()).limit(SEALS_SHOWN)).all()
        return render_template("console/audit_seals.html", rows=rows)


def _looks(session: Session, number: str, before: int | None) -> list[Any]:
    query = (
        select(IdentityLook, TicketNumber.ticket_no)
        .outerjoin(TicketNumber, TicketNumber.ticket_id == IdentityLook.ticket_id)
        .order_by(IdentityLook.identity_look_id.desc())
        .limit(PAGE_SIZE + 1)
    )
    if number:
        query = query.where(TicketNumber.ticket_no == number)
    if before is not None:
        query = query.where(IdentityLook.identity_look_id < before)
    return list(session.execute(query))


def named(session: Session, actors: set[str]) -> dict[str, str]:
    """``account:12`` → ``姓名（账号）``; other actors stand for themselves."""
    ids = [int(actor.partition(":")[2]) for actor in actors if actor.startswith("account:")]
    rows = session.execute(select(Account.account_id, Account.name, Account.login).where(Account.account_id.in_(ids)))
    return {f"account:{row.account_id}": f"{row.name}（{row.login}）" for row in rows}
