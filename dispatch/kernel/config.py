"""Configuration: every HOTLINE_* variable, checked once at start. A wrong value names its variable."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

from dispatch.kernel import config_outward as outward
from dispatch.kernel import config_values as values
from dispatch.kernel.config_outward import MailServer
from dispatch.kernel.config_values import ConfigError
from dispatch.kernel.secret_files import SecretFiles

__all__ = ["VARIABLES", "Config", "ConfigError", "home_folder"]

T = TypeVar("T")

VARIABLES = {
    "HOTLINE_HOME": "var",
    "HOTLINE_DATABASE_URL": "postgresql+psycopg://hotline:口令@db.example:5432/hotline",
    "HOTLINE_REDIS_URL": "redis://redis.example:6379/0",
    "HOTLINE_SECRET_KEY": "至少 32 个随机字符",
    "HOTLINE_VAULT_KEYS": "k1:<32 字节的 base64>",
    "HOTLINE_BLIND_INDEX_KEYS": "1:<32 字节的 base64>",
    "HOTLINE_TIME_ZONE": "Asia/Shanghai",
    "HOTLINE_CLOCK": "system",
    "HOTLINE_BIND": "127.0.0.1:12345",
    "HOTLINE_SOCKET": "/run/hotline/web.sock",
    "HOTLINE_WORKERS": "2",
    "HOTLINE_EFFECTS_AT_ONCE": "50",
    "HOTLINE_LOG_LEVEL": "INFO",
    "HOTLINE_LOG_FORMAT": "json",
    "HOTLINE_COOKIE_SECURE": "true",
    "HOTLINE_SHARED_BUFFERS": "256MB",
    "HOTLINE_TRUSTED_PROXIES": "1",
    "HOTLINE_COMMIT": "be6dccb",
    "HOTLINE_PUBLIC_URL": "https://12345.example",
    "HOTLINE_SMS_URL": "https://sms.example/send",
    "HOTLINE_SMS_TOKEN": "网关发给的令牌",
    "HOTLINE_MAIL_URL": "smtp://用户:口令@mail.example:587",
    "HOTLINE_MAIL_FROM": "12345@mail.example",
    "HOTLINE_PUBLIC_RANKINGS": "true",
    "HOTLINE_RINGING_BIND": "127.0.0.1:12346",
    "HOTLINE_RINGING_URL": "http://127.0.0.1:12346",
    "HOTLINE_RINGING_STREAMS": "400",
    "HOTLINE_DESKS_BIND": "127.0.0.1:12347",
}
"""Each variable with the example that its error message shows."""

NOT_OURS = {"HOTLINE_SHARED_DATA", "HOTLINE_DEEP"}
"""Read by the tests alone: known, so not warned about."""


@dataclass(frozen=True)
class Config:
    """The checked configuration. Secrets and addresses (which may hold passwords) never show in its repr.

    ``database_url`` and ``redis_url`` are None where the embedded service serves. The first of ``vault_keys`` encrypts,
    all decrypt; the highest version of ``blind_index_keys`` is written, all are searched. ``effects_at_once`` is how many
    effects a worker does in one transaction at most. ``trusted_proxies`` is how many proxies in front may say who the client
    is; ``commit`` is what the release was built from. ``public_url`` is where citizens reach this site; without ``sms_url`` or
    ``mail_server`` they are told things on their own page only. ``shows_rankings``: published rankings are open to everybody.
    ``ringing_bind``, ``ringing_streams``: where the process of the ringing desks listens and how many desks it takes;
    ``ringing_url``: where browsers reach it, None for the console's own address (a proxy in front passes the path on).
    ``desks_bind``: where ``hotline desks`` listens, to which a proxy in front may send the questions of open worklists;
    ``socket``: where the web server listens in place of ``bind``, for a proxy on this machine.
    """

    home: Path
    database_url: str | None = field(repr=False)
    redis_url: str | None = field(repr=False)
    secret_key: str = field(repr=False)
    vault_keys: Mapping[str, bytes] = field(repr=False, hash=False)
    blind_index_keys: Mapping[int, bytes] = field(repr=False, hash=False)
    time_zone: ZoneInfo
    clock: Literal["system", "database"]
    bind: str
    workers: int
    log_level: str
    log_format: Literal["json", "console"]
    cookie_secure: bool
    shared_buffers: str
    effects_at_once: int = 50
    trusted_proxies: int = 0
    commit: str | None = None
    public_url: str | None = None
    sms_url: str | None = None
    sms_token: str | None = field(default=None, repr=False)
    mail_server: MailServer | None = None
    mail_from: str | None = None
    shows_rankings: bool = False
    ringing_bind: str = "127.0.0.1:12346"
    ringing_url: str | None = None
    ringing_streams: int = 400
    desks_bind: str = "127.0.0.1:12347"
    socket: Path | None = None
    warnings: tuple[str, ...] = ()

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Config:
        """Read and check ``environ``; an empty value counts as unset. Raises ConfigError (Chinese, with an example).

        With the embedded database, secrets that are not given are made once under HOTLINE_HOME/secrets.
        """
        read = _Reader(environ)
        home = home_folder(environ)
        database_url = read.optional("HOTLINE_DATABASE_URL", values.database_url)
        bind = read.checked("HOTLINE_BIND", values.address, "127.0.0.1:12345")
        ringing_bind = read.checked("HOTLINE_RINGING_BIND", values.address, values.next_port(bind))
        cookie_secure = read.checked("HOTLINE_COOKIE_SECURE", values.boolean, "false")
        files = SecretFiles(home) if database_url is None else None
        return cls(
            home=home,
            database_url=database_url,
            redis_url=read.optional("HOTLINE_REDIS_URL", values.redis_url),
            secret_key=read.secret("HOTLINE_SECRET_KEY", values.secret_key, files),
            vault_keys=read.secret("HOTLINE_VAULT_KEYS", values.vault_keys, files),
            blind_index_keys=read.secret("HOTLINE_BLIND_INDEX_KEYS", values.blind_index_keys, files),
            time_zone=read.checked("HOTLINE_TIME_ZONE", values.time_zone, "Asia/Shanghai"),
            clock=read.checked("HOTLINE_CLOCK", values.clock, "system"),
            bind=bind,
            workers=read.checked("HOTLINE_WORKERS", values.workers, "2"),
            effects_at_once=read.checked("HOTLINE_EFFECTS_AT_ONCE", values.effects, "50"),
            log_level=read.checked("HOTLINE_LOG_LEVEL", values.log_level, "INFO"),
            log_format=read.checked("HOTLINE_LOG_FORMAT", values.log_format, "json"),
            cookie_secure=cookie_secure,
            shared_buffers=read.checked("HOTLINE_SHARED_BUFFERS", values.memory, "256MB"),
            trusted_proxies=read.checked("HOTLINE_TRUSTED_PROXIES", values.proxies, "0"),
            commit=read.optional("HOTLINE_COMMIT", values.commit),
            public_url=read.optional("HOTLINE_PUBLIC_URL", outward.https_url),
            sms_url=read.optional("HOTLINE_SMS_URL", outward.https_url),
            sms_token=read.with_other("HOTLINE_SMS_TOKEN", outward.bearer_token, "HOTLINE_SMS_URL", home),
            mail_server=read.optional("HOTLINE_MAIL_URL", outward.mail_server),
            mail_from=read.with_other("HOTLINE_MAIL_FROM", outward.mail_address, "HOTLINE_MAIL_URL", home),
            shows_rankings=read.checked("HOTLINE_PUBLIC_RANKINGS", values.boolean, "false"),
            ringing_bind=ringing_bind,
            ringing_url=read.optional("HOTLINE_RINGING_URL", outward.origin),
            ringing_streams=read.checked("HOTLINE_RINGING_STREAMS", values.streams, "400"),
            desks_bind=read.checked("HOTLINE_DESKS_BIND", values.address, values.next_port(ringing_bind)),
            socket=read.behind_a_proxy("HOTLINE_SOCKET", values.socket),
            warnings=(*_unknown(environ), *_open_cookies(bind, cookie_secure)),
        )

    @property
    def build(self) -> str:
        """What the release was built from, as one word that is never empty."""
        return self.commit or "none"

    @property
    def bind_host(self) -> str:
        """The host part of ``bind``, without brackets."""
        return self.bind.rpartition(":")[0].strip("[]")

    @property
    def bind_port(self) -> int:
        """The port part of ``bind``."""
        return int(self.bind.rpartition(":")[2])


class _Reader:
    """Takes variables one by one and puts the variable's name and an example on whatever is wrong with them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def text(self, name: str, default: str = "") -> str:
        return self._environ.get(name, "").strip() or default

    def checked(self, name: str, check: values.Check[T], default: str) -> T:
        try:
            return check(self.text(name, default))
        except ValueError as error:
            raise ConfigError(name, str(error), VARIABLES[name]) from None

    def optional(self, name: str, check: values.Check[T]) -> T | None:
        return self.checked(name, check, "") if self.text(name) else None

    def with_other(self, name: str, check: values.Check[T], other: str, home: Path) -> T | None:
        """What ``other`` cannot do without: from the environment, or from its file among the secrets."""
        if not self.text(other):
            return self.optional(name, check)
        given = self.text(name) or SecretFiles(home).read(name)
        if not given:
            raise ConfigError(name, f"未设置，而 {other} 已设置", VARIABLES[name])
        try:
            return check(given)
        except ValueError as error:
            raise ConfigError(name, str(error), VARIABLES[name]) from None

    def behind_a_proxy(self, name: str, check: values.Check[T]) -> T | None:
        """What nobody but a proxy reaches: without its word every caller would have the same address, which is none."""
        other = "HOTLINE_TRUSTED_PROXIES"
        if self.text(name) and not self.checked(other, values.proxies, "0"):
            raise ConfigError(other, f"须为 1 以上，因为设置了 {name}", VARIABLES[other])
        return self.optional(name, check)

    def secret(self, name: str, check: values.Check[T], files: SecretFiles | None) -> T:
        if self.text(name):
            return self.checked(name, check, "")
        if files is None:
            raise ConfigError(name, "使用外部数据库时必须设置此密钥", VARIABLES[name])
        return self.checked(name, check, files.read_or_make(name))


