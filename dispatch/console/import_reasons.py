"""Why a line of a table was refused, in the reader's language: the exchange says it in Chinese, figures and names filled in."""

from __future__ import annotations

import re
from typing import Final

from dispatch.directory.tree import KIND_WORDS
from dispatch.kernel.i18n import gettext as _

REASONS: Final = (
    "不能为空",
    "首尾不能有空格，中间不能有控制字符",
    "不能有换行或控制字符",
    "不能超过 %(most)s 个字符",
    "不能超过 %(most)s 位数字",
    "应为不小于 0 的整数，或留空",
    "应为 %(kinds)s 之一",
    "编码在文件中重复",
    "该编码已登记为%(kind)s,类别不能更改",
    "该单位在生效时间之后已有变更",
    "该单位已撤销，不能再变更",
    "上级关系成环",
    "上级单位在生效时已撤销或尚未设立",
    "上级单位不存在，或上级单位所在的行有误",
    "%(kind)s的上级不能是%(above)s",
    "应为 2 至 64 位小写字母、数字、点、横线或下划线",
    "没有这个单位，或单位已撤销",
    "单位角色须指定所属单位",
    "有不认识的角色",
    "系统、安全、审计三类管理员须由不同账号担任",
    "账号在文件中重复",
    "账号已停用，不能再变更",
    "不能更改自己的账号",
    "应有 %(wanted)s 列，实有 %(found)s 列",
    "第 %(line)s 行第 %(byte)s 字节不是 UTF-8 编码(可能是 GBK,请另存为 UTF-8)",
    "含有空字符(NUL)",
    "引号没有配对，直到文件末尾也没有结束",
    "引号后面应当是逗号或换行",
    "行中夹有单独的回车符(CR)",
    "不符合 CSV 格式",
    "文件为空，缺少表头",
    "表头无法读取：引号或换行有误",
    "文件像是 UTF-16 编码，请另存为 UTF-8",
    "表头有误：%(faults)s",
    "第 %(line)s 行有一个字段超过 16 MB,可能缺少结束引号",
)
# What a sentence is filled with, where that has a language of its own.
KINDS: Final = tuple(KIND_WORDS.values())
COLUMN_FAULTS: Final = ("重复的列", "缺少列", "不认识的列")


def told(reason: str) -> str:
    """``reason`` of a refused line in this request's language; one that is not known here stays as it is."""
    for sentence, pattern in PATTERNS:
        if found := pattern.fullmatch(reason):
            return _(sentence, **{name: _part(value) for name, value in found.groupdict().items()})
    return reason


def _part(value: str) -> str:
    return re.sub(
        "|".join(map(re.escape, COLUMN_FAULTS)), lambda found: _(found[0]), _(value) if value in KINDS else value
    )


def _pattern(sentence: str) -> re.Pattern[str]:
    pieces = re.split(r"%\((\w+)\)s", sentence)
    escaped = (f"(?P<{piece}>.+)" if place % 2 else re.escape(piece) for place, piece in enumerate(pieces))
    return re.compile("".join(escaped))


PATTERNS: Final = [(sentence, _pattern(sentence)) for sentence in REASONS]
