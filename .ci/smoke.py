"""Start the real processes against the machine's own PostgreSQL and Redis, take one complaint through them, stop them cleanly.

Run by .ci/smoke, which installs the two servers. Everything lies in a folder of the temp directory and ends with this script.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 90
EFFECT_SECONDS = 60
STOP_SECONDS = 30
ROLES = ("web", "ringing", "desks", "worker", "worker", "relay", "scheduler")
UNITS = """code,name,kind,parent_code,population
110000,北京市,city,,21890000
110105,朝阳区,district,110000,3452000
110105009,麦子店街道,township,110105,60000
"""
COMPLAINT = {
    "kind": "complaint",
    "channel": "phone",
    "title": "夜间施工噪声",
    "text": "朝阳区麦子店街道枣营北里附近工地连续三晚施工到凌晨两点，影响休息。",
    "address": "朝阳区麦子店街道枣营北里",
}


def say(words: str) -> None:
    """One line of progress."""
    print(f"smoke: {words}", flush=True)


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def unprivileged() -> list[str]:
    """The prefix that makes a command run as Debian's ``postgres``, which refuses to run as root; empty for ordinary users."""
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"] if os.geteuid() == 0 else []


def wait_for(what: str, seconds: float, holds: Callable[[], bool]) -> None:
    """Ask until ``holds``, or say what never came about and give up (TimeoutError)."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.2)


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A new cluster with a password on a private port; yields its address in SQLAlchemy's form."""
    binaries = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    password, port = secrets.token_hex(12), free_port()
    word = folder / "password"
    word.write_text(password)
    shutil.chown(word, folder.owner())
    data = str(folder / "cluster")
    initdb = [
        str(binaries / "initdb"),
        "-D",
        data,
        "-U",
        "hotline",
        "-A",
        "scram-sha-256",
        f"--pwfile={word}",
        "-E",
        "UTF8",
    ]
    subprocess.run([*unprivileged(), *initdb, "--locale=C.UTF-8"], check=True, stdout=subprocess.DEVNULL, cwd=folder)
    pg_ctl = [*unprivileged(), str(binaries / "pg_ctl"), "-D", data, "-w", "-t", "60"]
    options = f"-c port={port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
    log = str(folder / "postgresql.log")
    subprocess.run([*pg_ctl, "-l", log, "-o", options, "start"], check=True, stdout=subprocess.DEVNULL, cwd=folder)
    try:
        address = f"hotline:{password}@127.0.0.1:{port}"
        with psycopg.connect(f"postgresql://{address}/postgres", autocommit=True) as connection:
            version = connection.info.server_version // 10000
            connection.execute("CREATE DATABASE hotline")
        say(f"PostgreSQL {version} on port {port}")
        yield f"postgresql+psycopg://{address}/hotline"
    finally:
        subprocess.run([*pg_ctl, "-m", "fast", "stop"], check=False, stdout=subprocess.DEVNULL, cwd=folder)


@contextlib.contextmanager
def redis(folder: Path) -> Iterator[str]:
    """A Redis with an append-only file on a private port; yields its address."""
    port = free_port()
    settings = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", ""]
    settings += ["--appendonly", "yes", "--maxmemory-policy", "noeviction"]
    server = subprocess.Popen([*unprivileged(), "redis-server", *settings], stdout=subprocess.DEVNULL, cwd=folder)
    try:

        def answers() -> bool:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as wire:
                wire.sendall(b"PING\r\n")
                return wire.recv(16).startswith(b"+PONG")
            return False

        wait_for("Redis", 10, answers)
        say(f"Redis on port {port}")
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(timeout=STOP_SECONDS)


def environment(home: Path, database_url: str, redis_url: str) -> dict[str, str]:
    """What the processes are told, with secrets made for this run."""

    def key() -> str:
        return base64.b64encode(secrets.token_bytes(32)).decode()

    inherited = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
    return inherited | {
        "PATH": f"{ROOT / '.venv' / 'bin'}:{os.environ['PATH']}",
        "HOTLINE_HOME": str(home),
        "HOTLINE_DATABASE_URL": database_url,
        "HOTLINE_REDIS_URL": redis_url,
        "HOTLINE_SECRET_KEY": secrets.token_urlsafe(48),
        "HOTLINE_VAULT_KEYS": f"smoke:{key()}",
        "HOTLINE_BLIND_INDEX_KEYS": f"1:{key()}",
        "HOTLINE_BIND": f"127.0.0.1:{free_port()}",
        "HOTLINE_RINGING_BIND": f"127.0.0.1:{free_port()}",
        "HOTLINE_DESKS_BIND": f"127.0.0.1:{free_port()}",
    }


def hotline(env: Mapping[str, str], *words: str) -> str:
    """Run a command to its end and return what it prints."""
    done = subprocess.run(
        ["hotline", *words], check=False, env=env, cwd=env["HOTLINE_HOME"], capture_output=True, text=True, timeout=120
    )
    if done.returncode:
        raise RuntimeError(f"hotline {' '.join(words)} ended with {done.returncode}:\n{done.stderr[-3000:]}")
    return done.stdout.strip()


