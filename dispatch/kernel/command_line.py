"""The command line's frame: commands by name in a table, each imported when it is used."""

from __future__ import annotations

import atexit
import gc
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

import click

from dispatch.kernel.collector import uncollected

if TYPE_CHECKING:
    from flask import Flask


@dataclass(frozen=True)
class Entry:
    """Where a command lives (``module:attribute``), what it does in a line, and whether it runs without Flask."""

    target: str
    help: str
    is_quick: bool = False


def load(name: str, entry: Entry) -> click.Command:
    """Import a command. Raises ClickException in one clear line where it is not part of this installation."""
    module, _, attribute = entry.target.partition(":")
    try:
        with uncollected():
            found = getattr(import_module(module), attribute)
    except ModuleNotFoundError as error:
        if error.name and (module == error.name or module.startswith(f"{error.name}.")):
            raise click.ClickException(f"命令 {name} 不在此安装中(缺少 {error.name})。") from error
        raise
    return cast(click.Command, found)


class LazyGroup(click.Group):
    """The entry: quick commands run on click alone, all others on Flask's own group, built when it is needed."""

    def __init__(self, entries: Mapping[str, Entry], *, create_app: Callable[[], Flask], **extra: Any) -> None:
        super().__init__(**extra)
        self.entries = entries
        self.create_app = create_app

    def __call__(self, *args: Any, **extra: Any) -> Any:
        """As a process of its own: what it leaves goes with it, so the collector need not look through it at the end."""
        atexit.register(gc.freeze)
        return super().__call__(*args, **extra)

    def main(self, args: Sequence[str] | None = None, *positional: Any, **extra: Any) -> Any:
        """Run one command line."""
        words = list(sys.argv[1:] if args is None else args)
        first = self.entries.get(words[0]) if words else None
        if first is None or first.is_quick:
            return super().main(words, *positional, **extra)
        with uncollected():
            group = flask_group(self.entries, self.create_app, help=self.help)
        return group.main(words, *positional, **extra)

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Every command of the table."""
        return list(self.entries)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command itself."""
        return load(cmd_name, self.entries[cmd_name]) if cmd_name in self.entries else None

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The overview, from the table alone."""
        with formatter.section("命令"):
            formatter.write_dl([(name, entry.help) for name, entry in self.entries.items()])


def flask_group(entries: Mapping[str, Entry], create_app: Callable[[], Flask], **extra: Any) -> click.Group:
    """Flask's own command group over ``entries``; commands that ask for an application context get ``create_app``'s."""
    from flask.cli import FlaskGroup

    class HotlineGroup(FlaskGroup):
        """FlaskGroup with our table instead of entry points."""

        def list_commands(self, _ctx: click.Context) -> list[str]:
            return list(entries)

        def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
            return load(name, entries[name]) if name in entries else None

    group = HotlineGroup(
        name="hotline",
        create_app=create_app,
        add_default_commands=False,
        add_version_option=False,
        load_dotenv=False,
        set_debug_flag=False,
        context_settings={"auto_envvar_prefix": None},
        **extra,
    )
    group.params = []  # --app, --env-file and --debug choose another application: there is one
    return group
