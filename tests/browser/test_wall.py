"""The wall in a real browser: it fits the screen, renews itself, says when it cannot, and goes on by itself."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.site import Site

FITS = "[document.documentElement.scrollHeight <= innerHeight, document.documentElement.scrollWidth <= innerWidth]"
STEP_MILLISECONDS, TRIES = 5000, 40


def test_wall_fits_renews_itself_and_says_when_it_cannot(browser: Browser, site: Site) -> None:
    context = browser.new_context(base_url=site.url, locale="zh-CN", viewport={"width": 1920, "height": 1080})
    page = context.new_page()
    page.clock.install()
    page.goto(f"/wall/{site.numbers['wall']}?figure=open")
    assert page.evaluate(FITS) == [True, True]
    letters = page.locator(".wall-figure[data-figure=open] dd").evaluate(
        "node => parseFloat(getComputedStyle(node).fontSize)"
    )
    assert letters > 90
    page.set_viewport_size({"width": 3840, "height": 2160})
    assert page.evaluate(FITS) == [True, True]
    larger = page.locator(".wall-figure[data-figure=open] dd").evaluate(
        "node => parseFloat(getComputedStyle(node).fontSize)"
    )
    assert larger == pytest.approx(2 * letters)
    assert page.locator("a, button, form, input").count() == 0, "nothing to press, nothing to log out of"

    figure = page.locator(".wall-figure[data-figure=open] dd")
    before = int(figure.inner_text())
    site.take_in("大屏要看见的一件")
    for _try in range(TRIES):
        page.clock.fast_forward(STEP_MILLISECONDS)
        page.wait_for_timeout(150)
        if int(figure.inner_text()) > before:
            break
    assert int(figure.inner_text()) > before

    trouble = page.locator("#trouble")
    page.route("**/figures*", lambda route: route.abort())
    for _second in range(8):
        page.clock.fast_forward(STEP_MILLISECONDS)
        page.wait_for_timeout(50)
    expect(trouble).to_contain_text("连接中断，正在重试")
    expect(trouble).to_contain_text(re.compile(r"数据已 \d+ 秒未更新"))
    page.unroute("**/figures*")
    page.clock.fast_forward(STEP_MILLISECONDS)
    expect(trouble).to_be_hidden()
    page.route("**/figures*", lambda route: route.fulfill(status=404))
    page.clock.fast_forward(STEP_MILLISECONDS)
    expect(trouble).to_contain_text("链接已失效")
    context.close()
