"""``hotline import``: one command per exchange file, each imported when it is used."""

from __future__ import annotations

from typing import Final

import click

from dispatch.kernel.command_line import Entry, load

FILES: Final = {
    "units": Entry("dispatch.directory.cli:import_units_command", "导入单位目录 units.csv。"),
    "places": Entry("dispatch.places.cli:import_places_command", "导入地名 places.csv：小区、道路门牌、地标。"),
    "territory": Entry("dispatch.places.cli:import_territory_command", "导入辖区范围 GeoJSON。"),
    "tickets": Entry("dispatch.tickets.import_cli:import_tickets_command", "导入历史工单 tickets.csv。"),
}


class _FilesGroup(click.Group):
    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Every kind of file."""
        return list(FILES)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command that reads this kind of file."""
        return load(f"import {cmd_name}", FILES[cmd_name]) if cmd_name in FILES else None

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The overview, from the table alone."""
        with formatter.section("命令"):
            formatter.write_dl([(name, entry.help) for name, entry in FILES.items()])


import_group = _FilesGroup(
    "import", help="导入交换文件。默认要么全部导入，要么一行不导；有误的行写入 文件名.rejects.csv。"
)
