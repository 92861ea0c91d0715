"""``hotline repeats index``: signatures of what was there before, or was signed by another algorithm."""

from __future__ import annotations

import click
from flask.cli import with_appcontext
from tqdm import tqdm

from dispatch.directory.snapshot import reference
from dispatch.kernel.application import now
from dispatch.kernel.db import transaction
from dispatch.likeness.indexing import index_batch, missing


@click.group("repeats")
def repeats() -> None:
    """重复诉求：为已有工单建立内容索引."""


@repeats.command("index")
@with_appcontext
def index() -> None:
    """为政策规定天数内、尚未索引的工单建立内容索引；可随时中断，再次运行即接着做。标准输出写处理的工单数."""
    at, done = now(), 0
    with transaction() as session:
        days = reference(session, at).procedure.repeat_days
        count, first = missing(session, at=at, days=days)
    with tqdm(total=count, unit="张", disable=None, leave=False) as bar:
        following: int | None = first
        while following is not None:
            with transaction() as session:
                looked, following = index_batch(session, first=following, at=at, days=days)
            done += looked
            bar.update(looked)
    click.echo(done)