@contextlib.contextmanager
def processes(env: Mapping[str, str], logs: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Every role of the image's entrypoint as a plain process; whatever still runs at the end is killed."""
    running = []
    try:
        for number, role in enumerate(ROLES):
            with (logs / f"{number}-{role}.log").open("wb") as log:
                words = ["sh", str(ROOT / "docker" / "entrypoint.sh"), role]
                running.append(subprocess.Popen(words, env=env, cwd=env["HOTLINE_HOME"], stdout=log, stderr=log))
            say(f"started {role}")
        yield running
    finally:
        for process in running:
            if process.poll() is None:
                process.kill()
            process.wait()


def fetch(address: str, data: bytes | None = None, headers: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Status and body; status 0 where nobody answers."""
    request = urllib.request.Request(address, data=data, headers=dict(headers or {}))  # noqa: S310 - our own loopback address
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - the same
            return int(answer.status), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace")
    except OSError:
        return 0, ""


def expect(what: str, answer: tuple[int, str], status: int, *words: str) -> str:
    """The body, after checking status and words in it."""
    if answer[0] != status or any(word not in answer[1] for word in words):
        raise RuntimeError(f"{what}: expected {status} with {words}, got {answer[0]}:\n{answer[1][:2000]}")
    say(f"ok {what}")
    return answer[1]


def make_token(env: Mapping[str, str], login: str, role: str, scope: str) -> str:
    """A new account with one role, and a token of it."""
    secret = {"PASSWORD_OF_NEW_ACCOUNT": secrets.token_urlsafe(16)}
    hotline({**env, **secret}, "accounts", "create", "--login", login, "--name", "冒烟测试", "--role", role)
    return hotline(env, "accounts", "token", "--login", login, "--scope", scope)


def check_pages(site: str, token: str) -> None:
    """Health, readiness, metrics and the log-in page."""
    expect("healthz", fetch(f"{site}/healthz"), 200)
    expect("readyz", fetch(f"{site}/readyz"), 200)
    metrics = fetch(f"{site}/metrics", headers={"Authorization": f"Bearer {token}"})
    expect("metrics", metrics, 200, "outbox_oldest_age_seconds")
    expect("log-in page", fetch(f"{site}/login"), 200, "<form", 'name="password"')


def take_complaint(site: str, token: str) -> str:
    """One intake through the API, twice with the same key: the same ticket. Returns its number."""
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Idempotency-Key": secrets.token_hex(16),
    }
    body = json.dumps(COMPLAINT).encode()
    first = json.loads(expect("intake", fetch(f"{site}/api/v1/tickets", body, headers), 201, "ticket_no"))
    again = json.loads(expect("intake repeated", fetch(f"{site}/api/v1/tickets", body, headers), 201, "ticket_no"))
    if first != again:
        raise RuntimeError(f"the same key gave two answers: {first} and {again}")
    return str(first["ticket_no"])


def wait_for_effects(database_url: str, ticket_no: str) -> None:
    """The complaint's side effects were carried out by relay and worker: effects written, nothing left in the outbox."""

    def done() -> bool:
        with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
            row = connection.execute("SELECT (SELECT count(*) FROM effect), (SELECT count(*) FROM outbox)").fetchone()
            return row is not None and row[0] > 0 and row[1] == 0

    wait_for(f"effects of {ticket_no}", EFFECT_SECONDS, done)
    say(f"ok effects of {ticket_no}")


def all_run(running: list[subprocess.Popen[bytes]]) -> bool:
    """True; raises where a process has ended by itself."""
    ended = [
        f"{role}: {code}" for role, process in zip(ROLES, running, strict=True) if (code := process.poll()) is not None
    ]
    if ended:
        raise RuntimeError(f"ended by themselves: {ended}")
    return True


def stop(running: list[subprocess.Popen[bytes]]) -> None:
    """SIGTERM ends every role in time and with exit code 0."""
    for process in running:
        process.send_signal(signal.SIGTERM)
    codes = {
        f"{role} {process.pid}": process.wait(timeout=STOP_SECONDS)
        for role, process in zip(ROLES, running, strict=True)
    }
    if any(codes.values()):
        raise RuntimeError(f"not a clean stop: {codes}")
    say("ok clean stop")


def run(folder: Path) -> None:
    """The whole round."""
    home, logs, services = folder / "home", folder / "logs", folder / "services"
    for part in (home, logs, services):
        part.mkdir()
    if os.geteuid() == 0:
        os.chown(services, pwd.getpwnam("postgres").pw_uid, -1)
    with postgres(services) as database_url, redis(services) as redis_url:
        env = environment(home, database_url, redis_url)
        hotline(env, "db", "upgrade")
        (home / "units.csv").write_text(UNITS, encoding="utf-8")
        hotline(env, "import", "units", "units.csv")
        intake = make_token(env, "smoke.desk", "operator", "intake")
        watching = make_token(env, "smoke.watch", "system_admin", "metrics")
        site = f"http://{env['HOTLINE_BIND']}"
        with processes(env, logs) as running:
            wait_for("the site", START_SECONDS, lambda: all_run(running) and fetch(f"{site}/readyz")[0] == 200)
            ringing = f"http://{env['HOTLINE_RINGING_BIND']}"
            wait_for(
                "the ringing desks", START_SECONDS, lambda: all_run(running) and fetch(f"{ringing}/healthz")[0] == 200
            )
            desks = f"http://{env['HOTLINE_DESKS_BIND']}"
            wait_for("the open desks", START_SECONDS, lambda: all_run(running) and fetch(f"{desks}/readyz")[0] == 200)
            check_pages(site, watching)
            wait_for_effects(database_url, take_complaint(site, intake))
            hotline(env, "audit", "verify")
            say("ok audit verify")
            all_run(running)
            stop(running)


def main() -> int:
    """Exit code 0 when all held; else the reason and the end of each log on stderr."""
    folder = Path(tempfile.mkdtemp(prefix="hotline-smoke-"))
    folder.chmod(0o755)
    try:
        run(folder)
    except Exception as error:  # noqa: BLE001 - whatever went wrong, the logs tell more
        for log in sorted(folder.glob("logs/*.log")):
            print(f"--- {log.name}\n{log.read_text(errors='replace')[-3000:]}", file=sys.stderr)
        print(f"smoke: FAILED: {error}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    say("passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
