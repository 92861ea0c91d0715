"""People by upload, in the browser: a table, its preview, the links, and the first log-in of one of them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.browser.chromium import axe_findings
from tests.browser.conftest import Enter
from tests.browser.site import Site

TABLE = "login,name,unit_code,roles\nfresh.one,新来的,110101001,单位经办人\n"
OWN = "nobody else knows it"


def test_come_in_by_the_link_when_the_table_was_written(enter: Enter, site: Site) -> None:
    page = enter("security1", "/admin/accounts")
    page.click("a:has-text('导入账号表')")
    page.set_input_files("#field-file", {"name": "accounts.csv", "mimeType": "text/csv", "buffer": TABLE.encode()})
    page.click("main button:has-text('预览')")
    expect(page.locator("main")).to_contain_text("新来的")
    page.click("main button:has-text('写入账号')")
    expect(page.locator("[data-link]")).to_have_count(1)
    assert axe_findings(page) == []
    link = page.locator("[data-link]").inner_text()
    assert page.locator("#links-text").input_value() == f"fresh.one\t新来的\t{link}\n"

    person = enter(None, urlsplit(link).path)
    assert axe_findings(person) == []
    person.fill("#password", OWN)
    person.fill("#again", OWN)
    person.click("button:has-text('保存口令')")
    expect(person).to_have_url(re.compile(r"/login$"))
    person.fill("#login", "fresh.one")
    person.fill("#password", OWN)
    person.click("main button.btn-primary")
    expect(person).to_have_url(re.compile(r"/work$"))
