"""Running the services' binaries: a clean environment, the right user, and a look at what is still alive."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

DAC_READ_SEARCH = 1 << 2  # linux/capability.h


class ServiceError(Exception):
    """An embedded service cannot be started, reached or stopped; the message is one clear Chinese sentence."""


def clean_environment() -> dict[str, str]:
    """What a server may know of its starter: no PG* variable, no locale, no secret."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "TMPDIR") if name in os.environ}
    return {"PATH": os.defpath, **kept, "LC_ALL": "C", "TZ": "UTC"}


def folder_owner(folder: Path) -> tuple[int, int]:
    """(uid, gid) of whoever owns the service's ``folder``, ourselves where it is still to be made.

    Only root may act for another owner; anyone else is told whose folder it is.
    """
    uid = os.geteuid()
    try:
        found = folder.stat()
    except FileNotFoundError:
        return uid, os.getegid()
    if uid not in (0, found.st_uid):
        raise ServiceError(f"{folder} 属于另一个用户(用户号 {found.st_uid});请用该用户运行，或以 HOTLINE_HOME 另指一处")
    return found.st_uid, found.st_gid


def nobody() -> tuple[int, int]:
    """(uid, gid) that a server which refuses to be root runs as instead."""
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise ServiceError("以 root 运行时需要系统用户 nobody 来运行 PostgreSQL,本机没有") from None
    return entry.pw_uid, entry.pw_gid


def run_as(owner: tuple[int, int], command: Sequence[object], *, seconds: float = 90) -> tuple[int, str]:
    """Run ``command`` as ``owner`` to its end; its exit code and what it said (both streams).

    Root steps down with setpriv and leaves only the right to read and pass any folder, where root itself has it: so
    a server runs below a 0700 folder and no permission is changed.
    """
    arguments = [*step_down(owner), *map(str, command)]
    with subprocess.Popen(
        arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=clean_environment(),
        cwd="/", start_new_session=True,
    ) as process:  # fmt: skip
        try:
            said, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            raise ServiceError(f"{Path(str(command[0])).name} 在 {seconds:.0f} 秒内没有结束") from None
    return process.returncode, said.decode("utf-8", "replace").strip()


def step_down(owner: tuple[int, int]) -> list[str]:
    """What goes before a command so that root runs it as ``owner``; nothing where we are the owner ourselves."""
    if os.geteuid() == owner[0]:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise ServiceError("以 root 运行时需要 setpriv(软件包 util-linux)")
    kept = "-all,+dac_read_search" if _has_dac_read_search() else "-all"
    capabilities = [f"--{kind}={kept}" for kind in ("inh-caps", "ambient-caps", "bounding-set")]
    return [setpriv, f"--reuid={owner[0]}", f"--regid={owner[1]}", "--clear-groups", *capabilities, "--"]


def _has_dac_read_search() -> bool:
    """Containers often start root without this capability; then setpriv could not pass it on."""
    status = Path("/proc/self/status").read_text("ascii", "replace")
    held = next((line for line in status.splitlines() if line.startswith("CapEff:")), "CapEff: 0")
    return bool(int(held.split()[1], 16) & DAC_READ_SEARCH)


def living_in(folder: Path, name: str) -> set[int]:
    """Processes called ``name`` that work in ``folder`` or were told of it; zombies are not alive."""
    return {
        int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and _lives(entry, folder, name)
    }


def _lives(entry: Path, folder: Path, name: str) -> bool:
    try:
        before, _, after = (entry / "stat").read_bytes().rpartition(b")")
        if before.partition(b"(")[2] != name.encode() or after.split()[0] in (b"Z", b"X"):
            return False
        if os.fsencode(folder) in (entry / "cmdline").read_bytes().split(b"\0"):
            return True
        return (entry / "cwd").readlink() in (folder, folder.with_name(f"{folder.name} (deleted)"))
    except OSError:  # ended meanwhile, or another user's
        return False


def wait_until(condition: Callable[[], bool], seconds: float, *, pause_seconds: float = 0.02) -> bool:
    """Ask ``condition`` again and again for at most ``seconds``; whether it came true."""
    patience = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > patience:
            return False
        time.sleep(pause_seconds)
    return True
