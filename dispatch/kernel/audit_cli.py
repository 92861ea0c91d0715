"""``hotline audit verify``: findings on stdout, one per line; progress on stderr; exit code 1 when there is any."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from dispatch.kernel import audit as checks
from dispatch.kernel.db import db

FOUND = 1


@click.group("audit")
def audit() -> None:
    """验证事件链与封存。"""


@audit.command("verify")
@with_appcontext
def verify() -> None:
    """核对每张工单的事件链、文本摘要与封存；每行输出一处问题，有问题时退出码为 1。"""
    found = done = 0
    for step in checks.verify(db.engine):
        if isinstance(step, checks.Finding):
            found += 1
            click.echo(f"{step.code}\tticket={step.ticket_id or '-'}\t{step.where}")
        else:
            done = step
            click.echo(f"已核对 {done} 张工单，发现 {found} 处问题", err=True)
    click.echo(f"核对完成：{done} 张工单，{found} 处问题", err=True)
    if found:
        raise SystemExit(FOUND)
