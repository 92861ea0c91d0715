"""Paraphrases by rule: what happens to the same matter when somebody else writes it down. The same seed, the same words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from random import Random

Rule = Callable[[str, Random], str]

BEFORE = ("您好，", "你好！", "尊敬的领导：您好！", "市民来电反映：", "领导们辛苦了，")
AFTER = ("谢谢！", "请尽快处理。", "望有关部门予以解决。", "希望得到答复，感谢！")
GREETING = re.compile(r"尊敬的[^，。！：:,]{0,8}[，。！：:,]?|[您你]好[，。！：:,]?|(?:非常)?(?:谢谢|感谢)[！。]?")
CLAUSE = re.compile(r"(?<=[，。！？；,!?;])")
DIGITS = ("零一二三四五六七八九", "〇一二三四五六七八九", "０１２３４５６７８９")
COMMON = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
WRONG_SHARE = 0.05
# Only some of them are among the words that the folding makes one.
SYNONYMS = {
    "噪音": "噪声",
    "小区": "住宅区",
    "希望": "盼望",
    "严重": "厉害",
    "影响": "妨碍",
    "居民": "住户",
    "业主": "房主",
    "没有": "未",
    "问题": "情况",
    "部门": "单位",
    "政府": "官方",
    "现在": "目前",
    "孩子": "小孩",
    "学校": "校方",
    "因为": "由于",
    "但是": "可是",
    "解决": "处理",
    "车辆": "汽车",
    "垃圾": "废弃物",
    "道路": "马路",
    "公司": "企业",
    "安全": "平安",
    "多次": "屡次",
    "附近": "周边",
}


def greet(text: str, random: Random) -> str:
    """Greetings and thanks dropped, others put in."""
    return f"{random.choice(BEFORE)}{GREETING.sub('', text)}{random.choice(AFTER)}"


def swap(text: str, random: Random) -> str:
    """A quarter of the clauses, two at least, change places."""
    clauses = [clause for clause in CLAUSE.split(text) if clause]
    for _ in range(max(1, len(clauses) // 4) if len(clauses) > 1 else 0):
        one, other = random.sample(range(len(clauses)), 2)
        clauses[one], clauses[other] = clauses[other], clauses[one]
    return "".join(clauses)


def say_otherwise(text: str, _random: Random) -> str:
    """Every synonym known here replaced."""
    for word, other in SYNONYMS.items():
        text = text.replace(word, other)
    return text


def mistype(text: str, random: Random) -> str:
    """One character in twenty is another."""
    return "".join(random.choice(COMMON) if random.random() < WRONG_SHARE else letter for letter in text)


def cut(text: str, random: Random) -> str:
    """A third is missing: the beginning, the end, or the middle."""
    third, kept = len(text) // 3, len(text) - len(text) // 3
    return random.choice((text[third:], text[:kept], text[: kept // 2] + text[kept // 2 + third :]))


def count_otherwise(text: str, random: Random) -> str:
    """Digits as Chinese ones or in full width."""
    signs = random.choice(DIGITS)
    return re.sub("[0-9]", lambda digit: signs[int(digit[0])], text)


RULES: Mapping[str, Sequence[Rule]] = {
    "greetings": [greet],
    "clauses swapped": [swap],
    "synonyms": [say_otherwise],
    "wrong characters": [mistype],
    "a third cut": [cut],
    "numbers": [count_otherwise],
    "all but the cut": [greet, swap, say_otherwise, mistype, count_otherwise],
    "all at once": [greet, swap, say_otherwise, mistype, count_otherwise, cut],
}
ONE_RULE = tuple(name for name, rules in RULES.items() if len(rules) == 1)


def paraphrase(text: str, rule: str, random: Random) -> str:
    """``text`` after the rules of that name."""
    for change in RULES[rule]:
        text = change(text, random)
    return text
