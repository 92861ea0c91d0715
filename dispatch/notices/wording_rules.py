"""May these words be said to a citizen? What a text must hold, what it may not, and how long it may grow. Pure.

The shipped text of a notice says which blanks it may carry: a new wording may use these and no others, so that nothing
personal gets into a message that was not made to carry it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from dispatch.notices.rules import sending_rules
from dispatch.notices.templates import AT_SENDING, BLANK, OPTIONAL, Template, fill
from dispatch.tickets.screening import screened

TWO_MESSAGES: Final = 2 * 67  # characters of UCS-2, as gateways count
LONGEST_SCRIPT: Final = 300
SIGNED: Final = re.compile(r"【[^【】\s]{2,20}】")
# Without these the reader could not come back to the matter; everything else may be left out.
NEEDED: Final = frozenset({"ticket_no", "code", "link"})
MATTER_WORDS: Final = ("诉求", "投诉", "举报", "派单")
LONGEST: Final[Mapping[str, str]] = {
    "ticket_no": "20261122-0000017",
    "code": "HKTAMWFC",
    "page": "https://12345.example.gov.cn/progress",
    "link": "https://12345.example.gov.cn/r/1a2b3c4d5e6f7a8b9c",
    "unit": "测试市柳荫区桥头镇人民政府",
    "due": "12月31日18:30",
    "until": "12月31日",
    "service": "110",
    "ground": "同一诉求正在办理或者已经办结且没有新情况",
}
SENTENCES: Final[Mapping[str, str]] = {
    "empty": "不能为空",
    "control": "不能有换行或控制字符",
    "number": "不能写入电话号码或证件号码",
    "unknown": "不能使用占位符 {%(name)s}",
    "missing": "缺少占位符 {%(name)s}",
    "brackets": "括号不成对：占位符写作 {名称}，可省略的部分写作 […]，不能嵌套",
    "bare": "{%(name)s} 有时没有内容，请放在 […] 里",
    "matter": "保密来电的短信不能提到“%(word)s”",
    "unsigned": "短信应以签名开头，如【12345】",
    "long": "最长会有 %(length)s 个字，不能超过 %(most)s 个字",
}


class Fault(NamedTuple):
    """One thing that is wrong: a key of ``SENTENCES`` and what its sentence names."""

    code: str
    values: Mapping[str, str | int] = {}

    def told(self) -> str:
        """In Chinese, as the API and the command line say it."""
        return SENTENCES[self.code] % self.values if self.values else SENTENCES[self.code]


Faults = Mapping[str, list[Fault]]


def allowed(shipped: Template) -> frozenset[str]:
    """The blanks that this notice may carry."""
    own = AT_SENDING & set(BLANK.findall(shipped.text))
    return frozenset({"ticket_no", *own, *shipped.values, *shipped.words})


def discreet(shipped: Template) -> frozenset[str]:
    """Those it may carry to a caller who asked for secrecy."""
    return frozenset({"ticket_no", *BLANK.findall(shipped.confidential)})


def message_faults(shipped: Template, text: str, confidential: str) -> Faults:
    """Field → what is wrong with a new wording of a notice; empty where it may be put in force."""
    secret = [Fault("matter", {"word": word}) for word in MATTER_WORDS if word in confidential]
    found = {
        "text": list(_message_faults(text, shipped.text, allowed(shipped), shipped)),
        "confidential": [
            *_message_faults(confidential, shipped.confidential, discreet(shipped), shipped),
            *secret,
        ],
    }
    return {field: faults for field, faults in found.items() if faults}


def script_faults(text: str) -> Faults:
    """The same for words that an operator says: they have no blanks."""
    faults = [*_plain_faults(text), *(Fault("unknown", {"name": name}) for name in BLANK.findall(text))]
    if len(text) > LONGEST_SCRIPT:
        faults.append(Fault("long", {"length": len(text), "most": LONGEST_SCRIPT}))
    return {"text": faults} if faults else {}


def _plain_faults(text: str) -> Iterator[Fault]:
    if not text.strip():
        yield Fault("empty")
    if any(unicodedata.category(letter).startswith("C") for letter in text):
        yield Fault("control")
    if screened(text) != text:
        yield Fault("number")


def _message_faults(text: str, shipped: str, may: frozenset[str], template: Template) -> Iterator[Fault]:
    yield from _plain_faults(text)
    if not text.strip():
        return
    yield from _blank_faults(text, shipped, may)
    if not SIGNED.match(text):
        yield Fault("unsigned")
    if (length := len(longest(template, text))) > TWO_MESSAGES:
        yield Fault("long", {"length": length, "most": TWO_MESSAGES})


def _blank_faults(text: str, shipped: str, may: frozenset[str]) -> Iterator[Fault]:
    named = dict.fromkeys(BLANK.findall(text))
    yield from (Fault("unknown", {"name": name}) for name in named if name not in may)
    needed = NEEDED & set(BLANK.findall(shipped))
    yield from (Fault("missing", {"name": name}) for name in sorted(needed - set(named)))
    if re.search(r"[{}\[\]]", BLANK.sub("", OPTIONAL.sub(lambda part: part[1], text))):
        yield Fault("brackets")
    always = {"ticket_no", *BLANK.findall(OPTIONAL.sub("", shipped))}
    bare = dict.fromkeys(BLANK.findall(OPTIONAL.sub("", text)))
    yield from (Fault("bare", {"name": name}) for name in bare if name in may and name not in always)


def longest(template: Template, text: str) -> str:
    """``text`` with every blank as long as it can be."""
    words = dict.fromkeys(template.words, "字" * sending_rules().gist_characters)
    return fill(text, {**LONGEST, **words})
