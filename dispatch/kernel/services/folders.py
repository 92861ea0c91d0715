"""Folders and the lock of the embedded services: who owns them, and where a socket finds room."""

from __future__ import annotations

import fcntl
import hashlib
import os
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dispatch.kernel.services.processes import ServiceError

SOCKET_PATH_BYTES = 107
LOCK_WAIT_SECONDS = 120.0


@contextmanager
def exclusive(home: Path) -> Iterator[None]:
    """Hold the one lock of ``home``: a single process starts or stops its services. Ends with the process, even killed."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        handle = os.open(home / "services.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise ServiceError(
            f"无法写入数据目录 {home}({error.strerror});请检查权限，或以 HOTLINE_HOME 另指一处"
        ) from None
    try:
        _wait_for(handle, home)
        yield
    finally:
        os.close(handle)


def _wait_for(handle: int, home: Path) -> None:
    patience = time.monotonic() + LOCK_WAIT_SECONDS
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > patience:
                raise ServiceError(f"另一个进程占用 {home / 'services.lock'} 超过 {LOCK_WAIT_SECONDS:.0f} 秒") from None
            time.sleep(0.02)


def private_folder(folder: Path, owner: tuple[int, int]) -> Path:
    """Make ``folder`` with mode 0700 for ``owner`` (uid, gid), or check that it is so; never follows a link at its end."""
    try:
        folder.mkdir(mode=0o700)
        if owner[0] != os.geteuid():
            os.chown(folder, *owner)
    except FileExistsError:
        pass
    if not _is_private(folder, owner[0]):
        raise ServiceError(f"{folder} 不是只归本服务(用户号 {owner[0]})所有的目录；请移走它后重试")
    return folder


def socket_folder(folder: Path, file_name: str, owner: tuple[int, int]) -> Path:
    """Where the socket ``file_name`` of the service in ``folder`` lies; the folder is made where needed.

    In ``folder`` itself, else (path too long, or a comma, which libpq reads as a list) in a private folder of the temp
    dir. The choice is written down beside the data, so that a process with another TMPDIR finds the same server.
    """
    note = folder / "socket-folder"
    if _fits(folder / file_name):
        return folder
    if note.exists():
        noted = Path(os.fsdecode(note.read_bytes()))
        if noted.parent.is_dir():
            return private_folder(noted, owner)
    name = "hotline-" + hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    # A 0700 folder of our own inside, its owner checked (private_folder): nobody else can have made it.
    shared = (tempfile.gettempdir(), "/tmp", "/var/tmp")  # noqa: S108 # nosec B108
    places = [Path(place) / name for place in shared if Path(place).is_dir()]
    place = next((place for place in places if _fits(place / file_name)), None)
    if place is None:
        raise ServiceError("数据目录和临时目录的路径都太长，放不下 Unix 套接字；请把 TMPDIR 设为较短的路径")
    private_folder(place, owner)
    note.write_bytes(os.fsencode(place))
    return place


def _is_private(folder: Path, uid: int) -> bool:
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == uid and not stat.S_IMODE(found.st_mode) & 0o077


def _fits(path: Path) -> bool:
    return len(os.fsencode(path)) <= SOCKET_PATH_BYTES and "," not in str(path)


def noted_socket_folder(folder: Path, file_name: str) -> Path | None:
    """The folder of the socket as a starter left it; None where nothing was started or others could have planted it."""
    if _fits(folder / file_name):
        return folder if folder.is_dir() else None
    try:
        noted = Path(os.fsdecode((folder / "socket-folder").read_bytes()))
        return noted if _is_private(noted, folder.stat().st_uid) else None
    except OSError:
        return None
