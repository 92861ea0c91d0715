"""What several people do to one ticket in turn: consulting, suspending, doing again, supervising, asking again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, ViewportSize, expect

from tests.browser import city
from tests.browser.chromium import axe_findings, overflow
from tests.browser.city import DONGHUAMEN
from tests.browser.conftest import Enter
from tests.browser.site import Site

PHONE_SIZE: ViewportSize = {"width": 360, "height": 740}


def readable(page: Page) -> None:
    """By everyone, at a desk and on a phone."""
    assert axe_findings(page) == []
    assert overflow(page) <= 0
    page.set_viewport_size(PHONE_SIZE)
    assert overflow(page) <= 0


def done(page: Page, words: str) -> None:
    """What was asked for has happened."""
    expect(page.locator(".notice-good")).to_contain_text(words)


def status(page: Page, path: str) -> int:
    """How the server answers this person there."""
    return page.request.get(path, max_redirects=0).status


def test_rule_after_units_were_heard_when_several_are_concerned(enter: Enter, site: Site) -> None:
    number = site.take_in("两个街道交界处堆土", unit_code=DONGHUAMEN)
    lead = enter("officer1", f"/tickets/{number}")
    lead.click("summary:has-text('提出派单异议')")
    lead.click("label[for=ground-outside_area]")
    lead.fill("#field-reason", "堆土在和平里街道一侧。")
    lead.click("button:has-text('提交异议')")
    judge = enter("adjudicator1", f"/disputes/{number}")
    judge.click("summary:has-text('发起会商')")
    judge.fill("#consult-0", "和平里街道（110101010）")
    judge.fill("#field-question", "堆土在哪一侧？")
    judge.click("button:has-text('发出会商')")
    done(judge, "已发起会商")
    asked = enter("officer2", "/consultations")
    asked.click(f"tr:has-text('{number}') a")
    readable(asked)
    asked.click("label[for^=stance-]")
    asked.fill("#field-words", "在我处，可以接办。")
    asked.click("button:has-text('提交意见')")
    done(asked, "已提交会商意见")
    assert status(asked, f"/disputes/{number}") == 403
    judge.reload()
    expect(judge.locator(".timeline").last).to_contain_text("在我处，可以接办。")
    judge.click("label:text-is('异议成立')")
    judge.fill("#field-unit", "和平里街道（110101010）")
    judge.fill("#field-reason", "以会商意见为准。")
    judge.click("button:has-text('作出裁定')")
    done(judge, "异议成立")
    asked.reload()
    expect(asked.locator("main")).to_contain_text("异议成立")


def test_suspend_and_review_when_a_unit_cannot_solve_it_now(enter: Enter, site: Site) -> None:
    number = site.take_in("老旧管网等待改造", unit_code=DONGHUAMEN)
    until = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
    unit = enter("officer1", f"/tickets/{number}")
    unit.click("button:has-text('签收')")
    unit.click("#verb-ask-suspension summary")
    unit.fill("#field-ask-suspension-measures", "列入改造计划。")
    unit.fill("#field-ask-suspension-until", until)
    unit.click("#verb-ask-suspension button")
    done(unit, "已提交挂账申请")
    district = enter("district1", "/approvals")
    district.click(f"tr:has-text('{number}') a.ticket-title")
    district.click("#verb-decide-suspension label:text-is('同意')")
    district.fill("#field-decide-suspension-reason", "属实。")
    district.click("#verb-decide-suspension button")
    done(district, "挂账申请已审批")
    district.goto("/approvals")
    expect(district.locator(f"section:has-text('挂账中的工单') tr:has-text('{number}')").last).to_contain_text(until)
    readable(district)
    district.goto(f"/tickets/{number}")
    district.fill("#field-review-suspension-reason", "改造已完成。")
    district.click("#verb-review-suspension button")
    done(district, "挂账已复核")
    assert status(unit, "/approvals") == 403
    assert unit.locator("nav a", has_text="延期与挂账").count() == 0


def test_answer_an_order_when_a_ticket_is_done_again(enter: Enter, site: Site) -> None:
    with site.app.app_context():
        number = city.followed(datetime.now(UTC) - timedelta(hours=1), "井盖又松动了", "dissatisfied")
    agent = enter("followup1", f"/tickets/{number}")
    agent.click("#verb-redo summary")
    agent.fill("#field-redo-reason", "诉求人说仍有响声。")
    agent.click("#verb-redo button")
    done(agent, "已退回重办")
    supervisor = enter("city1", f"/tickets/{number}")
    supervisor.click("#verb-order-issue summary")
    supervisor.select_option("#field-order-issue-ground", "overdue")
    supervisor.fill("#field-order-issue-words", "两日内办结。")
    supervisor.click("#verb-order-issue button")
    done(supervisor, "已签发督办单")
    unit = enter("officer1", "/orders")
    readable(unit)
    unit.click(f"tr:has-text('{number}') a.ticket-title")
    unit.fill("#field-order-answer-words", "已更换井盖。")
    unit.click("#verb-order-answer button")
    done(unit, "已答复督办单")
    assert unit.locator("#verb-order-review").count() == 0
    supervisor.reload()
    supervisor.select_option("#field-order-review-decision", "accepted")
    supervisor.click("#verb-order-review button")
    done(supervisor, "已登记审核结果")
    assert status(agent, "/orders") == 403


def test_show_the_disagreement_when_a_caller_is_asked_again(enter: Enter, site: Site) -> None:
    now = datetime.now(UTC)
    then = now.replace(month=(now.month - 1) // 3 * 3 + 1, day=1) - timedelta(days=20)
    with site.app.app_context():
        number = city.followed(then, "上一季度的井盖", "basically")
    supervisor = enter("city1", "/rechecks")
    supervisor.click("button:has-text('抽取')")
    done(supervisor, "已抽取")
    agent = enter("followup2", "/follow-ups/rechecks")
    agent.click(f"tr:has-text('{number}') a.ticket-title")
    expect(agent.locator("main")).not_to_contain_text("感谢及时处理")
    readable(agent)
    for answer in ("已接通", "联系过", "未解决", "不满意"):
        agent.click(f"form label:text-is('{answer}')")
    agent.click("button:has-text('登记')")
    done(agent, "复核已登记")
    supervisor.reload()
    expect(supervisor.locator("tr:has-text('东华门街道')")).to_contain_text("100.0%")
    readable(supervisor)
    assert status(agent, "/rechecks") == 403
