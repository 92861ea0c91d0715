"""The call pops up on the right desk because the stream says so: the pages' own asking is switched off."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.site import Site

# No timer of two seconds or more ever fires: neither of the two paces at which a desk asks by itself.
NEVER_ASK = """() => {
  const inTime = window.setTimeout;
  window.setTimeout = (act, milliseconds, ...rest) => (milliseconds >= 2000 ? 0 : inTime(act, milliseconds, ...rest));
}"""


def listening(enter: Enter, login: str) -> Page:
    """A desk whose stream is open and that does not ask by itself."""
    page = enter(login, "/account")
    page.add_init_script(f"({NEVER_ASK})()")
    with page.expect_response(re.compile("/desk/call\\?mark=none")):  # what the stream's first word asks
        page.goto("/desk")
    return page


def test_pop_up_on_the_desk_that_it_rings_for_when_nobody_asks(enter: Enter, site: Site) -> None:
    first, second = listening(enter, "operator1"), listening(enter, "operator2")
    site.ring("operator2", "13911110002")
    expect(second.locator("#call")).to_contain_text("139****0002")
    site.ring("operator1", "13911110001")
    expect(first.locator("#call")).to_contain_text("139****0001")
    expect(second.locator("#call")).to_contain_text("139****0002")


def test_ask_by_itself_when_the_stream_is_refused(enter: Enter, site: Site) -> None:
    page = enter("operator1", "/account")
    page.route("**/desk/ringing", lambda route: route.fulfill(status=204))
    page.goto("/desk")
    site.ring("operator1", "13911110003")
    expect(page.locator("#call")).to_contain_text("139****0003")
