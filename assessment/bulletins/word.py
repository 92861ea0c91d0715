"""A bulletin as Word: a template, the house's own or the office's, filled in."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any, Final

from docx.opc.exceptions import PackageNotFoundError
from docxtpl import DocxTemplate
from jinja2 import TemplateError
from jinja2.sandbox import SandboxedEnvironment

from assessment.bulletins.content import Bulletin, Line
from assessment.bulletins.house_template import house_template
from dispatch.kernel.errors import DomainError

OFFICE: Final = "市民热线工作通报"
OFFICE_NAME: Final = "市民热线服务中心"


def write(
    path: Path,
    bulletin: Bulletin,
    *,
    template: Path | None = None,
    office: str = OFFICE,
    office_name: str = OFFICE_NAME,
    number: str = "",
) -> None:
    """Write the document. ``number``: 发文字号, such as ``〔2026〕12号``.

    Raises ``bulletin.template_unreadable`` where the office's template is no Word file or has marks that cannot be filled.
    """
    values = _values(bulletin) | {"office": office, "office_name": office_name, "number": number}
    try:
        document = DocxTemplate(str(template) if template else _house())
        # The office's file is text from outside: it may name what is given to it and nothing else.
        document.render(values, jinja_env=SandboxedEnvironment(autoescape=True), autoescape=True)
    except (TemplateError, PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise DomainError("bulletin.template_unreadable", f"通报模板不能使用：{str(error)[:200]}") from None
    document.save(str(path))


def write_template(path: Path) -> None:
    """The house's own template, to be edited in Word."""
    house_template().save(str(path))


def _house() -> io.BytesIO:
    out = io.BytesIO()
    house_template().save(out)
    out.seek(0)
    return out


def _values(bulletin: Bulletin) -> dict[str, Any]:
    return {
        "title": bulletin.title,
        "subtitle": bulletin.subtitle,
        "period": bulletin.period,
        "group": bulletin.group,
        "cut_off": bulletin.cut_off,
        "issued_on": bulletin.issued_on,
        "is_running": bulletin.is_running,
        "totals": bulletin.totals,
        "overview": list(bulletin.overview),
        "classes": [f"{name}：{units}。" for name, units in bulletin.classes],
        "remarks": [f"{number}.{said}" for number, said in enumerate(bulletin.remarks, 1)],
        "ranked": [_row(line) for line in bulletin.ranked],
        "unranked": [_row(line) for line in bulletin.unranked],
    }


def _row(line: Line) -> dict[str, str]:
    return line.cells | {"classes": line.classes, "note": line.note}
