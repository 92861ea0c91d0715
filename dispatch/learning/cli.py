"""``hotline train``, ``hotline evaluate``: the answer on stdout, progress and faults on stderr (design §9)."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from dispatch.exchange.csvfile import UnreadableFile
from dispatch.exchange.rejects import Reject, RejectsFile, rejects_path
from dispatch.kernel.application import now
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.learning import evaluating, labelled, queries, services, training
from dispatch.learning.labelled import Labelled
from dispatch.learning.rows import Row
from dispatch.learning.standing import in_force
from dispatch.learning.suggesting import WORDS, current_model, why_absent
from dispatch.limits.parse import parse_instant

ACTOR = "system:training"
BAD_ROWS, BAD_INPUT = 1, 2
# Of the office's own tickets a run of characters is learnt when so many hold it: a caller's name is nobody else's word.
SHARED_BY = 3
SHOWN_REJECTS = 5

File = click.Path(exists=True, dir_okay=False, path_type=Path)


def refusing(work: Callable[..., None]) -> Callable[..., None]:
    """What the domain refuses becomes a sentence on stderr and exit code 2."""

    @wraps(work)
    def run(**options: Any) -> None:
        try:
            work(**options)
        except DomainError as error:
            say(f"错误({error.code}):{error.message}")
            raise SystemExit(BAD_INPUT) from None
        except OSError as error:
            say(f"错误：无法读写文件：{error.strerror}")
            raise SystemExit(BAD_INPUT) from None

    return run


@click.command("train")
@click.argument("file", type=File, required=False)
@click.option("--from-tickets", "is_own", is_flag=True, help="用本办的工单训练：由人确认过分类的工单。")
@click.option("--since", metavar="INSTANT", help="与 --from-tickets 合用：只用此后受理的工单，须带时区偏移。")
@click.option("--skip-bad", is_flag=True, help="跳过有误的行和行数不足的分类，用其余各行训练(退出码仍为 1)。")
@with_appcontext
@refusing
def train(file: Path | None, is_own: bool, since: str | None, skip_bad: bool) -> None:
    """训练分类模型并启用：LABELLED.csv 有 text、label 两列，text 为标题、换行、正文。标准输出只有模型的版本。"""
    if (file is None) == (not is_own):
        raise DomainError("training.no_source", "请给出一个 CSV 文件，或用 --from-tickets(二者选一)。")
    if since and not is_own:
        raise DomainError("training.since_alone", "--since 只能与 --from-tickets 合用。")
    rows, bad = _from_file(file, skip_bad=skip_bad) if file else (_from_tickets(since), 0)
    if skip_bad or is_own:
        rows, dropped = without_rare(rows)
        bad += 0 if is_own else dropped
    at = now()
    trained = training.train(rows, at, say, least_texts=SHARED_BY if is_own else None)
    with transaction() as session:
        source = f"file:{file.name}" if file else f"tickets:{since or ''}"
        row = services.keep(session, trained, source=source, actor=ACTOR, at=at)
        told = f"已启用第 {row.number} 个模型：{row.rows} 行，{row.labels} 个分类"
    say(told + _figures(trained))
    answer(f"{trained.model.version}\n")
    if bad:
        raise SystemExit(BAD_ROWS)


@click.command("evaluate")
@click.argument("file", type=File)
@click.option(
    "--format",
    "form",
    type=click.Choice([one.value for one in evaluating.Format]),
    default="table",
    help="格式，默认 table。",
)
@with_appcontext
@refusing
def evaluate(file: Path, form: str) -> None:
    """用在用的模型评估 LABELLED.csv:逐个分类的精确率、召回率、F1，以及准确率、macro-F1、校准误差。"""
    rows, _bad = _from_file(file, skip_bad=False)
    with transaction() as session:
        model, wanted = current_model(session), in_force(session)
        if model is None or wanted is None:
            why = why_absent(session)
            raise DomainError("model.none_in_force", WORDS[why] if why else "没有在用的模型。")
        seen = queries.row_digests(session, wanted.number)
    if not rows:
        raise DomainError("training.no_rows", "文件中没有可评估的行。")
    found = evaluating.evaluate(model.model, rows, seen)
    say(f"{found.version}:{len(rows)} 行，其中 {found.trained_on.rows} 行是训练用过的，单独列出。")
    if found.unknown:
        say(f"模型没有的分类，这些行按答错计：{'、'.join(found.unknown)}")
    answer(evaluating.render(found, form))


def without_rare(rows: Sequence[Row]) -> tuple[list[Row], int]:
    """The rows of labels that have enough of them, and how many others there were; those are named."""
    counts = Counter(row.label for row in rows)
    rare = sorted(label for label, count in counts.items() if count < training.LEAST_ROWS)
    if rare:
        say(f"略去行数不足 {training.LEAST_ROWS} 的分类：{'、'.join(rare)}")
    kept = [row for row in rows if counts[row.label] >= training.LEAST_ROWS]
    return kept, len(rows) - len(kept)


def _from_file(file: Path, *, skip_bad: bool) -> tuple[list[Row], int]:
    """The rows; bad ones go to F.rejects.csv and, unless they may be skipped, end the command."""
    say(f"正在读取 {file.name} …")
    with RejectsFile(file) as rejects, file.open("rb") as stream:
        try:
            found = labelled.read(stream)
        except UnreadableFile as error:
            found = Labelled([], [], [error.reject])
            skip_bad = False
        for reject in found.rejects:
            rejects.add(reject)
    for reject in found.rejects[:SHOWN_REJECTS]:
        say(_line(reject))
    if found.rejects:
        say(f"{rejects.count} 行有误，详见 {rejects_path(file).name}")
        if not skip_bad:
            say("没有使用任何一行。请改正后重试。")
            raise SystemExit(BAD_ROWS)
    return found.rows, rejects.count


def _from_tickets(since: str | None) -> list[Row]:
    begin = parse_instant(since) if since else None
    with transaction() as session:
        rows = queries.training_rows(session, begin, now(), limit=training.MOST_ROWS)
    say(f"由人确认过分类的工单：{len(rows)} 件")
    return rows


def _figures(trained: training.TrainedModel) -> str:
    if trained.found is None:
        return "。行数太少，未能检验；请多积累一些再训练。"
    found = trained.found
    return f"。未见过的行上:macro-F1 {found.macro_f1:.4f}，准确率 {found.accuracy:.4f}，校准误差 {found.ece:.4f}。"


def _line(reject: Reject) -> str:
    column = f"({reject.column})" if reject.column else ""
    return f"第 {reject.line} 行{column}:{reject.reason}"


def answer(text: str) -> None:
    """To stdout as UTF-8, byte for byte, whatever the terminal's own encoding."""
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


def say(words: str) -> None:
    """To stderr: stdout is for answers."""
    click.echo(words, err=True)
