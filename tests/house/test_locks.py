"""Locked versions: each with hashes, none with the address of a registry, and none forgotten."""

from __future__ import annotations

import json
import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.tree import read

LOCKS = ["requirements.lock", ".ci/installer.lock", ".ci/node.lock"]


def entries(lock: str) -> dict[str, str]:
    """Name to its whole entry, continued lines joined."""
    joined = read(lock).replace("\\\n", " ")
    lines = [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]
    return {canonicalize_name(re.split(r"[=<>!~\[ ;]", line, maxsplit=1)[0]): line for line in lines}


@pytest.mark.parametrize("lock", LOCKS)
def test_pin_with_hashes_when_a_package_is_locked(lock: str) -> None:
    loose = [name for name, line in entries(lock).items() if "==" not in line or "--hash=sha256:" not in line]
    assert entries(lock)
    assert loose == []


@pytest.mark.parametrize("lock", [*LOCKS, "package-lock.json"])
def test_name_no_address_when_packages_are_locked(lock: str) -> None:
    sources = re.compile(r"--(?:extra-)?index-url|--find-links|\"resolved\"|@ https?:|file://")
    assert sources.findall(read(lock)) == []


def test_lock_every_package_when_pyproject_asks_for_it() -> None:
    project = tomllib.loads(read("pyproject.toml"))["project"]
    asked = project["dependencies"] + [one for extra in project["optional-dependencies"].values() for one in extra]
    assert {canonicalize_name(Requirement(one).name) for one in asked} - set(entries("requirements.lock")) == set()


def test_pin_exactly_when_a_front_end_package_is_asked_for() -> None:
    package = json.loads(read("package.json"))
    asked = package["dependencies"] | package["devDependencies"]
    locked = json.loads(read("package-lock.json"))["packages"]
    assert {name: locked[f"node_modules/{name}"]["version"] for name in asked} == asked


def test_keep_integrity_when_a_front_end_package_is_locked() -> None:
    locked = json.loads(read("package-lock.json"))["packages"]
    assert [
        name for name, entry in locked.items() if name and not entry.get("integrity", "").startswith("sha512-")
    ] == []
