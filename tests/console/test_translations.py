"""English is complete: nothing a page says is missing from the catalogue, and no template says anything unwrapped."""

from __future__ import annotations

import re

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from tests.console.msgids import CATALOGUE, wanted
from tests.house.tree import read, texts

CHINESE = re.compile("[\u4e00-\u9fff]")
WRAPPED = re.compile(r"""\b(?:_|ngettext)\(\s*(?:"[^"]*"|'[^']*')(?:\s*,\s*(?:"[^"]*"|'[^']*'))?""")
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def english(message: object) -> list[str]:
    """The translations of a message, one or several forms."""
    return list(message) if isinstance(message, (tuple, list)) else [str(message or "")]


def placeholders(text: str) -> set[str]:
    """The names that a sentence fills in; the number of a plural may stand in words."""
    return set(PLACEHOLDER.findall(text)) - {"num"}


def test_know_every_sentence_when_the_page_is_english() -> None:
    known = catalogue()
    missing = sorted(message for message in wanted() if message not in known or not all(english(known[message].string)))  # type: ignore[union-attr]
    assert missing == []


def test_keep_nothing_that_no_page_says_when_the_catalogue_is_read() -> None:
    ids = {str(message.id if isinstance(message.id, str) else message.id[0]) for message in catalogue() if message.id}
    assert sorted(ids - wanted()) == []


def test_leave_nothing_fuzzy_or_chinese_when_translated() -> None:
    bad = [
        message.id
        for message in catalogue()
        if message.id and (message.fuzzy or any(CHINESE.search(form) for form in english(message.string)))
    ]
    assert bad == []


def test_keep_the_placeholders_when_translated() -> None:
    wrong = [
        message.id
        for message in catalogue()
        for form in english(message.string)
        if message.id and placeholders(form) != placeholders(english(message.id)[0])
    ]
    assert wrong == []


def test_wrap_every_sentence_when_a_template_speaks_chinese() -> None:
    unwrapped = []
    for path in texts(".html", under=("dispatch", "assessment")):
        bare = WRAPPED.sub("", COMMENT.sub("", read(path)))
        unwrapped += [f"{path}: {line.strip()}" for line in bare.splitlines() if CHINESE.search(line)]
    assert unwrapped == []
