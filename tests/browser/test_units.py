"""The unit's desk in the browser: signing, handling, contacting, disputing, and nothing that is not theirs."""

from __future__ import annotations

import re
import time
from datetime import datetime, timedelta

from playwright.sync_api import expect

from tests.browser.city import DONGHUAMEN, HEPINGLI, PHONE
from tests.browser.conftest import Enter
from tests.browser.site import Site


def test_acknowledge_when_the_button_in_the_row_is_pressed(enter: Enter, site: Site) -> None:
    number = site.take_in("路灯不亮待签收", unit_code=DONGHUAMEN)
    page = enter("officer1", "/work")
    page.click(f"#row-{number} button:has-text('签收')")
    expect(page.locator(".notice-good")).to_contain_text("已签收 1 件")
    expect(page.locator(f"#row-{number}")).to_contain_text("办理中")


def test_acknowledge_many_when_they_are_ticked(enter: Enter, site: Site) -> None:
    numbers = [site.take_in(f"批量签收{count}", unit_code=DONGHUAMEN) for count in range(3)]
    page = enter("officer1", "/work")
    for number in numbers[:2]:
        page.check(f"#tick-{number}")
    page.keyboard.press("Alt+s")
    expect(page.locator(".notice-good")).to_contain_text("已签收 2 件")
    expect(page.locator(f"#row-{numbers[2]}")).to_contain_text("待签收")


def test_appear_within_five_seconds_when_a_ticket_arrives(enter: Enter, site: Site) -> None:
    ticked = site.take_in("先到的一件", unit_code=DONGHUAMEN)
    page = enter("officer1", "/work")
    page.check(f"#tick-{ticked}")
    number, began = site.take_in("刚刚到的一件", unit_code=DONGHUAMEN), time.monotonic()
    page.wait_for_selector(f"#row-{number}")
    assert time.monotonic() - began <= 5
    assert page.is_checked(f"#tick-{ticked}")
    waiting = page.locator("#worklist").get_attribute("data-unread")
    expect(page).to_have_title(re.compile(rf"^\({waiting}\) "))


def test_count_down_when_an_hour_passes_without_a_word_from_the_server(enter: Enter, site: Site) -> None:
    number = site.take_in("看着时间过去", unit_code=DONGHUAMEN)
    page = enter("officer1", "/work")
    page.clock.install()
    page.route("**/work?*", lambda route: route.fulfill(status=204))
    page.reload()
    left = page.locator(f"#row-{number} [data-due]")
    due, drawn = left.get_attribute("data-due"), page.locator("#worklist").get_attribute("data-at")
    assert due
    assert drawn
    page.clock.fast_forward(60 * 60 * 1_000)
    left_then = datetime.fromisoformat(due) - datetime.fromisoformat(drawn) - timedelta(hours=1)
    # The page's clock has gone on for some seconds more, which may be those that an hour lacks.
    told = {in_words(left_then), in_words(left_then - timedelta(minutes=1))}
    expect(left).to_have_text(re.compile("|".join(told)))


