"""What the demo's month ends with: its tables prepared, frozen, signed by a second person, published, one of them contested and
corrected, by the same verbs as always."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from assessment.methods import in_force
from assessment.periods import Period, PeriodKind
from assessment.publications import bulletin_files, checks, freezing, preparation, queries, services
from assessment.publications.bulletin_files import Shape
from assessment.publications.models import Publication
from assessment.publications.services import Wanted
from assessment.publications.showing_appeal import appeal
from assessment.publications.states import PublicationState
from assessment.schemes.model import Group
from dispatch.kernel.application import runtime
from dispatch.kernel.closing import Month, add_ending
from dispatch.kernel.errors import DomainError

SCHEME = "beijing"
FIRST_GROUP = Group.TOWNSHIP  # its bulletins are asked for, so that they can be fetched


def connect() -> None:
    """Fill the demo's port."""
    add_ending(publish_month)


def publish_month(session: Session, month: Month) -> list[str]:
    """Publish every group's table of the month; where it has not settled yet, of the last week that has. What was done, in words."""
    zone = runtime().config.time_zone
    period = settled(session, month.period, zone, month.at)
    said, published = [], []
    for group in Group:
        try:
            found = _published(session, period.name, group, month, zone)
        except DomainError as error:
            said.append(f"{period.label} {group.value} 没有发布：{error.message}")
            continue
        said.append(f"已发布第 {found.publication_id} 号通报：{period.label} {group.value}")
        published.append(found)
    contested: list[str] = next((told for found in published if (told := appeal(session, found, month))), [])
    for found in published:
        if found.peer_group == FIRST_GROUP:
            _ask_for_files(session, queries.newest(session, found) or found, month)
    return said + contested


def _ask_for_files(session: Session, found: Publication, month: Month) -> None:
    home = runtime().config.home
    for shape in Shape:
        bulletin_files.ask(session, found, shape, home=home, actor=month.first, at=month.at)


def settled(session: Session, name: str, zone: ZoneInfo, at: datetime) -> Period:
    """The month of this name if it has settled at ``at``, else the last ISO week that has."""
    method, period = in_force.for_period(session, SCHEME, name, zone)
    if period.settles_at <= at:
        return period
    return preparation.ended(method.scheme, PeriodKind.WEEK, 1, 0, zone, at)[-1]


def _published(session: Session, period: str, group: Group, month: Month, zone: ZoneInfo) -> Publication:
    """The publication of one group, whoever began it: the scheduler may have been first."""
    found = queries.under_way(session, SCHEME, period, group.value)
    if found is None:
        method, _span = in_force.for_period(session, SCHEME, period, zone)
        wanted = Wanted(method.body, period, group.value)
        found = services.prepare(session, wanted, zone=zone, actor=month.first, at=month.at)
    if found.state == PublicationState.PREPARING:
        freezing.freeze(session, found.publication_id, at=month.at)
    if found.state == PublicationState.FROZEN:
        services.sign(session, found.publication_id, actor=month.second, at=month.at)
    checks.recompute_big(session, found, actor=month.first, at=month.at)
    return services.publish(session, found.publication_id, actor=month.first, at=month.at)
