"""The Word template that a bulletin is filled into: the layout of GB/T 9704 with marks for the contents.

An office takes it with ``hotline bulletin template``, edits it in Word and gives it back with ``--template``. Sizes are the standard's:
A4, margins 37/35/28/26 mm, title 22 pt, body 16 pt in 仿宋 on a grid of 22 lines, first headings in 黑体.
"""

from __future__ import annotations

from typing import Any, Final

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

BODY, HEADING, TITLE, KAI = "仿宋_GB2312", "黑体", "方正小标宋简体", "楷体_GB2312"
RED: Final = RGBColor(0xC0, 0x00, 0x00)
LINE: Final = Pt(28)
# Head, column of the exchange table, width in mm: 156 in all.
TABLE_COLUMNS: Final = (
    ("名次", "rank", 12),
    ("单位", "unit_name", 44),
    ("受理", "received", 16),
    ("有效回访", "valid", 18),
    ("响应率%", "response_rate", 17),
    ("解决率%", "resolution_rate", 17),
    ("满意率%", "satisfaction_rate", 17),
    ("得分", "score", 15),
)
UNRANKED_COLUMNS: Final = (
    ("单位", "unit_name", 56),
    ("受理", "received", 20),
    ("有效回访", "valid", 20),
    ("原因", "note", 60),
)


def house_template() -> DocumentType:
    """A document with Jinja marks that :mod:`assessment.bulletins.word` fills."""
    document = Document()
    _page(document)
    _font(document.styles["Normal"], BODY, Pt(16))
    _line(document, "{{ office }}", TITLE, Pt(36), colour=RED)
    _line(document, "{{ number }}", BODY, Pt(16))
    _rule(_line(document, "", BODY, Pt(4)))
    _line(document, "{{ title }}", TITLE, Pt(22), before=Pt(28))
    _line(document, "{{ subtitle }}", KAI, Pt(16), after=Pt(14))
    _heading(document, "一、总体情况")
    _each(document, "overview")
    _heading(document, "二、排名情况")
    _table(document, "ranked", TABLE_COLUMNS)
    _heading(document, "三、分类情况")
    _body(document, "{%p if classes %}")
    _each(document, "classes")
    _body(document, "{%p else %}")
    _body(document, "本组别本周期不分类。")
    _body(document, "{%p endif %}")
    _heading(document, "四、未参加排名的单位")
    _body(document, "{%p if unranked %}")
    _table(document, "unranked", UNRANKED_COLUMNS)
    _body(document, "{%p else %}")
    _body(document, "无。")
    _body(document, "{%p endif %}")
    _heading(document, "五、说明")
    _each(document, "remarks")
    _signature(document)
    return document


def _page(document: DocumentType) -> None:
    section = document.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(28)
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for part in ("— ", "PAGE", " —"):
        run = footer.add_run("" if part == "PAGE" else part)
        _font(run, "宋体", Pt(14))
        if part == "PAGE":
            _field(run, part)


def _field(run: Any, code: str) -> None:
    for kind, text in (("begin", None), (None, code), ("end", None)):
        element = OxmlElement("w:instrText" if text else "w:fldChar")
        if text:
            element.set(qn("xml:space"), "preserve")
            element.text = text
        else:
            element.set(qn("w:fldCharType"), kind)
        run._r.append(element)  # noqa: SLF001 — python-docx has no public way to it


def _font(of: Any, name: str, size: Any, colour: RGBColor | None = None) -> None:
    of.font.name, of.font.size = name, size
    of.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)
    if colour is not None:
        of.font.color.rgb = colour


def _line(
    document: DocumentType,
    text: str,
    font: str,
    size: Any,
    *,
    colour: RGBColor | None = None,
    before: Any = None,
    after: Any = None,
) -> Any:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    form = paragraph.paragraph_format
    form.space_before, form.space_after = before or Pt(0), after or Pt(0)
    run = paragraph.add_run(text)
    _font(run, font, size, colour)
    return paragraph


def _rule(paragraph: Any) -> None:
    """The red line under the head."""
    border = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "18"), ("space", "1"), ("color", "C00000")):
        bottom.set(qn(f"w:{name}"), value)
    border.append(bottom)
    paragraph._p.get_or_add_pPr().append(border)  # noqa: SLF001 — python-docx has no public way to it


def _heading(document: DocumentType, text: str) -> None:
    paragraph = _paragraph(document)
    paragraph.paragraph_format.keep_with_next = True
    _font(paragraph.add_run(text), HEADING, Pt(16))


def _body(document: DocumentType, text: str) -> None:
    _font(_paragraph(document).add_run(text), BODY, Pt(16))


def _paragraph(document: DocumentType) -> Any:
    paragraph = document.add_paragraph()
    form = paragraph.paragraph_format
    form.first_line_indent = Pt(32)  # two characters
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, LINE
    form.space_after = Pt(0)
    return paragraph


def _each(document: DocumentType, name: str) -> None:
    _body(document, f"{{%p for said in {name} %}}")
    _body(document, "{{ said }}")
    _body(document, "{%p endfor %}")


def _table(document: DocumentType, rows: str, columns: tuple[tuple[str, str, int], ...]) -> None:
    """Head, a mark that begins the loop, the row of marks, a mark that ends it."""
    table = document.add_table(rows=4, cols=len(columns))
    table.style, table.alignment = "Table Grid", WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for column, (head, name, width) in enumerate(columns):
        for row in table.rows:
            row.cells[column].width = Mm(width)
        _cell(table.cell(0, column), head, HEADING)
        _cell(table.cell(2, column), f"{{{{ row.{name} }}}}", BODY)
    _cell(table.cell(1, 0), f"{{%tr for row in {rows} %}}", BODY)
    _cell(table.cell(3, 0), "{%tr endfor %}", BODY)
    repeat = OxmlElement("w:tblHeader")
    repeat.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(repeat)  # noqa: SLF001 — python-docx has no public way to it
    _paragraph(document)


def _cell(cell: Any, text: str, font: str) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _font(paragraph.add_run(text), font, Pt(10.5))


def _signature(document: DocumentType) -> None:
    for text in ("{{ office_name }}", "{{ issued_on }}"):
        paragraph = _paragraph(document)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        paragraph.paragraph_format.right_indent = Pt(64)
        _font(paragraph.add_run(text), BODY, Pt(16))
