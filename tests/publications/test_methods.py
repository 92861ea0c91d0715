"""A scheme is drafted, tried, put into force by somebody else for periods to come; everybody reads it; mistakes name their key."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import pytest

from assessment import schemes
from assessment.methods import form, in_force, services
from dispatch.kernel.errors import DomainError
from tests.publications.conftest import ZONE, Office, csrf

ASKED = {"scheme": "beijing", "group": "township"}


def send(browser: Any, page: str, path: str, **fields: str) -> Any:
    return browser.post(path, data={"csrf_token": csrf(browser.get(page).text), **fields})


def test_judge_only_periods_to_come_when_a_second_person_puts_a_draft_into_force(office: Office) -> None:
    writer, second = office.browser("evaluator"), office.browser("city_supervisor")
    begun = send(writer, "/schemes", "/schemes/drafts", name="beijing")
    draft = begun.headers["Location"]
    page = writer.get(draft).text
    seen = re.search(r'name="seen" value="([0-9a-f]+)"', page)
    assert seen
    fields = {"weights.response": "0.30", "weights.resolution": "0.20", "seen": seen[1]}
    wrong = send(writer, draft, draft, **fields)
    assert wrong.status_code == 303
    assert "<code>weights</code>" in writer.get(draft).text
    assert send(second, draft, f"{draft}/try").status_code == 422
    assert send(writer, draft, draft, **fields).status_code == 409  # from a text that is no longer there
    seen = re.search(r'name="seen" value="([0-9a-f]+)"', writer.get(draft).text)
    assert seen
    send(writer, draft, draft, **fields | {"weights.resolution": "0.30", "seen": seen[1]})
    assert send(second, draft, f"{draft}/put", effective_on="2026-02-01").status_code == 409  # not tried
    trial = send(writer, draft, f"{draft}/try", group="township")
    assert trial.status_code == 200, trial.text
    assert 'id="two-schemes"' in trial.text
    assert send(writer, draft, f"{draft}/put", effective_on="2026-02-01").status_code == 403
    assert send(second, draft, f"{draft}/put", effective_on="2026-01-05").status_code == 422  # not after today
    assert send(second, draft, f"{draft}/put", effective_on="2026-01-10").status_code == 303
    assert office.sql("SELECT count(*) FROM scheme_draft") == [(0,)]
    before = writer.get("/ranking", query_string=ASKED | {"period": "2025-10"}).text
    assert "响应率 × 10%" in before
    weights = {
        period: office.run(in_force.for_period, "beijing", period, ZONE)[0].scheme.weights[0].share
        for period in ("2026-01", "2026-02")
    }
    assert weights == {"2026-01": Fraction(1, 10), "2026-02": Fraction(3, 10)}
    office.clock.set(office.clock.now().replace(month=3))
    anybody = office.app.test_client()
    assert "响应率 × 30%" in anybody.get("/schemes/beijing").text
    assert anybody.get("/schemes").status_code == 200
    assert anybody.get("/schemes/nowhere").status_code == 404
    assert office.browser("operator", which=7).get(draft).status_code == 403


def test_withdraw_only_what_has_not_come_when_asked(office: Office) -> None:
    at = office.clock.now()
    found = office.run(services.begin, schemes.builtin_text("fair"), actor="account:1", at=at)
    office.run(services.tried, found.draft_id, at=at)
    day = at.replace(month=2).date()
    row = office.run(services.put, found.draft_id, day, actor="account:2", at=at, zone=ZONE)
    assert (row.version, schemes.loads(row.body).version) == (2, 2)
    later = at.replace(month=4)
    with pytest.raises(DomainError) as refused:
        office.run(services.withdraw, row.scheme_version_id, actor="account:2", at=later, zone=ZONE)
    assert refused.value.code == "scheme.already_in_force"
    gone = office.run(services.withdraw, row.scheme_version_id, actor="account:2", at=at, zone=ZONE)
    assert gone.withdrawn_at == at


def test_keep_words_and_comments_when_only_a_field_changes() -> None:
    text = "# 说明\n" + schemes.builtin_text("beijing")
    assert form.written(text, form.values_of(text) or {}) == text
    changed = form.written(text, {"minimum": "30", "weights.on_time": "0.1", "weights.response": ""})
    assert changed.startswith("# 说明\n")
    scheme = schemes.loads(changed.replace("0.10", "0"))
    assert (scheme.minimum, {one.indicator.value for one in scheme.weights}) == (
        30,
        {"resolution", "satisfaction", "on_time"},
    )
    for field, typed, key in (
        ("minimum", "许多", "minimum"),
        ("period.first_day", "31", "period.first_day"),
        ("credits.partly", "2", "credits.partly"),
    ):
        with pytest.raises(DomainError) as refused:
            services.read(form.written(text, {field: typed}))
        assert refused.value.details["key"] == key
    assert form.values_of("= =") is None