def environment_with_ringing(environ: Mapping[str, str], config: Config) -> dict[str, str]:
    """``environ`` for all roles on one machine: without a proxy in front, browsers of this machine reach the ringing desks' port."""
    is_open_to_them = config.socket is None and config.bind_host in outward.LOOPBACK
    is_own_machine = config.public_url is None and is_open_to_them
    where = {"HOTLINE_RINGING_URL": f"http://{config.ringing_bind}"} if is_own_machine else {}
    return {**where, **environ}


def home_folder(environ: Mapping[str, str]) -> Path:
    """HOTLINE_HOME as an absolute path: all that is needed to stop what runs there."""
    text = environ.get("HOTLINE_HOME", "").strip() or VARIABLES["HOTLINE_HOME"]
    try:
        return Path(text).expanduser().resolve()
    except (RuntimeError, OSError, ValueError):  # an unknown ~user, a loop of links, a NUL
        raise ConfigError("HOTLINE_HOME", "不是可用的路径", VARIABLES["HOTLINE_HOME"]) from None


def _unknown(environ: Mapping[str, str]) -> list[str]:
    """One warning for each HOTLINE_* variable that nobody reads, with the nearest known name."""
    found = []
    for name in sorted(environ):
        if name.startswith("HOTLINE_") and name not in VARIABLES and name not in NOT_OURS:
            near = difflib.get_close_matches(name, VARIABLES, n=1)
            found.append(f"{name}:没有这个配置项，已忽略" + (f";是否想写 {near[0]}?" if near else ""))
    return found


def _open_cookies(bind: str, cookie_secure: bool) -> list[str]:
    """Session cookies in clear text are fine on the machine itself, not on a network."""
    if cookie_secure or bind.startswith(("127.", "localhost:", "[::1]")):
        return []
    return ["HOTLINE_COOKIE_SECURE:监听地址对外开放，而登录 Cookie 未限定 HTTPS;正式运行请设为 true"]
