"""The image's roles: compose and entrypoint agree, and each role runs what it says."""

from __future__ import annotations

import os
import re
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.house.tree import ROOT, read

ENTRYPOINT = ROOT / "docker" / "entrypoint.sh"
# Roles of the entrypoint that compose does not keep running.
ONCE = {"migrate", "check", "hotline"}
SECRETS = {"POSTGRES_PASSWORD", "HOTLINE_SECRET_KEY", "HOTLINE_VAULT_KEYS", "HOTLINE_BLIND_INDEX_KEYS"}


def services() -> dict[str, dict[str, Any]]:
    """The services of compose."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(read("docker/compose.yaml"))["services"]
    return found


def ours() -> dict[str, dict[str, Any]]:
    """Those that run our image."""
    return {name: service for name, service in services().items() if service["image"] == "hotline12345"}


def roles() -> set[str]:
    """What the entrypoint's case knows."""
    labels = re.findall(r"^    ([a-z][a-z| ]*)\)$", read("docker/entrypoint.sh"), re.MULTILINE)
    return {role.strip() for label in labels for role in label.split("|")}


def run(tmp_path: Path, *words: str) -> tuple[int, list[str]]:
    """Run the entrypoint with a ``hotline`` that only writes down how it was called."""
    record = tmp_path / "calls"
    fake = tmp_path / "hotline"
    fake.write_text(f'#!/bin/sh\necho "$*" >>"{record}"\n')
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    done = subprocess.run(
        ["sh", str(ENTRYPOINT), *words], env={"PATH": f"{tmp_path}:{os.environ['PATH']}"}, capture_output=True
    )
    return done.returncode, record.read_text().splitlines() if record.exists() else []


def test_know_every_role_when_compose_starts_it() -> None:
    assert {service["command"][0] for service in ours().values()} == roles() - ONCE


@pytest.mark.parametrize(
    ("role", "calls"),
    [
        ([], ["db upgrade", "serve"]),
        (["web"], ["db upgrade", "serve"]),
        (["ringing"], ["ringing"]),
        (["desks"], ["desks"]),
        (["worker"], ["worker"]),
        (["relay"], ["relay"]),
        (["scheduler"], ["scheduler"]),
        (["migrate"], ["db upgrade"]),
        (["hotline", "rank", "--scheme", "beijing"], ["rank --scheme beijing"]),
    ],
)
def test_run_the_command_when_the_entrypoint_is_given_a_role(tmp_path: Path, role: list[str], calls: list[str]) -> None:
    assert run(tmp_path, *role) == (0, calls)


def test_refuse_with_usage_code_when_the_role_is_unknown(tmp_path: Path) -> None:
    assert run(tmp_path, "cleaner") == (64, [])


def test_keep_two_workers_when_compose_is_started() -> None:
    assert services()["worker"]["deploy"]["replicas"] >= 2


def test_lose_no_queued_work_when_redis_restarts_or_fills() -> None:
    command = services()["redis"]["command"]
    assert command[command.index("--appendonly") + 1] == "yes"
    assert command[command.index("--maxmemory-policy") + 1] == "noeviction"


def test_wait_for_health_when_a_service_depends_on_another() -> None:
    for name, service in ours().items():
        assert {"postgres", "redis"} <= set(service["depends_on"]), name
        for other, how in service["depends_on"].items():
            assert how["condition"] == "service_healthy", f"{name} waits for {other}"
    assert all("healthcheck" in services()[name] for name in ("postgres", "redis"))


def test_hold_no_secret_when_the_examples_are_copied() -> None:
    text = read("docker/env.example") + read("docker/postgres.env.example")
    values = dict(line.split("=", 1) for line in text.splitlines() if line and not line.startswith("#"))
    assert set(values) >= SECRETS
    assert {name: value for name, value in values.items() if name in SECRETS and value} == {}


def test_run_without_root_when_the_image_starts() -> None:
    last_stage = read("docker/Dockerfile").rpartition("\nFROM ")[2]
    assert re.search(r"^USER hotline$", last_stage, re.MULTILINE)
    assert "HEALTHCHECK" in last_stage
    assert not re.search(r"^(?:ENV|ARG)\b.*(?:SECRET|PASSWORD|VAULT)", read("docker/Dockerfile"), re.MULTILINE)
