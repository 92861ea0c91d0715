"""Commands of the ground floor: stop the embedded services, back the database up, restore it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

__all__ = ["backup", "restore", "stop"]


@click.command("stop", help="停止本 HOTLINE_HOME 的内置 PostgreSQL 与 Redis。")
def stop() -> None:
    """End the embedded services; says so, and is content, when none runs."""
    from dispatch.kernel import services
    from dispatch.kernel.config import home_folder

    with _refusing():
        stopped = services.stop(home_folder(os.environ))
        _say(f"已停止：{'、'.join(stopped)}" if stopped else "内置服务没有在运行")


@click.command("backup", help="把整个数据库备份到一个文件 F(不含身份库密钥)。")
@click.argument("file", metavar="F", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """One file from one snapshot, while the system runs."""
    from dispatch.kernel.backups import backup as make
    from dispatch.kernel.backups import has_tables
    from dispatch.kernel.backups.archive import WITHOUT_KEYS
    from dispatch.kernel.clock import SystemClock

    with _refusing():
        url = _database_url()
        if not has_tables(url):  # only then: a backup before an upgrade must find the old structure
            from dispatch.kernel.db import migrate

            migrate(url)
        manifest = make(url, file, at=SystemClock().now(), say=_say)
        _say(f"已备份 {len(manifest.tables)} 张表到 {file}")
        _say(WITHOUT_KEYS)


@click.command("restore", help="从备份文件 F 恢复数据库：全部恢复，或者毫无改动。")
@click.argument("file", metavar="F", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="取代已有数据(现有数据将全部消失)。")
def restore(file: Path, replace: bool) -> None:
    """Into an empty database, or in place of the one there."""
    from dispatch.kernel.backups import restore as load
    from dispatch.kernel.backups.archive import WITHOUT_KEYS
    from dispatch.kernel.db import migrate

    with _refusing():
        manifest = load(_database_url(), file, migrate=migrate, is_replacing=replace, say=_say)
        _say(f"已恢复 {len(manifest.tables)} 张表(备份于 {manifest.made_at})")
        _say(WITHOUT_KEYS)


def _database_url() -> str:
    """Where the database answers; an embedded one is started first. Redis is not needed and not touched."""
    from dispatch.kernel import services
    from dispatch.kernel.config import Config

    return services.ensure_database(Config.from_environment(os.environ))


def _say(line: str) -> None:
    """To stderr: stdout belongs to answers, and these commands have none."""
    click.echo(line, err=True)


@contextmanager
def _refusing() -> Iterator[None]:
    """Turn what we refuse by design into one line and exit code 1; anything else is a fault and shows as one."""
    from dispatch.kernel.backups.archive import BackupError
    from dispatch.kernel.config import ConfigError
    from dispatch.kernel.services import ServiceError

    try:
        yield
    except (BackupError, ConfigError, ServiceError) as error:
        raise click.ClickException(str(error)) from error
