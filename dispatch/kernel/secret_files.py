"""Secrets made once for the embedded database: one file each under HOTLINE_HOME/secrets, readable by their owner alone."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from dispatch.kernel.config_values import KEY_BYTES, ConfigError


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


MAKERS: dict[str, Callable[[], str]] = {
    "HOTLINE_SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "HOTLINE_VAULT_KEYS": lambda: f"k1:{_key()}",
    "HOTLINE_BLIND_INDEX_KEYS": lambda: f"1:{_key()}",
}

LOSS_IS_FATAL = {"HOTLINE_VAULT_KEYS", "HOTLINE_BLIND_INDEX_KEYS"}
"""Without these the reporters in an existing database can never be read again: a new one must not hide the loss."""


class SecretFiles:
    """The folder of secrets below one HOTLINE_HOME."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._folder = home / "secrets"

    def _path(self, name: str) -> Path:
        return self._folder / name.removeprefix("HOTLINE_").lower()

    def read(self, name: str) -> str | None:
        """The secret that somebody put there for the variable ``name``; None where there is none."""
        path = self._path(name)
        try:
            return path.read_text("ascii").strip() if path.exists() else None
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or "内容不是文本"
            raise ConfigError(name, f"未设置，而密钥文件 {path} 无法读取({reason})", "…") from None

    def read_or_make(self, name: str) -> str:
        """The secret of the variable ``name``; made at the first call, the same for all processes ever after.

        Raises ConfigError where it cannot be read or written, and where the database exists but its keys are gone.
        """
        path = self._path(name)
        try:
            if not path.exists():
                self._make(name, path)
            return path.read_text("ascii").strip()
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or "内容不是文本"
            raise ConfigError(name, f"未设置，而密钥文件 {path} 无法读写({reason})", "…") from None

    def _make(self, name: str, path: Path) -> None:
        if name in LOSS_IS_FATAL and any(self._home.glob("postgresql-*/data/PG_VERSION")):
            raise ConfigError(name, f"未设置，而已有数据库的密钥文件 {path} 不见了；请放回原文件或设置此项", "…")
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(MAKERS[name]() + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # fails where another process was first: its secret holds
        except FileExistsError:
            pass
        finally:
            draft.unlink()
