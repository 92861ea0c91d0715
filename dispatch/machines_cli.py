"""``hotline states``: the tables of states as diagrams."""

from __future__ import annotations

from pathlib import Path

import click

from dispatch.machines import as_markdown


@click.command("states")
@click.option("--write", "target", type=click.Path(dir_okay=False, path_type=Path), help="写入这个文件；不给则输出。")
def states(target: Path | None) -> None:
    """把状态表画成图（Markdown 与 Mermaid）."""
    if target is None:
        click.echo(as_markdown(), nl=False)
    else:
        target.write_text(as_markdown(), encoding="utf-8")
        click.echo(f"已写入 {target}", err=True)
