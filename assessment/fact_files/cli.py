"""``hotline facts export``: the files written, one a line on stdout; everything else on stderr."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from assessment import schemes as methods
from assessment.fact_files.writing import export as write
from assessment.periods import Period
from assessment.rankings import peer_group_of
from assessment.schemes.model import Group
from dispatch.contract import parse_instant
from dispatch.kernel.application import now, runtime
from dispatch.kernel.command import answer, refusing, say
from dispatch.kernel.db import transaction


@click.group("facts", help="考核事实：导出为 Parquet 文件。")
def facts() -> None:
    """Facts as files."""


@facts.command("export", help="把一个周期的事实按组别导出为 Parquet，可用 hotline rank --engine duckdb 排名。")
@click.option("--scheme", "scheme", metavar="S", default="beijing", help="考核办法：内置名称，或 .toml 文件。")
@click.option("--period", "period", metavar="P", required=True, help="周期:2026-10(月)或 2026-W42(周)。")
@click.option("--group", "groups", metavar="G", multiple=True, help="组别，可多次给出；默认办法考核的全部组别。")
@click.option("--as-of", "as_of", metavar="INSTANT", help="只看此刻及以前的事实，须带时区偏移；默认现在。")
@click.option("--output", "folder", metavar="DIR", required=True, type=click.Path(path_type=Path, file_okay=False))
@with_appcontext
@refusing
def export(scheme: str, period: str, groups: tuple[str, ...], as_of: str | None, folder: Path) -> None:
    """All groups of one period in one picture of the database."""
    method, at = methods.load(scheme), now()
    span = Period.parse(period, method, runtime().config.time_zone)
    cut_off = parse_instant(as_of) if as_of else at
    span.require_begun(max(at, cut_off))
    asked = [peer_group_of(group, method) for group in groups] or [one for one in Group if one in method.peer_groups]
    text = methods.text_of(scheme)
    with transaction() as session:
        for group in asked:
            path, count = write(session, method, text, span, group, cut_off, folder)
            answer(f"{path}\t{count}\n")
    say(f"数据截至 {cut_off.isoformat()}。")
