"""``hotline rank`` and ``hotline schemes``: the exchange table on stdout, everything else on stderr (design §9)."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from flask.cli import with_appcontext

from assessment import schemes as methods
from assessment.methods import in_force
from assessment.periods import Period
from assessment.schemes.model import Group, Scheme
from assessment.service import Table, table
from assessment.table import Format, render
from dispatch.contract import parse_instant
from dispatch.kernel.application import now, runtime
from dispatch.kernel.command import answer, refusing, say
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError

ENGINES = ("postgresql", "duckdb")


@click.command("rank", help="计算三率排名：标准输出只有排名表，提示写到标准错误。")
@click.option("--scheme", "scheme", metavar="S", help="考核办法：内置名称，或 .toml 文件。")
@click.option("--period", "period", metavar="P", help="周期:2026-10(月)或 2026-W42(周)。")
@click.option("--group", "group", metavar="G", help=f"组别：{'、'.join(Group)}。")
@click.option("--as-of", "as_of", metavar="INSTANT", help="只看此刻及以前的事实，须带时区偏移；默认现在。")
@click.option("--format", "form", metavar="F", default="table", help=f"格式：{'、'.join(Format)}(默认 table)。")
@click.option("--engine", "engine", metavar="E", default="postgresql", help="计数引擎:postgresql 或 duckdb。")
@click.option("--facts", "folder", metavar="DIR", type=click.Path(path_type=Path), help="duckdb 所读的事实文件夹。")
@with_appcontext
@refusing
def rank(**asked: Any) -> None:
    """Print the ranking; exit code 2 with one line where the question makes no sense."""
    scheme, period, group, as_of, form = (asked[name] for name in ("scheme", "period", "group", "as_of", "form"))
    if scheme is None or period is None or group is None:
        raise DomainError("ranking.option_missing", "必须给出 --scheme、--period 和 --group。")
    if form not in set(Format):
        raise DomainError("ranking.unknown_format", f"没有“{form}”这种格式，可用：{'、'.join(Format)}。")
    at, zone = now(), runtime().config.time_zone
    cut_off = parse_instant(as_of) if as_of else None
    method, span = _method_for(scheme, period, zone)
    if _reads_files(asked["engine"], asked["folder"]):
        from assessment.fact_files.ranking import table_of

        found = table_of(asked["folder"], method, span, group, cut_off)
    else:
        with transaction() as session:
            found = table(session, method, span, group, cut_off or at, at=at)
    _warn(found)
    answer(render(found.rows, form))


def _method_for(scheme: str, period: str, zone: ZoneInfo) -> tuple[Scheme, Period]:
    """The method of a file, else the version of the named one that is in force in the period."""
    with transaction() as session:
        return in_force.of_words(session, scheme, period, zone)


def _reads_files(engine: str, folder: Path | None) -> bool:
    if engine not in ENGINES:
        raise DomainError("ranking.unknown_engine", f"没有“{engine}”这种引擎，可用：{'、'.join(ENGINES)}。")
    is_duckdb = engine == "duckdb"
    if is_duckdb and folder is None:
        raise DomainError("ranking.option_missing", "使用 duckdb 时必须给出 --facts。")
    if folder is not None and not is_duckdb:
        raise DomainError("ranking.option_missing", "--facts 只与 --engine duckdb 一起使用。")
    return is_duckdb


def _warn(found: Table) -> None:
    if found.is_running:
        day = found.settles_at.isoformat()
        say(
            f"运行中(running):{found.period.label}在 {day} 前尚未定案，另有 {found.pending} 件未得到有效回访(pending)。"
        )
    if found.unlisted:
        say(f"注意：下列单位有工单，但不在本周期名单内，未列入：{'、'.join(found.unlisted)}")


@click.group("schemes", help="查看考核办法。")
def schemes() -> None:
    """The shipped assessment methods."""


@schemes.command("list", help="列出内置的考核办法。")
def list_schemes() -> None:
    """One line per scheme: name and title."""
    answer("".join(f"{name}\t{methods.builtin(name).title}\n" for name in methods.builtin_names()))


@schemes.command("show", help="显示一个考核办法：内置名称，或 .toml 文件。")
@click.argument("scheme", metavar="S")
@refusing
def show(scheme: str) -> None:
    """What the scheme says, in words; the file is checked on the way."""
    answer("".join(f"{name}:{words}\n" for name, words in _described(methods.load(scheme))))


def _described(scheme: Scheme) -> list[tuple[str, str]]:
    first = "自然月" if scheme.first_day == 1 else f"上月 {scheme.first_day} 日至本月 {scheme.first_day - 1} 日"
    lines = [
        ("名称", f"{scheme.name}(第 {scheme.version} 版)"),
        ("标题", scheme.title),
        ("诉求类别", "、".join(sorted(scheme.kinds))),
        ("归入周期", scheme.placed_by),
        ("周期", f"{first};周为 ISO 周"),
        ("组别", "、".join(sorted(scheme.peer_groups))),
        ("权重", "、".join(_weighed(one.indicator, one.share, one.full, one.none) for one in scheme.weights)),
        ("录入值", "、".join(_weighed(one.key, one.share, one.full, one.none) for one in scheme.given) or "无"),
        ("折算", f"基本满意 {scheme.credits.basically}、部分解决 {scheme.credits.partly}"),
        ("加减分", "、".join(f"{rule.of} 每项 {rule.each},上限 {rule.cap}" for rule in scheme.points) or "无"),
        ("最低样本", str(scheme.minimum)),
        ("定案", f"周期结束后 {scheme.settle_days} 天"),
    ]
    return lines + ([("说明", scheme.note)] if scheme.note else [])


def _weighed(name: str, share: Fraction, full: Fraction, none: Fraction) -> str:
    return f"{name} {share}" + ("" if full == 1 and none == 0 else f"(满分值 {full},零分值 {none})")
