"""What no tracked file may hold, and how long it may get."""

from __future__ import annotations

import re

import pytest

from tests.house.tree import lines_with, read, texts

# In two parts, so that this file does not name them itself.
REGISTRY_HOSTS = [
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "registry.npm" + "js.org",
    "npm" + "mirror.com",
    "registry.yarn" + "pkg.com",
    "deb.debian" + ".org",
    "archive.ubuntu" + ".com",
    "mirrors" + ".",
    "ghcr" + ".io",
    "docker" + ".io",
    "quay" + ".io",
]
MACHINE_PATHS = ["/wo" + "rk/", "/ro" + "ot/", "/t" + "mp/"]
CDN_HOSTS = ["jsdelivr" + ".", "unpkg" + ".", "cdnjs" + ".", "googleapis" + ".", "bootcdn" + "."]
UNFINISHED = ["TO" + "DO", "FIX" + "ME", "XX" + "X:"]
LONGEST_FILE = 400
CODE = (".py", ".js", ".css", ".html", ".sh", ".toml", ".yaml", ".ini", ".md")


@pytest.mark.parametrize("host", REGISTRY_HOSTS + CDN_HOSTS)
def test_name_no_host_of_packages_when_any_file_is_read(host: str) -> None:
    assert lines_with(host, texts()) == []


@pytest.mark.parametrize("path", MACHINE_PATHS)
def test_name_no_path_of_one_machine_when_any_file_is_read(path: str) -> None:
    assert lines_with(path, texts()) == []


@pytest.mark.parametrize("word", UNFINISHED)
def test_leave_nothing_unfinished_when_any_code_is_read(word: str) -> None:
    assert lines_with(word, texts(*CODE)) == []


def test_keep_files_small_when_they_are_written_by_hand() -> None:
    lengths = {str(path): read(path).count("\n") for path in texts(*CODE)}
    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}


def test_load_nothing_from_elsewhere_when_a_page_is_rendered() -> None:
    loading = re.compile(r"""<(?:script|link|img|iframe)\b[^>]*(?:src|href)\s*=\s*["']?(?:https?:)?//""", re.IGNORECASE)
    found = [str(path) for path in texts(".html") if loading.search(read(path))]
    imports = re.compile(r"""(?:@import|url\()\s*["']?(?:https?:)?//""")
    assert found + [str(path) for path in texts(".css") if imports.search(read(path))] == []


def test_keep_line_ends_plain_when_a_file_is_text() -> None:
    assert [str(path) for path in texts(*CODE) if "\r" in read(path)] == []
