"""``hotline routing``: why a ticket went where it went, what each threshold would mean, what tickets can teach."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from typing import Any, Final

import click
from flask.cli import with_appcontext

from dispatch.directory.snapshot import reference
from dispatch.kernel.application import now
from dispatch.kernel.command import refusing, say
from dispatch.kernel.db import transaction
from dispatch.kernel.shares import percent
from dispatch.tuning import explaining, proposing, queries
from dispatch.tuning.curve import curve

URGENCIES: Final = {"ordinary": "一般", "urgent": "紧急", "critical": "特急"}
DAYS: Final = 90
STEP: Final = 5
PARTS: Final = {
    "unit": "派往",
    "candidates": "候选",
    "category": "分类",
    "urgency": "紧急程度",
    "place": "地点",
    "confidence": "把握",
    "reasons": "依据",
    "machine": "系统自己的判断",
}
VERSIONS: Final = {
    "directory": "单位目录",
    "policy": "时限政策",
    "taxonomy": "分类表",
    "catalogue": "派单目录",
    "alarm_words": "警示词表",
    "decline_words": "不予派单提示词表",
    "model": "分类模型",
    "at": "决定时间",
}


@click.group("routing", help="派单：解释一件工单的派单决定、查看直派门槛曲线、从工单学习地名。")
def routing() -> None:
    """The group."""


@routing.command("explain", help="一件工单为什么派到那里：当时的理由和版本，以及按当时的版本重算的结果。")
@click.argument("ticket_no", metavar="TICKET")
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text", help="输出格式。")
@with_appcontext
@refusing
def explain(ticket_no: str, shape: str) -> None:
    """The answer on stdout; exit code 2 for what cannot be explained."""
    with transaction() as session:
        found = explaining.explain(session, ticket_no.strip())
        city = reference(session, now())
        names = {unit.code: unit.name for unit in city.known.values()}
        categories = {leaf.code: leaf.name for leaf in city.taxonomy.leaves()}
    if shape == "json":
        click.echo(json.dumps(explaining.as_json(found), ensure_ascii=False))
    else:
        click.echo("\n".join(_lines(found, names, categories)))


@routing.command("curve", help="直派门槛曲线:CSV,门槛、工单数、直接派单数、直派占比、其中准确、准确率。")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="起始日，默认三个月前。")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), help="截止日(含),默认今天。")
@with_appcontext
def show_curve(first: datetime | None, last: datetime | None) -> None:
    """One line for every fifth threshold."""
    with transaction() as session:
        zone = reference(session, now()).calendar.zone
        until = (last or now().astimezone(zone)).date()
        since = first.date() if first else until - timedelta(days=DAYS)
        start, end = datetime.combine(since, time(), zone), datetime.combine(until + timedelta(days=1), time(), zone)
        points = curve(queries.judged(session, start, end))
    click.echo("threshold,tickets,direct,direct_share,right,accuracy")
    for point in points[::STEP]:
        cells = (point.threshold, point.tickets, point.direct, percent(point.share), point.right)
        click.echo(",".join(map(str, (*cells, percent(point.accuracy)))))


@routing.command("learn", help="从已办工单中找出地名库没有的地名，作为建议等人工采纳；可以重复执行。")
@with_appcontext
def learn() -> None:
    """How many were proposed, on stdout."""
    at = now()
    with transaction() as session:
        made = proposing.propose(session, reference=reference(session, at), at=at)
    say("请在“地名建议”页面采纳或不采纳" if made else "没有新的地名建议")
    click.echo(str(made))


def _lines(one: explaining.Explanation, units: Mapping[str, str], categories: Mapping[str, str]) -> Iterator[str]:
    """``units``, ``categories``: names by code as they are called now."""
    made = one.recorded
    place, urgency = made.get("place"), made.get("urgency", "")
    yield f"工单 {one.ticket_no}"
    yield f"派往：{_named(made.get('unit'), units) or '待人工派单'}(把握 {made['confidence']}/100)"
    yield f"候选：{'、'.join(_named(code, units) for code in made.get('candidates', ())) or '无'}"
    about = f"分类：{_named(made.get('category'), categories) or '未识别'}；地点：{_named(place, units) or '未识别'}"
    yield f"{about}；紧急程度：{URGENCIES.get(urgency, urgency)}"
    yield from (f"依据 {number}：{reason}" for number, reason in enumerate(made.get("reasons", ()), 1))
    yield from (f"版本：{VERSIONS.get(name, name)} {value}" for name, value in made.get("versions", {}).items())
    yield from _again(one)


def _named(code: str | None, names: Mapping[str, str]) -> str:
    return f"{names[code]} {code}" if code and code in names else code or ""


def _again(one: explaining.Explanation) -> Iterator[str]:
    if one.again is None:
        yield "重算：诉求文字已按规定删除，不能重算；当时的依据见上"
        return
    for name, (then, now_) in one.changed.items():
        yield f"版本变化：{VERSIONS.get(name, name)} 当时 {then or '无'}，现在按 {now_ or '无'}"
    if not one.differs:
        yield "重算：与当时的决定完全一致"
    for part in one.differs:
        yield f"重算不同：{PARTS[part]} 当时 {_plain(one.recorded, part)}，重算 {_plain(one.again, part)}"


def _plain(made: Mapping[str, Any], part: str) -> str:
    return json.dumps(made.get(part), ensure_ascii=False)
