"""``hotline wordings``: what is said to citizens, trying new words, putting them in force and former ones again."""

from __future__ import annotations

from datetime import datetime

import click
from flask.cli import with_appcontext

from dispatch.kernel.application import now
from dispatch.kernel.command import answer, faults, refusing, say
from dispatch.kernel.db import transaction
from dispatch.limits.parse import parse_instant
from dispatch.notices import wording_verbs, wordings
from dispatch.notices.wording_trial import trial
from dispatch.notices.wording_verbs import WrongWords
from dispatch.notices.wordings import Version, WordingKind
from dispatch.policies.cli import local

ACTOR = "system:wordings"

kind_argument = click.argument(
    "kind", type=click.Choice(list(WordingKind)), callback=lambda _c, _p, kind: WordingKind(kind)
)
name_argument = click.argument("name")
confidential_option = click.option("--confidential", default="", help="诉求人要求保密时的短信；话术没有。")
reason_option = click.option("--reason", required=True, help="为什么改。")


@click.group("wordings", help="短信与话术：列出、查看、试填、启用与恢复。")
def wordings_group() -> None:
    """The group; each command is a change or a look."""


@wordings_group.command("list", help="现行文字：种类、名称、版本、文字、保密时的文字；制表符分隔。")
@with_appcontext
@refusing
def list_in_force() -> None:
    """One line per text."""
    with transaction() as session:
        found = wordings.in_force(session, now())
    for (kind, name), one in found.items():
        answer("\t".join((kind, name, str(one.version), one.text, one.confidential)) + "\n")


@wordings_group.command(
    "show", help="一项文字的各个版本：版本、生效时间、谁、何时、原因、文字、保密时的文字；新的在前。"
)
@kind_argument
@name_argument
@with_appcontext
@refusing
def show(kind: WordingKind, name: str) -> None:
    """One line per version."""
    with transaction() as session:
        found = wordings.history(session, kind, name)
    for one in found:
        cells = (one.version, _when(one.in_force_from), one.actor or "", _when(one.at), one.reason)
        answer("\t".join(map(str, (*cells, one.text, one.confidential))) + "\n")


@wordings_group.command("try", help="检查并用近期工单试填；不保存、不发送。有误时每处一行，退出码为 1。")
@kind_argument
@name_argument
@click.argument("text")
@confidential_option
@with_appcontext
@refusing
def try_words(kind: WordingKind, name: str, text: str, confidential: str) -> None:
    """One line per sample: kind of ticket, ticket, both texts."""
    _check(kind, name, text, confidential)
    with transaction() as session:
        found = trial(session, kind, name, text=text, confidential=confidential)
    for one in found:
        answer("\t".join((one.kind or "", one.ticket_no or "", one.text, one.confidential)) + "\n")


@wordings_group.command("put", help="启用新的文字，从现在或指定时间起；旧版本保留。")
@kind_argument
@name_argument
@click.argument("text")
@confidential_option
@reason_option
@click.option("--from", "since", metavar="INSTANT", help="生效时间；不写时立即生效。")
@with_appcontext
@refusing
def put(kind: WordingKind, name: str, text: str, confidential: str, reason: str, since: str | None) -> None:
    """A new version."""
    _check(kind, name, text, confidential)
    in_force_from = parse_instant(since) if since else None
    with transaction() as session:
        row = wording_verbs.put(
            session,
            kind,
            name,
            text=text,
            confidential=confidential,
            reason=reason,
            in_force_from=in_force_from,
            actor=ACTOR,
            at=now(),
        )
        say(f"已启用：{_line(name, wordings.shown(row))}")


@wordings_group.command("restore", help="恢复以前的版本，作为新版本立即生效。")
@kind_argument
@name_argument
@click.argument("version", type=click.IntRange(1, 2**15 - 1))
@reason_option
@with_appcontext
@refusing
def restore(kind: WordingKind, name: str, version: int, reason: str) -> None:
    """The words of a former version once more."""
    with transaction() as session:
        row = wording_verbs.restore(session, kind, name, version, reason=reason, actor=ACTOR, at=now())
        say(f"已恢复：{_line(name, wordings.shown(row))}")


def _check(kind: WordingKind, name: str, text: str, confidential: str) -> None:
    try:
        wording_verbs.check(kind, name, text, confidential)
    except WrongWords as wrong:
        faults([f"{field}:{one.told()}" for field, of_field in wrong.faults.items() for one in of_field])


def _line(name: str, one: Version) -> str:
    return f"{name} 第 {one.version} 版，自 {_when(one.in_force_from)} 起生效。"


def _when(at: datetime | None) -> str:
    return local(at) if at else ""
