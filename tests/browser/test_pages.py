"""What holds on every page: readable by everyone, narrow enough for a phone, and nothing from elsewhere, by day and night."""

from __future__ import annotations

import pytest

from tests.browser.chromium import axe_findings, overflow, transferred
from tests.browser.conftest import Enter
from tests.browser.pages import PAGES, Page
from tests.browser.site import Site

NARROW = {"width": 360, "height": 740}
TWICE_AS_LARGE = {"width": 683, "height": 425}  # what 200 % leaves of 1366 × 850
HEAVIEST = 300_000
OF_COLOURS = [
    "color-contrast",
    "link-in-text-block",
]  # by night only the colours differ: what the others read is the same


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_be_usable_by_everyone_when_a_page_is_opened(page: Page, enter: Enter, site: Site) -> None:
    opened = enter(page.login, page.path.format(**site.numbers), page.status, reduced_motion="reduce")
    assert opened.locator("h1").count() == 1
    assert axe_findings(opened) == []
    assert transferred(opened) <= HEAVIEST
    opened.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert axe_findings(opened, rules=OF_COLOURS) == []
    opened.set_viewport_size(TWICE_AS_LARGE)
    assert overflow(opened) == 0
    assert opened.locator("h1").is_visible()
    opened.set_viewport_size(NARROW)
    assert overflow(opened) == 0
    opened.emulate_media(color_scheme="light", reduced_motion="reduce")
    assert axe_findings(opened) == []


def test_show_every_word_in_english_when_a_page_is_switched(enter: Enter, site: Site) -> None:
    page = enter("officer1", "/work")
    page.click("button:has-text('English')")
    page.wait_for_selector("h1:has-text('Worklist')")
    assert page.locator("html").get_attribute("lang") == "en"
    page.click("button:has-text('中文')")
    page.wait_for_selector("h1:has-text('工作台')")
