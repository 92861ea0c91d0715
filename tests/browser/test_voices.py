"""Where a caller comes in again: a call nobody took, one matter told twice, the link that asks; and what callers are told."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from dispatch.access.calls import CallFacts, record_call
from dispatch.directory.snapshot import reference
from dispatch.follow_ups import links
from dispatch.kernel.application import runtime
from dispatch.kernel.db import transaction
from dispatch.tickets.queries import ticket_id_of
from tests.browser.chromium import axe_findings, overflow
from tests.browser.city import DONGHUAMEN
from tests.browser.conftest import Enter
from tests.browser.site import Site
from tests.browser.test_rounds import PHONE_SIZE, done, readable, status


def test_call_back_when_nobody_took_the_call(enter: Enter, site: Site) -> None:
    now = datetime.now(UTC)
    with site.app.app_context(), transaction() as session:
        for call, number in (("missed-1", "13800005678"), ("missed-2", "13800009999")):
            rang = CallFacts(number=number, rang_at=now - timedelta(minutes=9), ended_at=now - timedelta(minutes=8))
            record_call(session, call, rang, vault=runtime().vault)
    page = enter("operator1", "/missed-calls")
    assert "13800005678" not in page.content()
    readable(page)
    row = page.locator("tr:has-text('5678')")
    row.locator("button").click()
    expect(page.locator(".big-number")).to_have_text("13800005678")
    readable(page)
    page.click("label:text-is('无人接听')")
    page.click("button:has-text('登记结果')")
    done(page, "无人接听")
    expect(row.locator("td").nth(3)).to_have_text("1")
    row.locator("button").click()
    page.click("label:text-is('已接通')")
    page.click("button:has-text('登记结果')")
    page.wait_for_url(re.compile("/desk"))
    page.goto("/missed-calls")
    assert row.count() == 0
    other = enter("officer1", "/work")
    assert status(other, "/missed-calls") == 403


def test_join_and_part_when_two_callers_mean_one_matter(enter: Enter, site: Site) -> None:
    first = site.take_in("东口路灯全灭", unit_code=DONGHUAMEN, address="东华门街道韶九社区")
    page = enter("operator1", "/desk")
    page.fill("#field-title", "东口路灯全灭")
    page.fill("#field-text", "东口路灯全灭，出行不便。")
    page.fill("#field-address", "东华门街道韶九社区")
    page.click(f"[data-join='{first}']")
    page.click("button:has-text('受理并派单')")
    page.wait_for_url(re.compile("/desk/accepted/"))
    second = page.url.rsplit("/", 1)[1]
    page.goto(f"/tickets/{first}")
    voices = page.locator("section:has(h2:text-is('同一事项'))")
    expect(voices).to_contain_text("2 人反映")
    voices.locator(f"a:has-text('{second}')").click()
    expect(voices).to_contain_text(first)
    readable(page)
    page.click(".action-group > summary")
    page.click("#verb-unmerge button")
    done(page, "已拆单")
    page.click(".action-group > summary")
    page.click("#verb-merge summary")
    page.fill("#field-merge-ticket_no", first)
    page.click("#verb-merge button")
    done(page, "已并单")
    unit = enter("officer1", f"/tickets/{first}")
    expect(unit.locator("main")).to_contain_text("2 人反映")
    assert unit.locator("#verb-merge").count() == 0


def test_answer_once_when_the_caller_opens_the_link(enter: Enter, site: Site) -> None:
    number = site.completed("井盖评价")
    with site.app.app_context(), transaction() as session:
        at = datetime.now(UTC)
        path = links.url_for(session, ticket_id_of(session, number), 1, at, reference=reference(session, at))
    page = enter(None, path, viewport=PHONE_SIZE)
    assert axe_findings(page) == []
    page.click("button:has-text('提交评价')")
    expect(page.locator("#error-summary")).to_contain_text("请至少回答一个问题")
    assert overflow(page) <= 0
    page.click("label:text-is('已解决')")
    page.click("label:text-is('满意')")
    page.click("button:has-text('提交评价')")
    expect(page.locator("main")).to_contain_text("已收到您的评价")
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 409
    expect(page.locator("main")).to_contain_text("您已经评价过了")
    assert axe_findings(page) == []
    assert overflow(page) <= 0


def test_publish_a_new_answer_when_a_unit_rewrites_it(enter: Enter) -> None:
    writer = enter("officer1", "/knowledge/new")
    writer.fill("#field-title", "胡同口石墩由谁管")
    writer.fill("#field-body", "由街道城管办负责，三日内答复。")
    writer.select_option("#field-category", index=1)
    writer.fill("#field-review_on", (datetime.now(UTC) + timedelta(days=90)).date().isoformat())
    writer.click("button:has-text('保存草稿')")
    done(writer, "草稿已保存")
    readable(writer)
    assert writer.locator("button:has-text('发布这个版本')").count() == 0
    head = enter("head1", "/knowledge/review")
    head.click("a:has-text('胡同口石墩由谁管')")
    head.click("button:has-text('发布这个版本')")
    done(head, "已发布")
    head.click("a:has-text('修改')")
    head.fill("#field-body", "由街道城管办负责，当日答复。")
    head.click("button:has-text('保存草稿')")
    head.click("button:has-text('发布这个版本')")
    done(head, "已发布")
    operator = enter("operator1", "/knowledge?q=胡同口石墩")
    operator.click("a:has-text('胡同口石墩由谁管')")
    expect(operator.locator("main")).to_contain_text("当日答复")
    operator.click("a:has-text('第 1 版')")
    expect(operator.locator("main")).to_contain_text("三日内答复")
    readable(operator)
    assert operator.locator("main a:has-text('修改')").count() == 0
    assert status(operator, "/knowledge/new") == 403


# The page's own words: names, matters and categories are the city's, and stay as they are.
OWN_WORDS = "nav a, summary, main button, legend, dt, main label, .hint, h2:not(:has(a)), caption, .badge-state"
CHINESE = """own => [...document.querySelectorAll(own)].map(one => one.textContent.trim())
    .filter(words => /[\\u4e00-\\u9fff]/.test(words))"""
ENGLISH = {
    "operator1": ("/desk", "/tickets/{dirty}", "/missed-calls"),
    "followup1": ("/follow-ups", "/follow-ups/{due}"),
    "city1": ("/city", "/tickets/{red}", "/approvals", "/orders"),
}


def test_leave_no_chinese_words_when_the_console_is_english(enter: Enter, site: Site) -> None:
    for login, paths in ENGLISH.items():
        page = enter(login, paths[0])
        page.click("button:has-text('English')")
        page.wait_for_selector("html[lang=en]")
        for path in paths:
            page.goto(path.format(**site.numbers))
            assert page.evaluate(CHINESE, OWN_WORDS) == [], path
            assert overflow(page) <= 0, path
        assert page.locator(".nav-list > li").evaluate_all("all => new Set(all.map(one => one.offsetTop)).size") == 1
        page.click("button:has-text('中文')")
        page.wait_for_selector("html[lang^=zh]")
