"""Documents that must not lag behind."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

from dispatch.kernel.config import VARIABLES
from tests.house.tree import ROOT, read, tracked

READMES = ("README.md", "README.zh-CN.md")


def headings(path: str) -> list[str]:
    """The heading marks of a document, code blocks left out."""
    prose = re.sub(r"^```.*?^```", "", read(path), flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"^(#+) ", prose, re.MULTILINE)


def test_give_a_reason_when_a_dependency_is_asked_for() -> None:
    project = tomllib.loads(read("pyproject.toml"))["project"]
    asked = project["dependencies"] + [one for extra in project["optional-dependencies"].values() for one in extra]
    package = json.loads(read("package.json"))
    names = {Requirement(one).name for one in asked} | set(package["dependencies"]) | set(package["devDependencies"])
    rows = re.findall(r"^\| ([A-Za-z0-9_.-]+) \| (.+) \|$", read("docs/dependencies.md"), re.MULTILINE)
    reasons = {name: reason for name, reason in rows if name not in {"package", "---"}}
    assert set(reasons) == names


def test_say_the_same_when_the_readme_is_read_in_chinese() -> None:
    assert headings(READMES[0]) == headings(READMES[1])


def test_explain_every_variable_when_configuration_reads_it() -> None:
    for readme in READMES:
        assert set(re.findall(r"^\| `(HOTLINE_[A-Z_]+)` \|", read(readme), re.MULTILINE)) == set(VARIABLES), readme


def test_stay_short_when_the_readme_grows() -> None:
    assert [readme for readme in READMES if read(readme).count("\n") > 150] == []


def test_point_somewhere_when_a_document_has_a_link() -> None:
    links = [
        (path, link)
        for path in tracked()
        if path.suffix == ".md"
        for link in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", read(path))
    ]
    broken = [f"{path}: {link}" for path, link in links if not (ROOT / path.parent / link).exists()]
    assert broken == []


def test_number_decisions_without_a_gap_when_one_is_added() -> None:
    records = sorted(path for path in tracked() if path.parent == Path("docs/adr"))
    assert [int(path.name[:4]) for path in records] == list(range(1, len(records) + 1))
    assert {str(path): read(path).count("\n") for path in records if read(path).count("\n") > 80} == {}


def test_carry_the_whole_license_when_it_is_given_away() -> None:
    text = read("LICENSE")
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text
