"""``hotline db …``: Flask-Migrate's commands on our migrations."""

from __future__ import annotations

import click
from flask import current_app, g
from flask.cli import with_appcontext
from flask_migrate import Migrate
from flask_migrate.cli import db as flask_migrate_group

from dispatch.kernel.db import db as database
from dispatch.kernel.db import migrations_folder


@click.group("db", commands=flask_migrate_group.commands)
@with_appcontext
def db() -> None:
    """数据库结构迁移(Flask-Migrate);空库先自动迁移到最新。"""
    Migrate().init_app(current_app, database, directory=str(migrations_folder()))
    g.directory, g.x_arg = None, ()  # what the original group sets from its options
