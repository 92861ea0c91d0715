"""``hotline search index``: the words of imported tickets, at once instead of little by little."""

from __future__ import annotations

import sys
from typing import Final

import click
from flask.cli import with_appcontext
from sqlalchemy import func, select
from tqdm import tqdm

from dispatch.kernel.application import runtime
from dispatch.kernel.command import say
from dispatch.kernel.db import transaction
from dispatch.search import indexing
from dispatch.tickets.models import Ticket

BATCH: Final = 2_000


@click.group("search", help="工单检索：为导入的历史建立全文索引。")
def search() -> None:
    """The group."""


@search.command("index")
@with_appcontext
def index() -> None:
    """为还没有索引的工单建立全文索引；中断后再次运行即可继续。"""
    with transaction() as session:
        top = session.scalar(select(func.max(Ticket.ticket_id))) or 0
    after: int | None = 0
    written = 0
    with tqdm(total=top, desc="全文索引", unit="号", file=sys.stderr, mininterval=1) as bar:
        while after is not None:
            before = after
            with transaction() as session:
                after, count = indexing.walk(session, vault=runtime().vault, after=before, limit=BATCH)
            written += count
            bar.update((after if after is not None else top) - before)
    say(f"完成：{written} 张工单已可检索")
