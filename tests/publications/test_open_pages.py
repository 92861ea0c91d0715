"""Published rankings for citizens: only where the city wants them, only what is published, corrections and formula beside."""

from __future__ import annotations

from dataclasses import replace

from assessment.publications.difference import read
from tests.publications.conftest import Office
from tests.publications.reading import shown

COLUMNS = ("rank", "unit_name", "received", "valid", "response_rate", "resolution_rate", "satisfaction_rate", "score")


def test_everybody_reads_published_tables_where_the_city_wants_it(office: Office) -> None:
    runtime = office.app.extensions["hotline"]
    passer_by = office.app.test_client()
    first = office.publish()
    draft = office.freeze(group="district")
    assert passer_by.get("/rankings").status_code == 404, "off until the city wants it"
    assert "/rankings" not in passer_by.get("/login").text
    office.app.extensions["hotline"] = replace(runtime, config=replace(runtime.config, shows_rankings=True))
    for door in ("/login", "/citizen"):
        page = passer_by.get(door).text
        assert 'href="/rankings"' in page
        assert 'href="/schemes"' in page

    fresh = office.app.test_client()
    answer = fresh.get("/rankings")
    expected = [{name: row[name] for name in COLUMNS} for row in read(first.result).values()]
    assert [{name: row[name] for name in COLUMNS} for row in shown(answer.text)] == expected
    assert "已联系 ÷ 有效回访" in answer.text, "the formula in words"
    assert 'href="/schemes/beijing"' in answer.text
    assert "/tickets" not in answer.text
    assert (answer.headers["Cache-Control"], "Set-Cookie" in answer.headers) == ("public, max-age=300", False)
    assert "Cookie" in answer.vary.as_set(preserve_casing=True)
    assert fresh.get("/rankings", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert 'class="big-type"' in fresh.get("/rankings?big=1").text
    assert office.browser().get("/rankings").headers["Cache-Control"] == "no-store", "it has a name on it"
    for number in (draft.publication_id, 99, "x"):
        assert fresh.get(f"/rankings?number={number}").status_code == 404

    office.sql("UPDATE ticket SET solved = 'no' WHERE unit_id = (SELECT unit_id FROM unit WHERE code = 'T03')")
    second = office.publish(office.correct(first.publication_id, reason="复核后更正"))
    corrected = fresh.get("/rankings").text
    assert "复核后更正" in corrected
    assert f"number={first.publication_id}" in corrected
    assert f"number={second.publication_id}" in fresh.get(f"/rankings?number={first.publication_id}").text
