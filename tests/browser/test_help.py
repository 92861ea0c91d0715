"""Units that help each other, a district that decides, and a caller who adds what was missing: each on their own page."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.chromium import axe_findings, overflow
from tests.browser.city import DONGHUAMEN
from tests.browser.conftest import Enter
from tests.browser.site import Site

PHONE_SIZE = {"width": 360, "height": 740}


def test_sign_and_report_when_a_unit_is_asked_to_help(enter: Enter, site: Site) -> None:
    number = site.take_in("请求协办一件", unit_code=DONGHUAMEN)
    lead = enter("officer1", f"/tickets/{number}")
    lead.click("button:has-text('签收')")
    lead.click("#verb-ask-support summary")
    lead.fill("#field-ask-support-unit_code", "和平里街道")
    lead.fill("#field-ask-support-task", "请确认是否在你处。")
    lead.fill("#field-ask-support-limit", "2")
    lead.click("#verb-ask-support button")
    expect(lead.locator(".notice-good")).to_contain_text("已请求协办")
    helper = enter("officer2", f"/tickets/{number}", viewport=PHONE_SIZE)
    assert helper.locator("#verb-support-acknowledge input[name=unit_code]").count() == 0
    helper.click("#verb-support-acknowledge button")
    helper.fill("#field-support-report-words", "不在本街道。")
    assert overflow(helper) <= 0
    helper.click("#verb-support-report button")
    expect(helper.locator(".notice-good")).to_contain_text("已向主办单位反馈")
    lead.reload()
    expect(lead.locator("main")).to_contain_text("不在本街道。")


def test_decide_nothing_when_the_district_says_neither_yes_nor_no(enter: Enter, site: Site) -> None:
    number = site.take_in("申请延期一件", unit_code=DONGHUAMEN)
    officer = enter("officer1", f"/tickets/{number}")
    officer.click("button:has-text('签收')")
    officer.click("#verb-ask-extension summary")
    officer.fill("#field-ask-extension-amount", "2")
    officer.fill("#field-ask-extension-reason", "等配件到货。")
    officer.click("#verb-ask-extension button")
    expect(officer.locator(".notice-good")).to_contain_text("已提交延期申请")
    district = enter("district1", f"/tickets/{number}")
    assert axe_findings(district) == []
    form = district.locator("#verb-decide-extension")
    form.locator("textarea").fill("情况属实。")
    form.locator("form").evaluate("form => form.noValidate = true")
    form.locator("button").click()
    expect(district.locator("#error-summary")).to_contain_text("审批结果")
    expect(form.locator("textarea")).to_have_value("情况属实。")
    form.locator("label:text-is('同意')").click()
    form.locator("button").click()
    expect(district.locator(".notice-good")).to_contain_text("延期申请已审批")
    expect(district.locator(".timeline")).to_contain_text("同意延期 2 个自然日")


def test_offer_communities_by_name_when_a_unit_passes_on(enter: Enter, site: Site) -> None:
    number = site.take_in("派给社区一件", unit_code=DONGHUAMEN)
    page = enter("officer1", f"/tickets/{number}")
    page.click("button:has-text('签收')")
    offered = page.locator("#below-units option").evaluate_all("all => all.map(one => one.value)")
    assert offered
    assert all(f"（{DONGHUAMEN}" in one for one in offered)
    page.click("#verb-pass-on summary")
    page.fill("#field-pass-on-unit_code", offered[0])
    page.fill("#field-pass-on-task", "请到现场核实。")
    page.click("#verb-pass-on button")
    expect(page.locator(".notice-good")).to_contain_text("已派给下级单位")
    page.click(".action-group > summary")
    page.click("#verb-link summary")
    page.fill("#field-link-other_no", "20200101-0000001")
    page.click("#verb-link button")
    expect(page.locator("#error-summary")).to_contain_text("没有这张工单")
