"""Every role of the image's entrypoint runs as a plain process, carries a ticket's effects, and ends when told to."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from dispatch.kernel.config import Config

ENTRYPOINT = Path(__file__).parents[2] / "docker" / "entrypoint.sh"
ROLES = ("web", "ringing", "desks", "worker", "relay", "scheduler")
PATIENCE_SECONDS = 60


@pytest.fixture
def environment(config: Config, tmp_path: Path) -> dict[str, str]:
    port, ringing, desks = free_port(), free_port(), free_port()
    return {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOTLINE_HOME": str(tmp_path / "home"),
        "HOTLINE_DATABASE_URL": str(config.database_url),
        "HOTLINE_REDIS_URL": str(config.redis_url),
        "HOTLINE_SECRET_KEY": secrets.token_urlsafe(48),
        "HOTLINE_VAULT_KEYS": f"test:{b64encode(secrets.token_bytes(32)).decode()}",
        "HOTLINE_BLIND_INDEX_KEYS": f"1:{b64encode(secrets.token_bytes(32)).decode()}",
        "HOTLINE_BIND": f"127.0.0.1:{port}",
        "HOTLINE_RINGING_BIND": f"127.0.0.1:{ringing}",
        "HOTLINE_DESKS_BIND": f"127.0.0.1:{desks}",
        "HOTLINE_TRUSTED_PROXIES": "1",
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def once(environment: dict[str, str], *words: str, given: str | None = None) -> str:
    done = subprocess.run(
        ["sh", str(ENTRYPOINT), *words],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        input=given,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def running(environment: dict[str, str]) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    once(environment, "migrate")
    started = {
        role: subprocess.Popen(["sh", str(ENTRYPOINT), role], env=environment, stderr=subprocess.DEVNULL)
        for role in ROLES
    }
    yield started
    for process in started.values():
        process.kill()
        process.wait()


def until(what: str, is_so: object) -> None:
    patience = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < patience:
        if is_so():  # type: ignore[operator]
            return
        time.sleep(0.2)
    pytest.fail(f"{what}: not within {PATIENCE_SECONDS} s")


def test_roles_serve_carry_effects_and_end_when_started_as_the_image_does(
    running: dict[str, subprocess.Popen[bytes]], environment: dict[str, str], tmp_path: Path
) -> None:
    def is_healthy(address: str) -> bool:
        try:
            with urllib.request.urlopen(f"http://{address}/healthz", timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    until("web answers", lambda: is_healthy(environment["HOTLINE_BIND"]))
    until("the ringing desks answer", lambda: is_healthy(environment["HOTLINE_RINGING_BIND"]))
    once(environment, "check")
    until("the open desks answer", lambda: is_healthy(environment["HOTLINE_DESKS_BIND"]))
    once(environment, "check", "ringing")
    once(environment, "check", "desks")
    units = tmp_path / "units.csv"
    units.write_text(
        "code,name,kind,parent_code,population\n1,测试市,city,,\n11,东区,district,1,\n1101,柳荫街道,township,11,\n"
    )
    once(environment, "hotline", "import", "units", str(units))
    matter = {"kind": "complaint", "title": "柳荫街道垃圾没人清运", "text": "东区柳荫街道垃圾堆积"}
    once(environment, "hotline", "intake", "-", given=json.dumps(matter, ensure_ascii=False))
    engine = create_engine(environment["HOTLINE_DATABASE_URL"])

    def count(of: str) -> int:
        with engine.connect() as connection:
            return int(connection.scalar(text(of)) or 0)

    until("the unit and its district are told", lambda: count("SELECT count(*) FROM notice") == 2)
    until("the outbox is empty", lambda: count("SELECT count(*) FROM outbox") == 0)
    until("the scheduler has swept", lambda: count("SELECT count(*) FROM periodic_run WHERE last_error IS NULL") >= 2)
    engine.dispose()
    for process in running.values():
        process.send_signal(signal.SIGTERM)
    assert {role: process.wait(timeout=40) for role, process in running.items()} == dict.fromkeys(ROLES, 0)


def test_web_behind_a_socket_is_well_refuses_a_second_and_comes_back_after_a_kill(
    environment: dict[str, str], tmp_path: Path
) -> None:
    once(environment, "migrate")
    path = tmp_path / "web.sock"
    environment |= {"HOTLINE_SOCKET": str(path), "HOTLINE_TRUSTED_PROXIES": "1"}

    def started() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            ["sh", str(ENTRYPOINT), "web"], env=environment, stderr=subprocess.DEVNULL, start_new_session=True
        )

    def is_well() -> bool:
        asked = subprocess.run(["sh", str(ENTRYPOINT), "check"], env=environment, capture_output=True, check=False)
        return asked.returncode == 0

    for _again in range(2):
        web = started()
        try:
            until("web answers on its socket", is_well)
            second = subprocess.run(
                ["sh", str(ENTRYPOINT), "web"], env=environment, capture_output=True, text=True, check=False
            )
            assert second.returncode == 1
            assert "已有进程在此监听" in second.stderr
            with socket.socket() as probe:
                assert probe.connect_ex(address_of(environment["HOTLINE_BIND"])) != 0, "not at the address as well"
        finally:
            os.killpg(web.pid, signal.SIGKILL)
            web.wait()
        assert not is_well()
        assert path.is_socket(), "left behind, and no hindrance"


def address_of(bind: str) -> tuple[str, int]:
    host, _, port = bind.rpartition(":")
    return host, int(port)
