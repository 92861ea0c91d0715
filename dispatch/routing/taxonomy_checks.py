"""What can be wrong with a tree of categories: loops, orphans, too many levels, codes that do not nest, keywords in vain."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from dispatch.routing.normalise import fold
from dispatch.routing.sheet import Fault, SheetRow

MOST_LEVELS: Final = 5  # the issue's; a deeper tree no operator finds their way in
_CODE: Final = re.compile(r"[0-9A-Za-z._-]{1,32}")
_NAME: Final = re.compile(r"[^/\r\n]{1,60}")
_KEYWORD: Final = re.compile(r"([^\s:]{1,40}):([1-9][0-9]{0,2})")


def faults_of(rows: Sequence[SheetRow]) -> list[Fault]:
    """In the order of the file. Of a tree with a loop nothing below it is judged."""
    faults = [fault for row in rows for fault in _own_faults(row)]
    faults += _twice(rows)
    parents = {row.cells["code"]: row.cells["parent_code"] for row in rows}
    above, looped = {*parents.values()}, _looped(parents)
    for row in rows:
        faults += _place_faults(row, parents, looped)
        if row.cells["keywords"] and row.cells["code"] in above:
            words = f"“{row.cells['name']}”下面还有分类，关键词只能写在最末级。"
            faults.append(Fault(row.line, "keywords", "leaf_with_children", words))
    if not faults:
        faults += _stray(rows, parents)
    return sorted(faults)


def levels_of(parents: Mapping[str, str]) -> dict[str, int]:
    """Code → level, counted from 1 at the top; of a tree without loops."""
    found: dict[str, int] = {}
    for code in parents:
        chain = [code]
        while (above := parents[chain[-1]]) in parents and above not in found:
            chain.append(above)
        level = found.get(parents[chain[-1]], 0)
        for one in reversed(chain):
            level += 1
            found[one] = level
    return found


def keywords_of(field: str) -> tuple[list[tuple[str, int]], list[tuple[str, str]]]:
    """``暖气不热:9 室温:7`` → the (folded word, weight) pairs, and what is wrong as (code, sentence)."""
    good: dict[str, int] = {}
    bad: list[tuple[str, str]] = []
    for item in field.split():
        found = _KEYWORD.fullmatch(item)
        if found is None:
            bad.append(("keyword_unreadable", f"“{item[:40]}”应写成“词:权重”，权重为 1 至 999 的整数。"))
        elif (word := fold(found[1])) in good:
            bad.append(("keyword_twice", f"关键词“{word}”重复。"))
        else:
            good[word] = int(found[2])
    return [*good.items()], bad


def _own_faults(row: SheetRow) -> Iterator[Fault]:
    code, name = row.cells["code"], row.cells["name"]
    if not _CODE.fullmatch(code):
        yield Fault(row.line, "code", "code_unreadable", "代码须为 1 至 32 个字母、数字或 . _ -。")
    if not _NAME.fullmatch(name):
        yield Fault(row.line, "name", "name_unreadable", "名称须为 1 至 60 个字，不含“/”和换行。")
    for reason, words in keywords_of(row.cells["keywords"])[1]:
        yield Fault(row.line, "keywords", reason, words)


def _twice(rows: Sequence[SheetRow]) -> Iterator[Fault]:
    first: dict[str, int] = {}
    siblings: dict[tuple[str, str], int] = {}
    for row in rows:
        code, named = row.cells["code"], (row.cells["parent_code"], fold(row.cells["name"]))
        if code in first:
            yield Fault(row.line, "code", "code_twice", f"代码“{code}”与第 {first[code]} 行重复。")
        elif named in siblings:
            words = f"同一上级下已有“{row.cells['name']}”（第 {siblings[named]} 行）。"
            yield Fault(row.line, "name", "name_twice", words)
        first.setdefault(code, row.line)
        siblings.setdefault(named, row.line)


def _place_faults(row: SheetRow, parents: Mapping[str, str], looped: set[str]) -> Iterator[Fault]:
    code, above = row.cells["code"], row.cells["parent_code"]
    if code in looped:
        yield Fault(row.line, "parent_code", "cycle", f"“{code}”的上级绕回到它自己：{_loop_words(code, parents)}。")
        return
    if above and above not in parents:
        yield Fault(row.line, "parent_code", "parent_unknown", f"没有上级分类“{above[:40]}”。")
        return
    if _depth(code, parents, looped) > MOST_LEVELS:
        yield Fault(row.line, "parent_code", "too_deep", f"“{code}”超过 {MOST_LEVELS} 级。")


def _depth(code: str, parents: Mapping[str, str], looped: set[str]) -> int:
    """The level of ``code``, counted no further than one beyond the last there may be."""
    level = 1
    while (code := parents.get(code, "")) and code not in looped and level <= MOST_LEVELS:
        level += 1
    return level


def _looped(parents: Mapping[str, str]) -> set[str]:
    """The codes that are their own ancestors."""
    found: set[str] = set()
    safe: set[str] = set()
    for start in parents:
        chain: list[str] = []
        seen: set[str] = set()
        code = start
        while code in parents and code not in seen and code not in safe and code not in found:
            seen.add(code)
            chain.append(code)
            code = parents[code]
        if code in seen:
            found.update(chain[chain.index(code) :])
        safe.update(one for one in chain if one not in found)
    return found


def _loop_words(code: str, parents: Mapping[str, str]) -> str:
    chain = [code]
    while (above := parents[chain[-1]]) != code and len(chain) < MOST_LEVELS:
        chain.append(above)
    return " → ".join([*chain, code if above == code else "…"])


def _stray(rows: Sequence[SheetRow], parents: Mapping[str, str]) -> Iterator[Fault]:
    """Limits and the catalogue speak of a category and all below it by the beginning of the code, so codes have to nest."""
    for row in rows:
        code, above = row.cells["code"], row.cells["parent_code"]
        if not code.startswith(above):
            words = f"“{code}”应以上级代码“{above}”开头，时限政策和派单目录按代码开头适用。"
            yield Fault(row.line, "code", "code_not_nested", words)
            continue
        begins = (code[:end] for end in range(len(code) - 1, len(above), -1))
        if other := next((one for one in begins if one in parents), None):
            yield Fault(row.line, "code", "code_not_nested", f"“{code}”以“{other}”开头，却不在它下面。")
