"""Colours that people can read, by day and by night, as docs/console.md promises."""

from __future__ import annotations

import re

import pytest

from tests.house.tree import read, texts

ENOUGH = 4.5
PAIRS = re.findall(r"^\| `(--[a-z-]+)` \| `(--[a-z-]+)` \|", read("docs/console.md"), re.MULTILINE)
STYLES = "dispatch/console/static/css"
DAY, NIGHT = (
    dict(re.findall(r"(--[a-z-]+): (#[0-9a-f]{6});", read(f"{STYLES}/{name}.css"))) for name in ("tokens", "dark")
)
USED = re.compile(r"var\((--(?!bs-)[a-z0-9-]+)|colour\(\"(--[a-z0-9-]+)\"\)")
DEFINED = re.compile(r"(--[a-z0-9-]+):")


def luminance(colour: str) -> float:
    """WCAG 2 relative luminance of ``#rrggbb``."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_measure_21_when_black_stands_on_white() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("tokens", [DAY, NIGHT], ids=["day", "night"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_read_well_when_a_pair_is_used(text: str, ground: str, tokens: dict[str, str]) -> None:
    assert contrast(tokens[text], tokens[ground]) >= ENOUGH


def test_say_every_colour_again_when_it_is_night() -> None:
    assert NIGHT.keys() == DAY.keys()


def test_know_every_token_when_a_sheet_or_a_chart_uses_one() -> None:
    known = set(DEFINED.findall(read(f"{STYLES}/tokens.css")))
    unknown = set()
    for path in texts(".css", ".js", under=("dispatch", "assessment")):
        body = read(path)
        used = {one or other for one, other in USED.findall(body)}
        unknown |= {f"{path}: {name}" for name in used - known - set(DEFINED.findall(body))}
    assert unknown == set()


def test_list_every_soft_ground_when_tokens_have_one() -> None:
    grounds = {ground for _, ground in PAIRS}
    texts_of_their_own = {"--ink-soft", "--on-frame-soft", "--accent-soft"}
    assert {name for name in DAY if name.endswith("-soft") and name not in texts_of_their_own} <= grounds
