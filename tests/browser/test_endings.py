"""Ending a call at the desk, and the folded forms of the ticket's page: what the whole life of a ticket added for the hotline."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import overflow
from tests.browser.conftest import Enter
from tests.browser.site import Site

PHONE_SIZE = {"width": 360, "height": 740}
SMALL = {"width": 1280, "height": 800}
TWICE = "() => [...document.querySelectorAll('[id]')].map(e => e.id).filter((id, at, all) => all.indexOf(id) !== at)"


def test_end_the_call_with_an_answer_when_the_operator_chooses_so(enter: Enter) -> None:
    page = enter("operator1", "/desk")
    page.fill("#field-title", "怎样提取公积金")
    page.fill("#field-text", "想问公积金怎样提取。")
    expect(page.locator("#field-outcome")).to_be_hidden()
    page.click("summary:has-text('不派单')")
    page.select_option("#field-outcome", "declined")
    expect(page.locator("#field-outcome_articles")).to_be_hidden()
    page.click("button:has-text('受理并当场结束')")
    expect(page.locator("#field-outcome_declined_ground")).to_have_attribute("aria-invalid", "true")
    page.select_option("#field-outcome", "answered")
    page.fill("#field-outcome_text", "可凭身份证到柜台或者在网上办理。")
    page.locator("label", has_text="咨询").first.click()
    page.click("button:has-text('受理并当场结束')")
    page.wait_for_url(re.compile("/desk/accepted/"))
    expect(page.locator("main")).to_contain_text("直接答复")
    expect(page.locator("main")).not_to_contain_text("待人工派单")


def test_name_the_field_when_a_folded_form_is_refused(enter: Enter, site: Site) -> None:
    number = site.take_in("路口积水严重")
    page = enter("city1", f"/tickets/{number}", viewport=PHONE_SIZE)
    assert page.evaluate(TWICE) == []
    page.click(".action-group > summary")
    page.click("#verb-note > summary")
    page.locator("#verb-note textarea").fill("　")
    page.click("#verb-note button")
    expect(page.locator("#error-summary")).to_contain_text("“备注内容”项")
    expect(page.locator("#verb-note textarea")).to_be_visible()
    assert overflow(page) <= 0


@pytest.mark.parametrize("login", ["city1", "district1", "head1", "evaluator1", "system1"])
def test_keep_the_navigation_in_one_line_when_the_screen_is_small(enter: Enter, login: str) -> None:
    page = enter(login, "/", viewport=SMALL)
    tops = page.eval_on_selector_all(".nav-list > li", "found => found.map(one => one.getBoundingClientRect().top)")
    assert len(tops) > 1
    assert max(tops) == min(tops)


def test_fold_what_is_left_when_a_role_has_many_pages(enter: Enter) -> None:
    page = enter("city1", "/city")
    expect(page.locator(".nav-more a", has_text="仓促办结")).to_be_hidden()
    page.click(".nav-more summary")
    page.click(".nav-more a:has-text('仓促办结')")
    page.wait_for_url(re.compile("/premature-completions"))
    expect(page.locator(".nav-more summary")).to_have_class("is-here")
