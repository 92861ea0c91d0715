"""The operator's desk in the browser: live suggestions, input methods, one ticket per form, dispatching by hand."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.chromium import axe_findings
from tests.browser.city import PHONE
from tests.browser.conftest import Enter
from tests.browser.site import Site

COUNT_HANDS = """() => {
  window.hands = {keys: 0, mouse: 0};
  const isText = (event) => event.key.length === 1 && !event.altKey && !event.ctrlKey;
  addEventListener("keydown", (event) => { window.hands.keys += isText(event) ? 0 : 1; }, true);
  addEventListener("mousedown", () => { window.hands.mouse += 1; }, true);
}"""
UNSAFE = ("/desk", "/desk/suggest", "/desk/places", "/desk/earlier", "/desk/draft", "/desk/call/1", "/dispatching/1")


def fill(page: Page, title: str, *, text: str = "请尽快派人处理。", address: str = "东华门街道多福巷社区") -> None:
    page.fill("#field-title", title)
    page.fill("#field-text", text)
    page.fill("#field-address", address)


def test_suggest_unit_and_limit_when_the_operator_types(enter: Enter) -> None:
    page = enter("operator1", "/desk")
    fill(page, "楼道堆物", text="楼道里堆满杂物没人清理")
    side = page.locator("#suggestion")
    expect(side).to_contain_text("东华门街道")
    expect(side).to_contain_text("抄送")
    expect(side).to_contain_text("东城区")
    expect(side).to_contain_text("截止")
    expect(side).to_contain_text("依据")


def test_say_whom_to_hand_over_to_when_lives_are_in_danger(enter: Enter) -> None:
    page = enter("operator1", "/desk")
    fill(page, "燃气泄漏", text="楼道燃气泄漏气味很大")
    expect(page.locator("#suggestion")).to_contain_text("请立即转接 119")


def test_take_in_by_keyboard_alone_when_the_mouse_is_away(enter: Enter) -> None:
    page = enter("operator1", "/desk")
    keys = page.keyboard
    keys.type("李四")
    keys.press("Alt+t")
    keys.type("垃圾未清运")
    keys.press("Alt+c")
    keys.type("小区垃圾三天未清运")
    keys.press("Alt+a")
    keys.type("和平里街道")
    keys.press("Alt+s")
    page.wait_for_url(re.compile("/desk/accepted/"))
    expect(page.locator(".big-number")).to_have_text(re.compile(r"\d{8}-\d{7}"))
    expect(page.locator("main")).to_contain_text("和平里街道")
    keys.press("Enter")
    page.wait_for_url(re.compile("/desk$"))


def test_log_a_typical_call_in_forty_keys_and_no_mouse(enter: Enter, site: Site) -> None:
    """The call rings, a few facts are typed, a place is picked, the ticket goes out: keys that write no text are counted."""
    page = enter("operator1", "/desk")
    page.evaluate(COUNT_HANDS)
    site.ring("operator1", PHONE)
    expect(page.locator("#field-phone")).to_have_value(re.compile(PHONE))
    expect(page.locator("#call")).to_contain_text("来电振铃")
    expect(page.locator("#earlier")).to_contain_text("件在办")
    keys = page.keyboard
    keys.type("李四")
    keys.press("Alt+t")
    keys.type("路灯不亮")
    keys.press("Alt+c")
    keys.type("小区门口路灯三天不亮，老人出行不安全")
    keys.press("Alt+a")
    keys.type("dhmjd")  # 东华门街道 by its initials
    expect(page.locator("#place-options [aria-selected=true]")).to_contain_text("东华门街道")
    keys.press("Enter")
    expect(page.locator("#suggestion")).to_contain_text("人工选定地点：东华门街道")
    expect(page.locator("#draft-state")).to_contain_text("草稿已保存")
    hands = page.evaluate("() => window.hands")
    keys.press("Alt+/")
    expect(page.locator("#shortcut-sheet")).to_contain_text("检索知识库")
    keys.press("Escape")
    keys.press("Alt+s")
    page.wait_for_url(re.compile("/desk/accepted/"))
    assert hands["keys"] + 1 <= 40
    assert hands["mouse"] == 0


def test_wait_for_the_word_when_an_input_method_composes(enter: Enter) -> None:
    page = enter("operator1", "/desk")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/desk/suggest") else None)
    typing = page.context.new_cdp_session(page)
    page.focus("#field-title")
    for composing in ("lu", "lud", "ludeng"):
        typing.send("Input.imeSetComposition", {"text": composing, "selectionStart": 2, "selectionEnd": 2})
        page.wait_for_timeout(200)
    page.wait_for_timeout(500)
    assert asked == []
    typing.send("Input.insertText", {"text": "路灯不亮"})
    expect(page.locator("#suggestion")).to_contain_text("路灯")
    assert len(asked) == 1


def test_show_earlier_tickets_when_the_phone_is_known(enter: Enter, site: Site) -> None:
    page = enter("operator1", "/desk")
    page.fill("#field-phone", "139 0000 1234")
    page.press("#field-phone", "Tab")
    expect(page.locator("#earlier li").first).to_be_visible()
    assert PHONE not in page.locator("#earlier").inner_html()


def test_make_one_ticket_when_a_form_is_sent_twice(enter: Enter) -> None:
    page = enter("operator1", "/desk")
    form = {
        name: page.locator(f"input[name={name}]").first.get_attribute("value") or "" for name in ("csrf_token", "key")
    }
    form |= {
        "kind": "complaint",
        "channel": "phone",
        "title": "只受理一次",
        "text": "重复提交",
        "address": "东华门街道",
    }
    sent = [page.request.post("/desk", form=form).url for _try in range(2)]
    assert sent[0] == sent[1]
    other = page.request.post("/desk", form=form | {"title": "换了内容"})
    assert other.status == 422


def test_name_the_field_when_the_intake_is_refused(enter: Enter) -> None:
    page = enter("operator1", "/desk")
    fill(page, "电话写错了")
    page.fill("#field-phone", "abc")
    page.click("button:has-text('受理并派单')")
    expect(page.locator("#error-summary")).to_contain_text("号码")
    expect(page.locator("#field-phone")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#field-title")).to_have_value("电话写错了")


def test_dispatch_by_hand_when_routing_was_not_sure(enter: Enter, site: Site) -> None:
    number = site.take_in("说不清在哪里", text="来电人说不清地点", address="", reporter=None)
    page = enter("operator1", "/dispatching")
    card = page.locator(f"#row-{number}")
    card.locator("input[name=unit]").fill("东华门街道（110101001）")
    card.locator("button:has-text('派往所填单位')").click()
    expect(page.locator(".notice-good")).to_contain_text("已派往东华门街道")
    assert page.locator(f"#row-{number}").count() == 0


def test_offer_the_lead_of_the_corrected_category_when_another_is_picked(enter: Enter, site: Site) -> None:
    number = site.take_in("说不清在哪里", text="来电人说不清地点", address="", reporter=None)
    page = enter("operator1", "/dispatching")
    card = page.locator(f"#row-{number}")
    card.locator("select[name=category]").select_option("1101")
    offered = card.locator(f"#entry-{number} button[name=candidate]")
    expect(offered).to_have_attribute("value", "E-02")
    assert axe_findings(page) == []
    offered.click()
    expect(page.locator(".notice-good")).to_contain_text(number)


def test_send_to_the_unit_typed_when_enter_is_pressed(enter: Enter, site: Site) -> None:
    number = site.take_in("说不清在哪里", text="来电人说不清地点", address="", reporter=None)
    page = enter("operator1", "/dispatching")
    field = page.locator(f"#row-{number} input[name=unit]")
    field.fill("和平里街道（110101010）")
    field.press("Enter")
    expect(page.locator(".notice-good")).to_contain_text("已派往和平里街道")


def test_send_on_by_one_press_when_a_candidate_fits(enter: Enter, site: Site) -> None:
    number = site.take_in("八里庄附近有问题", text="八里庄街道附近", address="", reporter=None, category="2602")
    page = enter("operator1", "/dispatching")
    card = page.locator(f"#row-{number}")
    if card.count():
        card.locator("button[name=candidate]").first.click()
        expect(page.locator(".notice-good")).to_contain_text(number)


def test_refuse_when_the_token_of_the_form_is_missing(enter: Enter) -> None:
    page = enter("operator1", "/desk")
    for path in (*UNSAFE, "/logout", "/language"):
        assert page.request.post(path, form={"title": "x"}).status == 400, path
