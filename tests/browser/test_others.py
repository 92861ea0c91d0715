"""Follow-up agents, supervisors and administrators in the browser, and where everybody lands."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.city import PASSWORD
from tests.browser.conftest import Enter, log_in
from tests.browser.site import Site

LANDING = {
    "operator1": "/desk",
    "officer1": "/work",
    "head1": "/work",
    "district1": "/district",
    "city1": "/city",
    "followup1": "/follow-ups",
    "adjudicator1": "/disputes",
    "system1": "/admin/units",
    "security1": "/admin/accounts",
    "audit1": "/audit",
}


@pytest.mark.parametrize("login", LANDING)
def test_land_on_their_own_page_when_somebody_logs_in(login: str, enter: Enter) -> None:
    assert urlsplit(enter(login, "/").url).path == LANDING[login]


def test_say_nothing_about_why_when_a_log_in_fails(enter: Enter) -> None:
    page = enter(None, "/login")
    page.fill("#login", "nobody")
    page.fill("#password", "wrong-password")
    page.click("main button.btn-primary")
    expect(page.locator("[role=alert]")).to_contain_text("账号或口令不正确")


def test_come_back_in_english_when_english_was_chosen(enter: Enter) -> None:
    page = enter(None, "/login")
    log_in(page, "officer2")
    page.click("button:has-text('English')")
    page.click("button:has-text('Log out')")
    page.context.clear_cookies()
    log_in(page, "officer2")
    expect(page.locator("h1")).to_have_text("Worklist")
    page.click("button:has-text('中文')")
    expect(page.locator("h1")).to_have_text("工作台")


def test_register_three_answers_when_the_caller_is_reached(enter: Enter, site: Site) -> None:
    number = site.completed("回访三问")
    page = enter("followup1", f"/follow-ups/{number}")
    expect(page.locator(".script").first).to_contain_text("回访三问")
    for answer in ("已接通", "联系过", "部分解决", "基本满意"):
        page.click(f"form label:text-is('{answer}')")
    page.click("button:has-text('登记')")
    expect(page.locator(".notice-good")).to_contain_text(number)
    ticket = enter("officer1", f"/tickets/{number}")
    expect(ticket.locator(".timeline")).to_contain_text("部分解决")
    expect(ticket.locator(".page-header")).to_contain_text("已结案")


def test_refuse_answers_when_nobody_was_reached(enter: Enter, site: Site) -> None:
    number = site.completed("无人接听")
    page = enter("followup1", f"/follow-ups/{number}")
    page.click("form label:text-is('无人接听')")
    page.click("form label:text-is('已解决')")
    page.click("button:has-text('登记')")
    expect(page.locator("#error-summary")).to_contain_text("未联系上时不能登记三项回答")


def test_count_what_waits_when_the_city_is_overseen(enter: Enter) -> None:
    page = enter("city1", "/city")
    expect(page.locator(".stat").first).to_contain_text("待人工派单")
    expect(page.locator("#figures tr[data-block='110101']")).to_contain_text("东城区")


def test_see_only_below_when_a_district_is_overseen(enter: Enter, site: Site) -> None:
    page = enter("district1", "/district")
    expect(page.locator("main")).to_contain_text(site.numbers["red"])
    assert page.goto("/city").status == 403  # type: ignore[union-attr]


def test_find_units_when_the_tree_is_searched(enter: Enter) -> None:
    page = enter("system1", "/admin/units")
    page.fill("#field-q", "和平里")
    page.press("#field-q", "Enter")
    expect(page.locator("tbody")).to_contain_text("110101010")


def test_end_the_session_when_an_account_is_disabled(enter: Enter) -> None:
    page = enter("security1", "/admin/accounts")
    page.click("summary:has-text('新建账号')")
    page.fill("#field-login", "temp1")
    page.fill("#field-name", "临时经办人")
    page.fill("#field-password", PASSWORD)
    page.fill("#field-unit", "东华门街道（110101001）")
    page.check("input[value=unit_officer]")
    page.click("button:has-text('建立账号')")
    expect(page.locator(".notice-good")).to_contain_text("temp1")
    other = enter(None, "/login")
    log_in(other, "temp1")
    page.goto("/admin/accounts/temp1")
    page.click("button:has-text('停用账号')")
    expect(page.locator(".notice-good")).to_contain_text("已停用")
    other.goto("/work")
    assert re.search("/login", other.url)


def test_refuse_three_offices_in_one_hand_when_roles_are_given(enter: Enter) -> None:
    page = enter("security1", "/admin/accounts/officer2")
    page.check("input[value=system_admin]")
    page.check("input[value=audit_admin]")
    page.click("button:has-text('保存')")
    expect(page.locator("#error-summary")).to_contain_text("须由不同账号担任")
