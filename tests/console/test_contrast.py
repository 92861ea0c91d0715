"""Colours that people can read, as docs/console.md promises."""

from __future__ import annotations

import re

import pytest

from tests.house.tree import read

ENOUGH = 4.5
PAIRS = re.findall(r"^\| `(--[a-z-]+)` \| `(--[a-z-]+)` \|", read("docs/console.md"), re.MULTILINE)
TOKENS = dict(re.findall(r"(--[a-z-]+): (#[0-9a-f]{6});", read("dispatch/console/static/css/tokens.css")))


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


@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_read_well_when_a_pair_is_used(text: str, ground: str) -> None:
    assert contrast(TOKENS[text], TOKENS[ground]) >= ENOUGH


def test_list_every_soft_ground_when_tokens_have_one() -> None:
    grounds = {ground for _, ground in PAIRS}
    assert {
        name
        for name in TOKENS
        if name.endswith("-soft") and name not in {"--ink-soft", "--on-brand-soft", "--accent-soft"}
    } <= grounds
