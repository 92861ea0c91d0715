"""``hotline models``: which models are on record, which is in force, how it drifts; going back to an older one or to keywords."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from dispatch.directory.snapshot import reference
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.learning import queries, services
from dispatch.learning.cli import answer, refusing, say
from dispatch.learning.models import CategoryModel
from dispatch.learning.suggesting import WORDS, why_absent

ACTOR = "system:training"
MOST_MONTHS = 24

Number = click.IntRange(1, queries.LARGEST)


@click.group("models", help="分类模型：列出、启用、停用，按月看偏移。")
def models() -> None:
    """The group; each command is a change or a look."""


@models.command(
    "list", help="各个模型：编号、在用或否、训练时间、版本、行数、分类数、macro-F1、来源；制表符分隔，新的在前。"
)
@with_appcontext
@refusing
def list_models() -> None:
    """One line per model on record."""
    with transaction() as session:
        rows = queries.listed(session)
        absent = why_absent(session)
    if absent:
        say(WORDS[absent])
    for row in rows:
        answer("\t".join(_cells(row)) + "\n")


@models.command("use", help="启用一个已有的模型。")
@click.argument("number", type=Number)
@with_appcontext
@refusing
def use(number: int) -> None:
    """Back to an older one, or forth again."""
    with transaction() as session:
        row = services.use(session, number, actor=ACTOR, at=now())
        say(f"已启用第 {row.number} 个模型({row.version})。")


@models.command("retire", help="停用模型：此后只按关键词建议分类；模型仍留存。")
@with_appcontext
@refusing
def retire() -> None:
    """Keywords alone."""
    with transaction() as session:
        services.retire(session, actor=ACTOR, at=now())
    say("已停用，此后按关键词建议分类。")


@models.command(
    "drift",
    help="在用的模型按月的偏移：月份、由人确认的件数、问过的件数、与人不同的件数、平均把握、生疏字词占比；制表符分隔。",
)
@click.option("--months", type=click.IntRange(1, MOST_MONTHS), default=12, help="连本月在内共几个月，默认 12。")
@with_appcontext
@refusing
def drift(months: int) -> None:
    """Count it now; what the page shows is counted once a day."""
    from dispatch.learning import drift as counting

    with transaction() as session:
        at = now()
        taxonomy, zone = reference(session, at).taxonomy, runtime().config.time_zone
        counting.count(session, at, taxonomy=taxonomy, zone=zone, months=months)
        row = queries.current_row(session)
        found = queries.drift(session, row.number, limit=months) if row else []
        absent = why_absent(session)
    if absent:
        say(WORDS[absent])
    for one in found:
        cells = (f"{one.month:%Y-%m}", one.confirmed, one.tickets, one.differing)
        answer("\t".join([*map(str, cells), f"{one.confidence:.4f}", f"{one.unknown:.4f}"]) + "\n")


def _cells(row: CategoryModel) -> list[str]:
    unseen = row.metrics.get("unseen")
    state = "in_force" if row.is_current else "kept"
    trained_at = row.trained_at.astimezone(runtime().config.time_zone).isoformat(timespec="seconds")
    figure = f"{unseen['macro_f1']:.4f}" if unseen else ""
    return [str(row.number), state, trained_at, row.version, str(row.rows), str(row.labels), figure, row.source]
