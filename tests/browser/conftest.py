"""One running site per test process, and people who are logged in on it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import make_url

from dispatch.kernel.config import Config
from tests.browser.chromium import Watch, launch_options
from tests.browser.city import PASSWORD
from tests.browser.site import Site, running_site
from tests.conftest import run_sql

Enter = Callable[..., Page]
WAIT_MILLISECONDS = 15_000


HAS_FAILED = pytest.StashKey[bool]()
SHOWN_CHARACTERS = 3_000


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """So that a test which failed can show the pages that it stood before."""
    report = yield
    item.stash[HAS_FAILED] = item.stash.get(HAS_FAILED, False) or report.failed
    return report


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Overrides the plugin's: the machine's Chromium."""
    return launch_options()


@pytest.fixture(scope="session")
def site(base_config: Config) -> Iterator[Site]:
    """The seeded city behind gunicorn, for all tests of this process: each test makes the tickets it changes."""
    url = make_url(str(base_config.database_url))
    name = f"pages_{os.urandom(6).hex()}"
    run_sql(url, f'CREATE DATABASE "{name}" TEMPLATE "template_hotline"')
    config = replace(base_config, database_url=url.set(database=name).render_as_string(hide_password=False))
    with running_site(config) as running:
        yield running
    run_sql(url, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def states(browser: Browser, site: Site) -> Callable[[str], Any]:
    """Cookies of a logged-in person, by log-in; everyone logs in once."""
    kept: dict[str, Any] = {}

    def state(login: str) -> Any:
        if login not in kept:
            context = browser.new_context(base_url=site.url, locale="zh-CN")
            come_in(context, login)
            kept[login] = context.storage_state()
            context.close()
        return kept[login]

    return state


@pytest.fixture
def enter(
    browser: Browser, site: Site, states: Callable[[str], Any], request: pytest.FixtureRequest
) -> Iterator[Enter]:
    """``enter("officer1", "/work")``: a new window of this person on this page, which answers with ``status`` where one is
    given; further arguments go to the context.
    """
    opened: list[tuple[BrowserContext, Watch]] = []

    def open_page(login: str | None, path: str, status: int | None = None, **options: Any) -> Page:
        state = states(login) if login else None
        context = browser.new_context(base_url=site.url, locale="zh-CN", storage_state=state, **options)
        context.set_default_timeout(WAIT_MILLISECONDS)
        page = context.new_page()
        opened.append((context, Watch().over(page)))
        answer = page.goto(path)
        assert status is None or (answer is not None and answer.status == status)
        return page

    yield open_page
    if request.node.stash.get(HAS_FAILED, False):
        for context, _watch in opened:
            for page in context.pages:
                print(page.url, page.locator("body").inner_text()[:SHOWN_CHARACTERS], sep="\n")  # noqa: T201
    complaints = [text for _context, watch in opened for text in [*watch.complaints(), *watch.strangers]]
    for context, _watch in opened:
        context.close()
    assert complaints == [], "the console complained, or a request left this machine"


def come_in(context: BrowserContext, login: str, password: str = PASSWORD) -> None:
    """What the log-in page sends, without showing it: for tests that begin behind it."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', context.request.get("/login").text())
    assert token
    form = {"csrf_token": token[1], "login": login, "password": password}
    answer = context.request.post("/login", form=form, max_redirects=0)
    assert answer.status == 303, answer.status


def log_in(page: Page, login: str, password: str = PASSWORD) -> None:
    """Through the log-in page, as people do."""
    page.goto("/login")
    page.fill("#login", login)
    page.fill("#password", password)
    page.click("main button.btn-primary")
    page.wait_for_url(lambda url: "/login" not in url)
