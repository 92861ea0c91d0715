"""``python -m tests.browser.screenshots [FOLDER]``: a picture of every page, wide and narrow, to be looked at."""

from __future__ import annotations

import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import sync_playwright
from sqlalchemy import make_url

from dispatch.kernel import services
from dispatch.kernel.config import Config
from dispatch.kernel.db import migrate
from tests.browser.chromium import launch_options
from tests.browser.conftest import log_in
from tests.browser.month import add_last_month
from tests.browser.pages import PAGES
from tests.browser.site import Site, running_site
from tests.conftest import run_sql

SIZES = {"wide": {"width": 1366, "height": 850}, "narrow": {"width": 390, "height": 800}}
DEFAULT_FOLDER = "screenshots"
SETTLE_MILLISECONDS = 300


def take(site: Site, folder: Path) -> None:
    """Photograph every page of ``site`` into ``folder``."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options())
        for size, viewport in SIZES.items():
            for login in dict.fromkeys(page.login for page in PAGES):
                context = browser.new_context(base_url=site.url, locale="zh-CN", viewport=viewport)  # type: ignore[arg-type]
                window = context.new_page()
                if login:
                    log_in(window, login)
                for page in (page for page in PAGES if page.login == login):
                    window.goto(page.path.format(**site.numbers))
                    window.wait_for_timeout(SETTLE_MILLISECONDS)
                    window.screenshot(path=folder / f"{page.name}-{size}.png", full_page=True)
                context.close()
        browser.close()


def main() -> None:
    """Start a city of its own, take the pictures, leave nothing but them."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else DEFAULT_FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="hotline-pictures-"))
    try:
        config = Config.from_environment({"HOTLINE_HOME": str(home)})
        endpoints = services.ensure(config)
        url = make_url(endpoints.database_url).set(database="pictures")
        run_sql(make_url(endpoints.database_url), 'CREATE DATABASE "pictures"')
        address = url.render_as_string(hide_password=False)
        migrate(address)
        with running_site(replace(config, database_url=address, redis_url=endpoints.redis_url)) as site:
            add_last_month(site.app)
            take(site, folder)
    finally:
        services.stop(home)
        shutil.rmtree(home, ignore_errors=True)
    sys.stderr.write(f"screenshots: {len(PAGES) * len(SIZES)} pictures in {folder}\n")


if __name__ == "__main__":
    main()
