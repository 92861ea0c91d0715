"""Sample articles for the demo: published, in force, some of them soon to be reviewed."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from importlib.resources import files

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.knowledge import services
from dispatch.knowledge.content import Content
from dispatch.knowledge.models import ArticleVersion


def sample_contents(reference: Reference, *, at: datetime) -> list[Content]:
    """The shipped articles as they would be loaded at ``at``; a unit that this city lacks leaves them to the hotline."""
    text = files("dispatch.knowledge").joinpath("data", "articles.csv").read_text(encoding="utf-8")
    return [_content(row, reference, at) for row in csv.DictReader(text.splitlines(keepends=True))]


def load_samples(session: Session, reference: Reference, *, actor: str, at: datetime) -> int:
    """Publish the shipped articles; returns how many. One whose title was ever used is left alone: twice changes nothing."""
    known = set(session.scalars(select(ArticleVersion.title)))
    fresh = [content for content in sample_contents(reference, at=at) if content.title not in known]
    for content in fresh:
        article = services.create(session, content, within=None, actor=actor, at=at)
        services.publish(session, article.article_id, article.version_count, within=None, actor=actor, at=at)
    return len(fresh)


def _content(row: dict[str, str], reference: Reference, at: datetime) -> Content:
    unit = reference.by_code.get(row["unit_code"])
    midnight = at.astimezone(reference.calendar.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return Content(
        title=row["title"],
        questions=row["questions"],
        body=row["body"],
        legal_basis=row["legal_basis"],
        category=row["category"],
        unit_id=unit.unit_id if unit else None,
        valid_from=midnight - timedelta(days=int(row["valid_days"])),
        valid_to=None,
        review_at=midnight + timedelta(days=int(row["review_days"])),
    )
