"""The evaluator in the browser: the month at once, its chart, and from a number down to a ticket."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import make_url

from dispatch.kernel.config import Config
from tests.browser.chromium import Watch, axe_findings, overflow
from tests.browser.conftest import log_in
from tests.browser.month import add_last_month
from tests.browser.site import Site, running_site
from tests.conftest import run_sql

Look = Callable[..., Page]
WIDE, NARROW = {"width": 1366, "height": 850}, {"width": 360, "height": 740}
WAIT_MILLISECONDS = 15_000


@pytest.fixture(scope="module")
def month(base_config: Config) -> Iterator[Site]:
    """A site of its own, whose last ended month is full: other tests keep their few tickets."""
    url = make_url(str(base_config.database_url))
    name = f"month_{os.urandom(6).hex()}"
    run_sql(url, f'CREATE DATABASE "{name}" TEMPLATE "template_hotline"')
    config = replace(base_config, database_url=url.set(database=name).render_as_string(hide_password=False))
    with running_site(config) as running:
        assert add_last_month(running.app) > 1000
        yield running
    run_sql(url, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def look(browser: Browser, month: Site) -> Iterator[Look]:
    """``look("evaluator1", "/ranking")``: a window of this person; the console must stay silent."""
    opened = []

    def open_page(login: str, path: str, viewport: Any = None) -> Page:
        context = browser.new_context(base_url=month.url, locale="zh-CN", viewport=viewport or WIDE)
        context.set_default_timeout(WAIT_MILLISECONDS)
        page = context.new_page()
        opened.append((context, Watch().over(page)))
        log_in(page, login)
        page.goto(path)
        return page

    yield open_page
    complaints = [text for _context, watch in opened for text in [*watch.complaints(), *watch.strangers]]
    for context, _watch in opened:
        context.close()
    assert complaints == []


def test_see_the_month_at_once_when_an_evaluator_logs_in(look: Look) -> None:
    page = look("evaluator1", "/")
    expect(page.locator("h1")).to_contain_text("三率排名")
    expect(page.locator("#ranked tbody tr").first.locator("[data-cell=rank]")).to_have_text("1")
    assert page.locator("#ranked tbody tr").count() > 40
    expect(page.locator("#formula-head")).to_have_text("得分 = 响应率 × 10% + 解决率 × 50% + 满意率 × 40%")


def test_draw_every_ranked_unit_when_the_chart_is_shown(look: Look) -> None:
    page = look("evaluator1", "/ranking")
    page.wait_for_selector("#ranking-chart canvas")
    drawn = page.evaluate(
        """() => {
            const options = echarts.getInstanceByDom(document.getElementById("ranking-chart")).getOption();
            return options.series[0].data.map((bar, at) => [options.xAxis[0].data[at], bar.value]);
        }"""
    )
    names = page.locator("#ranked [data-cell=unit_name]").all_text_contents()
    scores = page.locator("#ranked [data-cell=score]").all_text_contents()
    assert drawn == [[name, float(score)] for name, score in zip(names, scores, strict=True)]
    page.hover("#ranking-chart")  # the tooltip must not break the security policy


def test_reach_a_ticket_when_a_number_is_followed(look: Look) -> None:
    page = look("evaluator1", "/ranking")
    row = page.locator("#ranked tbody tr").nth(3)
    number = row.locator("[data-cell=valid]").text_content()
    unit = str(row.locator("[data-cell=unit_name]").text_content())
    row.locator("[data-cell=valid]").click()
    expect(page.locator("h1")).to_contain_text(unit)
    expect(page.locator(".part[aria-current=page] strong")).to_have_text(str(number))
    assert page.locator("#tickets tbody tr").count() == int(str(number))
    ticket_no = str(page.locator("#tickets tbody tr").first.get_attribute("data-ticket"))
    page.locator("#tickets a.ticket-title").first.click()
    expect(page.locator("main")).to_contain_text(ticket_no)


def test_ask_anew_when_another_group_is_picked(look: Look) -> None:
    page = look("evaluator1", "/ranking")
    page.select_option("#pick-group", "department")
    page.wait_for_url("**group=department**")
    expect(page.locator("h1")).to_contain_text("市区部门")
    page.click("a[rel=prev]")
    expect(page.locator(".empty")).to_contain_text("本周期没有纳入考核的工单")
    expect(page.locator("#pick-group")).to_have_value("department")


def test_take_the_table_home_when_download_is_pressed(look: Look) -> None:
    page = look("evaluator1", "/ranking")
    with page.expect_download() as waiting:
        page.click("a:has-text('CSV')")
    assert "evaluator1" in waiting.value.suggested_filename
    assert "东华门街道" in waiting.value.path().read_text(encoding="utf-8-sig")


def test_see_only_own_row_when_a_street_looks(look: Look) -> None:
    page = look("officer1", "/ranking")
    expect(page.locator("[data-unit]")).to_have_count(1)
    expect(page.locator("[data-cell=unit_name]")).to_have_text("东华门街道")


@pytest.mark.parametrize(
    "path",
    [
        "/ranking",
        "/ranking?scheme=deductions&group=district",
        "/ranking?group=enterprise&scheme=shanghai",
        "/ranking?period=2025-13",
        "/ranking?period=2020-01",
        "/ranking/110105001/tickets?part=received",
        "/ranking/110105001/tickets?part=pending",
    ],
)
def test_be_usable_by_everyone_when_an_evaluators_page_is_opened(look: Look, path: str) -> None:
    page = look("evaluator1", path)
    for viewport in (WIDE, NARROW):
        page.set_viewport_size(viewport)  # type: ignore[arg-type]
        assert overflow(page) == 0
        assert axe_findings(page) == []
    assert page.locator("h1").count() == 1


def test_stay_inside_the_window_while_the_chart_still_has_its_old_width(look: Look) -> None:
    page = look("evaluator1", "/ranking")
    expect(page.locator("#ranking-chart canvas")).to_be_visible()
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    page.evaluate("() => { document.querySelector('#ranking-chart > div').style.width = '2000px' }")
    assert overflow(page) == 0
