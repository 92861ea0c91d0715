"""How Chromium is started and watched: offline, without sandbox (containers), and with an ear on its console."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules/axe-core/axe.min.js"
# The first is the same Chromium without the window around its pages, which costs half as much.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
)
SERIOUS = {"serious", "critical"}
OWN_HOST = "127.0.0.1"
WEIGHT = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .filter((one) => !one.name.includes("echarts")).reduce((sum, one) => sum + one.transferSize, 0)"""


def launch_options() -> dict[str, Any]:
    """The machine's own Chromium; playwright's is not installed."""
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    assert found, "no Chromium here: run make browser"
    return {"executable_path": found, "args": list(FLAGS)}


@dataclass
class Watch:
    """What a page said to its console, and where it sent requests."""

    messages: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def over(self, page: Page) -> Watch:
        """Begin to watch ``page``."""
        page.on("console", lambda message: self.messages.append(message.text))
        page.on("pageerror", lambda error: self.messages.append(f"error: {error}"))
        page.on("request", lambda request: self._note(request.url))
        return self

    def _note(self, url: str) -> None:
        if url.startswith("http") and urlsplit(url).hostname != OWN_HOST:
            self.strangers.append(url)

    def complaints(self) -> list[str]:
        """Broken security policy and script errors; a 404 that a test asks for is none."""
        return [text for text in self.messages if "Content Security Policy" in text or text.startswith("error:")]


def axe_findings(page: Page, *, rules: list[str] | None = None) -> list[str]:
    """Serious and critical findings of axe-core, each with where it is; of these ``rules`` alone where given."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    options: dict[str, Any] = {"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {})
    found = page.evaluate("(options) => axe.run(document, options)", options)
    return [
        f"{one['id']} at {node['target']}: {node['failureSummary']}"
        for one in found["violations"]
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth"))


def transferred(page: Page) -> int:
    """How many bytes came over the line for this page, headers and all, but for the library that draws charts."""
    return int(page.evaluate(WEIGHT))
