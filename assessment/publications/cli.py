"""``hotline publications``: what is on record, recomputing it, and what needs no second person's name.

Signing and publishing are done on the page or by the API, where a log-in proves who it is: at a shell anybody could give two names.
"""

from __future__ import annotations

import json
from datetime import datetime

import click
from flask.cli import with_appcontext

from assessment import schemes
from assessment.publications import freezing, preparation, queries, services, verification
from assessment.publications.difference import read
from assessment.publications.models import Publication
from assessment.publications.services import Wanted
from assessment.publications.states import PublicationState
from assessment.table import COLUMNS
from dispatch.contract import parse_instant
from dispatch.kernel.application import now, runtime
from dispatch.kernel.command import answer, refusing, say
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError

FORMATS = ("csv", "json")
MOST_LISTED = 10_000
Number = click.IntRange(1, 2**63 - 1)


@click.group("publications", help="通报：列出、查看、核验、冻结、作废与更正；签发与发布在网页或接口上进行。")
def publications() -> None:
    """The group; each command is a change or a look."""


@publications.command("list", help="编号、状态、考核办法、周期、组别、第几版、截止时间、摘要；制表符分隔，新的在前。")
@with_appcontext
@refusing
def list_all() -> None:
    """One line per publication."""
    with transaction() as session:
        rows = queries.listed(session, states=tuple(PublicationState), limit=MOST_LISTED)
    for row in rows:
        cells = (row.publication_id, row.state, row.scheme_name, row.period, row.peer_group, row.version)
        answer("\t".join(map(str, (*cells, _local(row.cut_off), _hex(row.digest)))) + "\n")


@publications.command("show", help="一份通报：不加 --format 时逐行列出其要素，否则输出其排名表（与冻结时逐字节相同）。")
@click.argument("number", type=Number)
@click.option("--format", "form", type=click.Choice(FORMATS), help="输出排名表。")
@with_appcontext
@refusing
def show(number: int, form: str | None) -> None:
    """Its particulars, or its table byte for byte."""
    with transaction() as session:
        found = queries.publication(session, number)
        if form is None:
            answer("".join(f"{name}\t{value}\n" for name, value in _told(found)))
            return
        if found.result is None:
            raise DomainError("publication.not_frozen", "这份通报还没有冻结，没有排名表。")
        text = found.result.decode()
    if form == "json":
        rows = [{name: row[name] for name in COLUMNS} for row in read(text.encode()).values()]
        text = json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
    answer(text)


@publications.command("verify", help="由冻结的工单事实重算并逐字节比较；每份一行，有不符的退出码为 1。")
@click.argument("numbers", nargs=-1, type=Number)
@click.option("--all", "is_all", is_flag=True, help="核验全部已冻结的通报。")
@with_appcontext
@refusing
def verify(numbers: tuple[int, ...], is_all: bool) -> None:
    """``number, ok, digest`` or ``number, differs, part, what`` per line; the sentence for people on stderr."""
    if bool(numbers) == is_all:
        raise DomainError("publication.which", "请给出通报编号，或用 --all。")
    with transaction() as session:
        wanted = list(numbers) or queries.frozen_ids(session)
    is_sound = True
    for number in wanted:
        with transaction() as session:
            finding = verification.verify(session, number)
            digest = _hex(queries.publication(session, number).digest)
        if finding is None:
            answer(f"{number}\tok\t{digest}\n")
            continue
        is_sound = False
        answer(f"{number}\tdiffers\t{finding.part}\t{finding.what}\n")
        say(f"第 {number} 号通报：{finding.words}")
    if not is_sound:
        raise SystemExit(1)


@publications.command("freeze", help="编制并冻结一份通报；编号写到标准输出。")
@click.option("--scheme", required=True, metavar="S", help="考核办法：内置名称，或 .toml 文件。")
@click.option("--period", required=True, metavar="P", help="周期:2026-10(月)或 2026-W42(周)。")
@click.option("--group", required=True, metavar="G", help="组别。")
@click.option("--cut-off", "cut_off", metavar="INSTANT", help="截止时间，须带时区偏移；默认为定案时刻。")
@with_appcontext
@refusing
def freeze(scheme: str, period: str, group: str, cut_off: str | None) -> None:
    """Prepared by the system: whoever signs and whoever publishes must then be two people."""
    at, zone = now(), runtime().config.time_zone
    wanted = Wanted(schemes.text_of(scheme), period, group, parse_instant(cut_off) if cut_off else None)
    with transaction() as session:
        begun = services.prepare(session, wanted, zone=zone, actor=preparation.ACTOR, at=at)
        found = freezing.freeze(session, begun.publication_id, at=at)
        number, units, count = found.publication_id, found.unit_count, found.fact_count
    say(f"已冻结：{units} 个单位，{count} 条工单事实。")
    answer(f"{number}\n")


@publications.command("correct", help="对已发布的通报发起更正并冻结；新编号写到标准输出，改动写到标准错误。")
@click.argument("number", type=Number)
@click.option("--reason", required=True, help="更正缘由。")
@click.option("--cut-off", "cut_off", metavar="INSTANT", help="截止时间，须带时区偏移；默认现在。")
@with_appcontext
@refusing
def correct(number: int, reason: str, cut_off: str | None) -> None:
    """The new version's number; what changed goes to stderr."""
    at = now()
    instant = parse_instant(cut_off) if cut_off else None
    with transaction() as session:
        begun = services.correct(session, number, reason=reason, actor=preparation.ACTOR, at=at, cut_off=instant)
        found = freezing.freeze(session, begun.publication_id, at=at)
        new, changes = found.publication_id, found.diff or []
    for cell in changes:
        say(f"{cell['unit_code']} {cell['unit_name']} {cell['column']}: {cell['old'] or '—'} → {cell['new'] or '—'}")
    answer(f"{new}\n")


@publications.command("discard", help="作废一份尚未发布的通报。")
@click.argument("number", type=Number)
@click.option("--reason", required=True, help="作废缘由。")
@with_appcontext
@refusing
def discard(number: int, reason: str) -> None:
    """It stays on record."""
    with transaction() as session:
        services.discard(session, number, reason=reason, actor=preparation.ACTOR, at=now())
    say(f"已作废：第 {number} 号通报。")


def _told(found: Publication) -> list[tuple[str, str]]:
    names: tuple[str, ...] = (
        "publication_id",
        "state",
        "scheme_name",
        "scheme_version",
        "period",
        "peer_group",
        "version",
    )
    names += ("corrects", "unit_count", "fact_count")
    instants = (
        "starts_at",
        "ends_at",
        "cut_off",
        "prepared_at",
        "frozen_at",
        "signed_at",
        "published_at",
        "discarded_at",
    )
    people = ("prepared_by", "signed_by", "published_by", "discarded_by")
    told = [(name, _plain(getattr(found, name))) for name in (*names, *people)]
    told += [(name, _local(getattr(found, name))) for name in instants]
    return [*told, ("digest", _hex(found.digest))]


def _local(at: datetime | None) -> str:
    return at.astimezone(runtime().config.time_zone).isoformat() if at else ""


def _hex(digest: bytes | None) -> str:
    return digest.hex() if digest else ""


def _plain(value: object) -> str:
    return "" if value is None else str(value)