def in_words(left: timedelta) -> str:
    days, hours = divmod(left // timedelta(hours=1), 24)
    return "剩 " + " ".join([f"{days} 天"] * (days > 0) + [f"{hours} 小时"] * (hours > 0))


def test_answer_nothing_when_the_list_has_not_changed(enter: Enter, site: Site) -> None:
    page = enter("officer2", "/work")
    answers = []
    for _try in range(3):  # the minute may turn between two questions
        address = page.locator("#worklist").get_attribute("hx-get")
        assert address is not None
        answers.append(page.request.get(address, headers={"HX-Request": "true"}).status)
        page.reload()
    assert 204 in answers


def test_complete_when_an_answer_is_given(enter: Enter, site: Site) -> None:
    number = site.take_in("办结一件", unit_code=DONGHUAMEN)
    page = enter("officer1", f"/tickets/{number}")
    page.click("button:has-text('签收')")
    page.click("button:has-text('登记已先行联系')")
    page.fill("#field-answer", "已清理完毕，并告知诉求人。")
    page.click("button:has-text('办结')")
    expect(page.locator(".notice-good")).to_contain_text("已办结")
    expect(page.locator(".timeline")).to_contain_text("办结反馈")
    assert page.locator("#field-answer").count() == 0


def test_keep_what_was_typed_when_the_answer_is_refused(enter: Enter, site: Site) -> None:
    number = site.take_in("办结被拒", unit_code=DONGHUAMEN)
    page = enter("officer1", f"/tickets/{number}")
    page.click("button:has-text('签收')")
    page.fill("#field-answer", "   ")
    page.fill("#field-report", "内部说明留着")
    page.click("button:has-text('办结')")
    expect(page.locator("#error-summary")).to_contain_text("请填写给诉求人的答复")
    expect(page.locator("#error-summary")).to_be_focused()
    expect(page.locator("#field-report")).to_have_value("内部说明留着")


def test_show_the_number_once_when_a_purpose_is_given(enter: Enter, site: Site) -> None:
    number = site.take_in("联系诉求人", unit_code=DONGHUAMEN)
    page = enter("officer1", f"/tickets/{number}")
    assert PHONE not in page.content()
    page.click("button:has-text('签收')")
    page.click("summary:has-text('联系诉求人')")
    page.fill("#field-purpose", "了解现场情况")
    page.click("button:has-text('显示号码')")
    expect(page.locator("#contact")).to_contain_text(PHONE)
    expect(page.locator("#contact")).to_contain_text("显示至")
    assert "officer1" in (page.locator(".watermark").text_content() or "")
    page.goto(f"/tickets/{number}")
    assert PHONE not in page.content()
    audit = enter("audit1", f"/audit?no={number}")
    expect(audit.locator("tbody")).to_contain_text("了解现场情况")


def test_offer_no_contact_when_the_reporter_asked_for_confidence(enter: Enter, site: Site) -> None:
    number = site.take_in("要求保密", unit_code=DONGHUAMEN, is_confidential=True)
    page = enter("officer1", f"/tickets/{number}")
    page.click("button:has-text('签收')")
    expect(page.locator("main")).to_contain_text("请由热线转接联系")
    assert page.locator("#field-purpose").count() == 0


def test_hide_numbers_when_the_text_holds_them(enter: Enter, site: Site) -> None:
    content = enter("officer1", f"/tickets/{site.numbers['dirty']}").content()
    assert PHONE not in content
    assert "110101199001011237" not in content
    assert "139******34" in content


def test_dispute_when_the_window_is_open(enter: Enter, site: Site) -> None:
    number = site.take_in("提出异议", unit_code=DONGHUAMEN)
    page = enter("officer1", f"/tickets/{number}")
    page.click("summary:has-text('提出派单异议')")
    expect(page.locator(".action[open]")).to_contain_text("异议截止")
    page.click("label:has-text('不属于本单位职责')")
    page.fill("#field-reason", "属于管线产权单位。")
    page.click("button:has-text('提交异议')")
    expect(page.locator(".notice-good")).to_contain_text("已提出异议")
    judge = enter("adjudicator1", "/disputes")
    judge.click(f"a[href='/disputes/{number}']")
    judge.click("label:has-text('异议不成立')")
    judge.fill("#field-reason", "属于本单位辖区内设施。")
    judge.click("button:has-text('作出裁定')")
    expect(judge.locator(".notice-good")).to_contain_text("异议不成立")


def test_be_unknown_when_the_ticket_is_another_units(enter: Enter, site: Site) -> None:
    number = site.take_in("别人的工单", unit_code=HEPINGLI)
    page = enter("officer1", "/work")
    assert page.goto(f"/tickets/{number}").status == 404  # type: ignore[union-attr]
    assert "别人的工单" not in page.content()
    token = page.locator("input[name=csrf_token]").first.get_attribute("value")
    for verb in ("acknowledge", "contacted", "complete", "dispute", "contact"):
        form = {"csrf_token": str(token), "purpose": "x", "answer": "x", "reason": "x", "ground": "outside_duty"}
        assert page.request.post(f"/tickets/{number}/{verb}", form=form).status == 404, verb


def test_only_read_when_the_ticket_is_history(enter: Enter, site: Site) -> None:
    page = enter("officer1", f"/tickets/{site.numbers['history']}")
    expect(page.locator("main")).to_contain_text("只能查看")
    assert page.locator("main form").count() == 0


def test_work_without_scripts_when_a_browser_has_none(enter: Enter, site: Site) -> None:
    number = site.take_in("没有脚本也能办", unit_code=DONGHUAMEN)
    page = enter("officer1", "/work", java_script_enabled=False)
    page.click(f"#row-{number} button:has-text('签收')")
    page.click(f"#row-{number} a:has-text('办理')")
    page.fill("#field-answer", "已处理。")
    page.click("button:has-text('办结')")
    expect(page.locator(".notice-good")).to_contain_text("已办结")
    assert page.locator("nav a:has-text('工作台')").is_visible()


def test_name_the_card_in_words_when_a_limit_is_near_or_over(enter: Enter, site: Site) -> None:
    page = enter("officer1", "/work")
    for name, word in (("red", "红牌"), ("yellow", "黄牌")):
        mark = page.locator(f"#row-{site.numbers[name]} .mark-card")
        expect(mark).to_have_text(re.compile(word))
        assert mark.locator("i.bi").count() == 1
