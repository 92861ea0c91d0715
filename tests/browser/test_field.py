"""The grid worker's phone: no network, a closed tab, a cut in the middle of a photo — and one ticket in the end."""

from __future__ import annotations

import io
from urllib.parse import parse_qs, urlsplit

from PIL import Image
from playwright.sync_api import Route, expect
from sqlalchemy import func, select

from dispatch.files.models import TicketFile
from dispatch.kernel.db import transaction
from dispatch.kernel.texts import TextEntry
from tests.browser.conftest import Enter
from tests.browser.site import Site

NARROW = {"width": 360, "height": 740}
SAID = "便道地砖破损，有人绊倒"


def photo() -> dict[str, object]:
    """A picture that does not get small: several parts long."""
    out = io.BytesIO()
    Image.effect_noise((900, 700), 90).save(out, "JPEG", quality=95)
    return {"name": "scene.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def test_report_goes_up_once_when_the_network_is_cut_and_the_tab_closed(enter: Enter, site: Site) -> None:
    page = enter("grid1", "/field", viewport=NARROW)
    context = page.context
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    # Somebody else's, left on the same phone: neither shown nor sent.
    page.evaluate(
        "field.store.put({key: 'k', account: '0', status: 'waiting', address: '/field', fields: [], photos: []})"
    )
    context.set_offline(True)
    page.fill("#field-text", SAID)
    page.set_input_files("#photo-album", photo())  # type: ignore[arg-type]
    expect(page.locator(".photo-list li")).to_have_count(1)
    page.click("#field-form button[type=submit]")
    expect(page.locator(".queue-item.is-waiting")).to_contain_text(SAID)
    page.on("dialog", lambda dialog: dialog.dismiss())
    page.click(".menu-toggle")
    with page.expect_event("dialog") as asked:  # the phone's store is read first, so the question comes a moment later
        page.click("form[action='/logout'] button")
    assert "还有内容没有上传" in asked.value.message
    expect(page.locator("#queue-count")).to_have_text("1")
    page.close()

    page = context.new_page()
    page.goto("/field")
    expect(page.locator(".queue-item.is-waiting")).to_contain_text(SAID)
    expect(page.locator("#queue-count")).to_have_text("1")
    expect(page.locator(".task")).to_have_count(2)  # as last seen

    begun: list[str] = []

    def cut_once(route: Route) -> None:
        if route.request.method == "PUT":
            begun.append(parse_qs(urlsplit(route.request.url).query)["begins"][0])
            if len(begun) == 2:
                return route.abort()
        return route.continue_()

    context.route("**/field/uploads/*", cut_once)
    context.set_offline(False)
    expect(page.locator("#queue-state")).to_contain_text("稍后自动再试")
    page.click("#queue-now")
    expect(page.locator(".queue-item.is-done")).to_contain_text("已上报")
    expect(page.locator("#reports")).to_contain_text(SAID)
    assert page.evaluate("field.store.get('k').then((item) => item.status)") == "waiting"
    assert begun[:4] == ["0", "65536", "65536", "131072"]  # goes on where it was cut, not from the beginning

    with site.app.app_context(), transaction() as session:
        told = session.scalars(
            select(TextEntry.ticket_id).where(TextEntry.kind == "text", TextEntry.body == SAID)
        ).all()
        kept = session.scalar(select(func.count()).where(TicketFile.ticket_id.in_(told)))
    assert (len(told), kept) == (1, 1)
