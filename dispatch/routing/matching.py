"""Finding place names in text: longest match, with the checks that keep everyday words from being places."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

import ahocorasick

from dispatch.routing.aliases import COMMUNITY, DISTRICT, PLACE, ROAD, TOWNSHIP, Alias, community_core
from dispatch.routing.forms import Form
from dispatch.routing.normalise import is_han

# After these a name may begin; any other Chinese character makes a short name part of a longer unknown one.
_BEFORE: Final = frozenset(
    "在住于到从至的是由和与及对请映诉报询区市道镇乡处街为来往去向离近叫们本我京县旗问于位内给望盼帮让把因将被跟同路省了"
)
# After a short township or district name these make another name of it: 望京→望京东路, 朝阳→朝阳产业.
_AFTER: Final = frozenset(
    "路街桥村苑园里东南西北中大小门站医学家新河湖公花庄营店寺楼屯院城港湾口巷胡产群方起夕人水饭岭线长塘冲"
)
_AFTER_LONG: Final = frozenset("外路门")
_VILLAGES: Final = frozenset("村庄营屯")
_LEADERS: Final = frozenset("长")
_SHORT_NAME: Final = 2
_GUARDED_COMMUNITY: Final = 4
# After the name of a place these say that it is one: 静安里3号楼, 六合园小区, 新龙城附近.
_MARKERS: Final = (
    "小区",
    "社区",
    "居委",
    "物业",
    "业主",
    "附近",
    "门口",
    "旁边",
    "地下",
    "院内",
    "南门",
    "北门",
    "东门",
    "西门",
)
_NUMBERED: Final = re.compile(
    r"[甲乙丙丁]?\d{1,5}|[一二三四五六七八九十]{1,3}[号期栋幢楼单]|[a-z][座栋区]|[号楼院栋幢]"
)
# Behind a name these make another, longer one that we do not know: 望京西园|朗悦小区.
_LONGER: Final = re.compile(
    r"[^\W\d的在有没是和与及了我你他这那本某个对从到被把业居附旁门]{1,4}?(?:小区|社区|家园|花园|公寓|家属院|居委会|村委会|[东南西北]?[区里院])"
)
_GOING_ON: Final = frozenset("的有没在和与及内是也就被都旁附里外边前后这那要请一不无因停电水暖物居业主我你他")
_HAN: Final = "\u4e00-\u9fff\u3400-\u4dbf"
# :func:`opens` and :func:`closes` for a whole text at once.
_OPENINGS: Final = re.compile(rf"(?:(?<![{_HAN}])|(?<=[{''.join(sorted(_BEFORE))}])|(?<=我家))(?=[{_HAN}])")
_CLOSINGS: Final = re.compile(rf"(?=$|[^{_HAN}]|{'|'.join(_MARKERS)}|{_NUMBERED.pattern})")
# More names than this in one text add nothing and cost time.
_MOST_HITS: Final = 4000


class Span(NamedTuple):
    """Where a name stands: the field (``address`` or ``text``), start and end in characters, and the alias meant.

    ``is_exact`` is False where one character differs.
    """

    field: str
    start: int
    end: int
    alias: Alias
    is_exact: bool = True


def automaton(aliases: Sequence[Alias]) -> ahocorasick.Automaton:
    """An Aho–Corasick automaton over folded words; values are the aliases. O(total length)."""
    machine = ahocorasick.Automaton()
    for alias in aliases:
        machine.add_word(alias.words, alias)
    if aliases:
        machine.make_automaton()
    return machine


def find(machine: ahocorasick.Automaton, folded: str, field: str) -> list[Span]:
    """Names in the text from left to right, none overlapping; of two the one that begins where a name may, then the longer,
    then the leftmost wins: 锦官苑8号楼 is 锦官苑 and not 官苑8号.
    """
    if not folded or not len(machine):
        return []
    raw: list[Span] = []
    for last, alias in machine.iter(folded):
        raw.append(Span(field, last + 1 - len(alias.words), last + 1, alias))
        if len(raw) >= _MOST_HITS:
            break
    starts = {span.start for span in raw if span.alias.kind != DISTRICT}
    ends = {span.end for span in raw if span.alias.form in _SURE}
    return _longest([span for span in raw if _stands(span, folded, starts, ends)], folded, ends)


_OFFICIAL: Final = frozenset({Form.OFFICIAL, Form.USUAL})
_SURE: Final = frozenset({Form.OFFICIAL, Form.USUAL, Form.SHORT, Form.COMMUNITY, Form.PLACE})


def opens(text: str, start: int, ends: Collection[int] = ()) -> bool:
    """Whether a name may begin at ``start``: at an edge, after a word that leads to a place, or after another name."""
    before = text[start - 1] if start else ""
    return not before or not is_han(before) or before in _BEFORE or start in ends or text[start - 2 : start] == "我家"


def closes(text: str, end: int) -> bool:
    """Whether what follows says that a place was named: an edge, a number, a word such as 小区."""
    return end >= len(text) or not is_han(text[end]) or is_marked(text, end)


def openings(text: str) -> list[int]:
    """Where names of Chinese characters may begin: :func:`opens` of every place."""
    return [found.start() for found in _OPENINGS.finditer(text)]


def closings(text: str) -> set[int]:
    """Where they may end: :func:`closes` of every place."""
    return {found.start() for found in _CLOSINGS.finditer(text)}


def is_marked(text: str, end: int) -> bool:
    """Whether a house number or a word for a place follows."""
    return text.startswith(_MARKERS, end) or _NUMBERED.match(text, end) is not None


def is_whole(span: Span, text: str, ends: Collection[int] = ()) -> bool:
    """Whether the name begins and ends where a name may (``ends``: of others), so that it is hardly a part of a longer one."""
    if span.alias.form in _OFFICIAL:
        return True
    end = span.end
    return opens(text, span.start, ends) and (closes(text, end) or text[end] in _GOING_ON) and not is_part(span, text)


def is_part(span: Span, text: str) -> bool:
    """Whether what follows makes it a part of a longer name."""
    return (
        span.alias.form not in _OFFICIAL and not is_marked(text, span.end) and _LONGER.match(text, span.end) is not None
    )


def _longest(spans: list[Span], text: str, ends: set[int]) -> list[Span]:
    taken: list[Span] = []
    used: set[int] = set()
    for span in sorted(spans, key=lambda span: (_is_torn(span, text, ends), span.start - span.end, span.start)):
        if used.isdisjoint(range(span.start, span.end)):
            used.update(range(span.start, span.end))
            taken.append(span)
    return sorted((span for span in taken if span.alias.form is not Form.PHRASE), key=lambda span: span.start)


def _is_torn(span: Span, text: str, ends: set[int]) -> bool:
    """An estate whose name begins in the middle of a word."""
    return span.alias.kind == PLACE and not opens(text, span.start, ends)


def _stands(span: Span, text: str, starts: set[int], ends: set[int]) -> bool:
    """True unless the characters around say that the words are part of something else."""
    alias, size = span.alias, span.end - span.start
    after = text[span.end] if span.end < len(text) else ""
    is_open = opens(text, span.start, ends)
    if alias.form in (Form.PHRASE, Form.OUTSIDE):
        return True
    if alias.form is Form.TINY:
        return _tiny_stands(span, text, ends, is_open=is_open)
    if alias.kind in (PLACE, ROAD) or alias.form is Form.STREET:
        return _place_stands(span, text, after, is_open=is_open)
    if alias.kind == DISTRICT:
        return alias.form is Form.OFFICIAL or span.end in starts or (is_open and after not in _AFTER)
    if alias.kind == TOWNSHIP:
        return _township_stands(alias, size, after, is_open=is_open)
    is_short = size <= _GUARDED_COMMUNITY or len(community_core(alias.words)) < _GUARDED_COMMUNITY
    if alias.kind == COMMUNITY and alias.form in (Form.COMMUNITY, Form.BARE) and is_short:
        return is_open and not (alias.form is Form.BARE and after == "路")
    return True


def _tiny_stands(span: Span, text: str, ends: set[int], *, is_open: bool) -> bool:
    """Two characters and everyday words are names only where an address is written: 东城区银闸, 银闸3号楼."""
    if not is_open:
        return False
    before = span.start - 1 if text[span.start - 1 : span.start] == "的" else span.start
    has_lead = not span.start or before in ends or span.alias.words[-1] in _VILLAGES
    return is_marked(text, span.end) or (has_lead and closes(text, span.end))


def _township_stands(alias: Alias, size: int, after: str, *, is_open: bool) -> bool:
    if after in _LEADERS and alias.words[-1] in "镇乡":
        return False
    if alias.form is Form.SHORT:
        return (is_open and after not in _AFTER) if size <= _SHORT_NAME else after not in _AFTER_LONG
    return is_open or size > (_SHORT_NAME + 1 if alias.form is Form.USUAL else _SHORT_NAME)


def _place_stands(span: Span, text: str, after: str, *, is_open: bool) -> bool:
    words = span.alias.words
    if words[-1] == "街" and after == "道":  # another word: 某某街道
        return False
    if len(words.removesuffix("小区")) >= _GUARDED_COMMUNITY:
        return True
    return is_open and (after not in _AFTER or is_marked(text, span.end))
