"""``hotline bulletin``: a ranking as Excel or Word, and the Word template to edit."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import click
from flask.cli import with_appcontext

from assessment.bulletins.content import bulletin as content_of
from assessment.bulletins.queries import tickets_by_unit
from assessment.methods import in_force
from assessment.schemes.model import Group
from assessment.service import table
from dispatch.contract import parse_instant
from dispatch.kernel.application import now, runtime
from dispatch.kernel.command import refusing, say
from dispatch.kernel.db import transaction

SHAPES = ("xlsx", "docx")
NewFile = click.Path(dir_okay=False, path_type=Path)


@click.group("bulletin", help="生成周通报、月报告：Excel 或 Word；导出可编辑的 Word 模板。")
def bulletin() -> None:
    """The group."""


@bulletin.command("write", help="按考核办法、周期和组别生成通报，写到 --output（扩展名 .xlsx 或 .docx）。")
@click.option("--scheme", required=True, metavar="S", help="考核办法：该周期生效的名称，或 .toml 文件。")
@click.option("--period", required=True, metavar="P", help="周期:2026-10(月)或 2026-W42(周)。")
@click.option("--group", required=True, metavar="G", help=f"组别：{'、'.join(Group)}。")
@click.option("--as-of", metavar="INSTANT", help="只看此刻及以前的事实，须带时区偏移；默认现在。")
@click.option("--template", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="本单位的 Word 模板。")
@click.option("--number", default="", metavar="〔2026〕1号", help="发文字号（Word）。")
@click.option("--output", required=True, type=NewFile, help="写到这个文件。")
@with_appcontext
@refusing
def write(
    scheme: str, period: str, group: str, as_of: str | None, template: Path | None, number: str, output: Path
) -> None:
    """Beside the file first, then in its place: a cut never leaves half a bulletin."""
    shape = output.suffix.lower().lstrip(".")
    if shape not in SHAPES:
        raise click.BadParameter("扩展名应为 .xlsx 或 .docx。", param_hint="--output")
    at, zone = now(), runtime().config.time_zone
    with transaction() as session:
        method, span = in_force.of_words(session, scheme, period, zone)
        found = table(session, method, span, group, parse_instant(as_of) if as_of else at, at=at)
        content = content_of(found, zone=zone, at=at)
        if shape == "docx":
            from assessment.bulletins import word

            _in_place(output, lambda path: word.write(path, content, template=template, number=number))
        else:
            from assessment.bulletins import excel

            facts = tickets_by_unit(session, found)
            _in_place(output, lambda path: excel.write(path, content, facts, zone=zone, progress=_tell))
    say(f"完成：{output.name}")


@bulletin.command("template", help="导出 Word 模板（GB/T 9704 版式），可在 Word 中编辑后用 --template 交回。")
@click.option("--output", required=True, type=NewFile, help="写到这个文件。")
@refusing
def template(output: Path) -> None:
    """The house's own."""
    from assessment.bulletins import word

    _in_place(output, word.write_template)
    say(f"完成：{output.name}")


def _in_place(output: Path, write_to: Callable[[Path], object]) -> None:
    handle, name = tempfile.mkstemp(dir=output.absolute().parent, prefix=f".{output.name}.", suffix=output.suffix)
    os.close(handle)
    try:
        write_to(Path(name))
        Path(name).chmod(0o644)
        Path(name).replace(output)
    except OSError as error:
        raise click.ClickException(f"无法写文件：{error.strerror}") from None
    finally:
        Path(name).unlink(missing_ok=True)


def _tell(rows: int) -> None:
    say(f"已写入 {rows} 件工单")
