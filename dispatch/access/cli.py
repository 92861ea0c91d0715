"""``hotline accounts …``: what a city needs before anyone can log in. stdout carries the list or the token alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from dispatch.access import invites, policy, queries, services
from dispatch.kernel.application import machine_now
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError, NotFound

ACTOR = "system:console"
REFUSED = 2

password_option = click.option(
    "--password",
    prompt="口令",
    hide_input=True,
    confirmation_prompt="再输入一次",
    envvar="PASSWORD_OF_NEW_ACCOUNT",
    help="不给出时提示输入。",
)


def edge(work: Callable[..., Any]) -> Callable[..., Any]:
    """One transaction in an application context; a refusal is one line on stderr and exit code 2."""

    @with_appcontext
    @wraps(work)
    def run(**options: Any) -> Any:
        try:
            with transaction() as session:
                return work(session, **options)
        except DomainError as error:
            click.echo(f"错误：{error.message}({error.code})", err=True)
            raise SystemExit(REFUSED) from None

    return run


def _unit_id(session: Session, code: str | None) -> int | None:
    if not code:
        return None
    unit_id = queries.unit_id_by_code(session, code)
    if unit_id is None:
        raise NotFound("unit.unknown_code", f"没有编码为 {code} 的单位。")
    return unit_id


@click.group("accounts")
def accounts() -> None:
    """账号、角色、口令与接口令牌。"""


@accounts.command("create")
@click.option("--login", required=True, help="登录账号：小写字母、数字、点、横线。")
@click.option("--name", required=True, help="姓名。")
@click.option("--role", "roles", multiple=True, required=True, help="角色，可重复。")
@click.option("--unit", "unit_code", help="所属单位编码；热线自己的人员不填。")
@password_option
@edge
def create(
    session: Session, login: str, name: str, roles: tuple[str, ...], unit_code: str | None, password: str
) -> None:
    """新建账号。"""
    services.create(
        session,
        login=login,
        name=name,
        password=password,
        roles=roles,
        unit_id=_unit_id(session, unit_code),
        actor=ACTOR,
        at=machine_now(),
    )
    click.echo(f"已新建账号 {login}", err=True)


@accounts.command("list")
@edge
def list_accounts(session: Session) -> None:
    """列出账号：账号、姓名、单位、角色、状态，以制表符分隔。"""
    at = machine_now()
    for row in queries.accounts(session):
        state = "disabled" if row.disabled_at else "locked" if row.locked_until and at < row.locked_until else "active"
        click.echo("\t".join((row.login, row.name, row.code or "", " ".join(row.roles), state)))


@accounts.command("disable")
@click.option("--login", required=True)
@edge
def disable(session: Session, login: str) -> None:
    """停用账号；其登录与令牌立即失效。"""
    services.disable(session, login, actor=ACTOR, at=machine_now())
    click.echo(f"已停用账号 {login}", err=True)


@accounts.command("roles")
@click.option("--login", required=True)
@click.option("--role", "roles", multiple=True, help="新的全部角色，可重复；不给出即清空。")
@edge
def set_roles(session: Session, login: str, roles: tuple[str, ...]) -> None:
    """重设角色。"""
    services.set_roles(session, login, roles, actor=ACTOR, at=machine_now())
    click.echo(f"已重设 {login} 的角色", err=True)


@accounts.command("unit")
@click.option("--login", required=True)
@click.option("--unit", "unit_code", help="单位编码；不填即不属于任何单位。")
@edge
def set_unit(session: Session, login: str, unit_code: str | None) -> None:
    """重设所属单位。"""
    services.set_unit(session, login, _unit_id(session, unit_code), actor=ACTOR, at=machine_now())
    click.echo(f"已重设 {login} 的单位", err=True)


@accounts.command("password")
@click.option("--login", required=True)
@password_option
@edge
def set_password(session: Session, login: str, password: str) -> None:
    """重设口令；解除锁定并使其所有登录失效。"""
    services.set_password(session, login, password, actor=ACTOR, at=machine_now())
    click.echo(f"已重设 {login} 的口令", err=True)


@accounts.command("invite")
@click.option("--login", required=True)
@edge
def invite(session: Session, login: str) -> None:
    """签发设置口令的链接：只在标准输出显示这一次，用一次即失效；之前签发的随即失效。"""
    token = invites.issue(session, login, actor=ACTOR, at=machine_now())
    click.echo(f"{invites.PATH}{token}")


@accounts.command("token")
@click.option("--login", required=True)
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    help="授权范围，可重复:intake unit follow_up ranking metrics 或单项权限。",
)
@click.option("--name", default="命令行", show_default=True, help="用途，便于日后辨认。")
@click.option("--days", type=click.IntRange(1, 3650), default=policy.TOKEN_DAYS, show_default=True, help="有效天数。")
@edge
def token(session: Session, login: str, scopes: tuple[str, ...], name: str, days: int) -> None:
    """签发接口令牌；令牌只在标准输出显示这一次。"""
    issued = services.issue_token(session, login, name=name, scopes=scopes, days=days, actor=ACTOR, at=machine_now())
    click.echo(issued)
