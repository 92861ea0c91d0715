"""``python -m tests.browser.screenshots [FOLDER]``: a picture of every page, wide and narrow, to be looked at.

With ``--readme`` it writes the four pictures of README.md and nothing else.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page as Window
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
README_FOLDER = "docs/pictures"
# The picture's name, who looks, at what.
OF_README = (
    ("desk", "operator1", "/desk"),
    ("work", "officer1", "/work"),
    ("ranking", "evaluator1", "/ranking?group=department"),
    ("ticket", "officer1", "/tickets/{red}"),
)
COLOURS, MOST_BYTES = 256, 150_000
CALL = {
    "title": "夜里施工扰民",
    "text": "工地夜里十一点以后还在浇筑混凝土，附近居民没法休息，请管一管。",
    "address": "东城区东华门街道",
}
SUGGESTED_MILLISECONDS = 2_500


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


def take_readme(site: Site, folder: Path) -> None:
    """The four pictures of the README, small enough to keep: made-up people and matters alone are on them."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options())
        for name, login, path in OF_README:
            window = browser.new_page(base_url=site.url, locale="zh-CN", viewport=SIZES["wide"])  # type: ignore[arg-type]
            log_in(window, login)
            window.goto(path.format(**site.numbers))
            if name == "desk":
                _type_a_call(window)
            window.wait_for_timeout(SETTLE_MILLISECONDS)
            place = folder / f"{name}.png"
            window.screenshot(path=place)
            Image.open(place).convert("RGB").quantize(COLOURS).save(place, optimize=True)
            assert place.stat().st_size <= MOST_BYTES, f"{place} is too heavy for a README"
        browser.close()


def _type_a_call(window: Window) -> None:
    for name, words in CALL.items():
        window.fill(f"#field-{name}", words)
    window.wait_for_timeout(SUGGESTED_MILLISECONDS)


def main() -> None:
    """Start a city of its own, take the pictures, leave nothing but them."""
    is_readme = "--readme" in sys.argv
    named = [word for word in sys.argv[1:] if not word.startswith("--")]
    folder = Path(named[0] if named else README_FOLDER if is_readme else DEFAULT_FOLDER)
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
            (take_readme if is_readme else take)(site, folder)
    finally:
        services.stop(home)
        shutil.rmtree(home, ignore_errors=True)
    count = len(OF_README) if is_readme else len(PAGES) * len(SIZES)
    sys.stderr.write(f"screenshots: {count} pictures in {folder}\n")


if __name__ == "__main__":
    main()
