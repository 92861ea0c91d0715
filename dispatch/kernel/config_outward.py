"""Where citizens are reached: the ways out of this machine, and what their configuration may look like."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
SUBMISSION, SUBMISSION_TLS = 587, 465


@dataclass(frozen=True, slots=True)
class MailServer:
    """A mail server that takes our messages. ``is_tls``: from the first byte; else STARTTLS, but on this machine itself."""

    host: str
    port: int
    is_tls: bool
    user: str | None = field(repr=False)
    password: str | None = field(repr=False)

    @property
    def is_local(self) -> bool:
        """On this machine, where nobody listens between."""
        return self.host in LOOPBACK


def https_url(text: str) -> str:
    """An address of the web, by HTTPS unless it is on this machine; without query, password or a slash at its end."""
    try:
        parts = urlsplit(text)
        _ = parts.port  # read for its check
    except ValueError:
        raise ValueError("不是合法的地址") from None
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ValueError("须以 https:// 开头")
    if not parts.hostname or parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("须为不带口令和参数的地址")
    if not re.fullmatch(r"[!-~]+", text):
        raise ValueError("不能含空格或非 ASCII 字符")
    return text.rstrip("/")


def origin(text: str) -> str:
    """Scheme, host and port of the web and nothing else, as a security policy names it."""
    url = https_url(text)
    if urlsplit(url).path:
        raise ValueError("只能是协议、主机和端口，不带路径")
    return url


def mail_server(text: str) -> MailServer:
    """``smtp://user:password@host:587`` (STARTTLS) or ``smtps://…`` (TLS); user and password percent-encoded, or none."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError("不是合法的地址") from None
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError("须为 smtp://主机：端口 或 smtps://主机：端口")
    if (parts.username is None) != (parts.password is None):
        raise ValueError("的用户名和口令须同时给出")
    is_tls = parts.scheme == "smtps"
    return MailServer(
        host=parts.hostname,
        port=port or (SUBMISSION_TLS if is_tls else SUBMISSION),
        is_tls=is_tls,
        user=unquote(parts.username) if parts.username is not None else None,
        password=unquote(parts.password) if parts.password is not None else None,
    )


def bearer_token(text: str) -> str:
    """What fits into an Authorization header."""
    if not re.fullmatch(r"[A-Za-z0-9._~+/=-]{8,4096}", text):
        raise ValueError("须为至少 8 个字符的令牌，只含字母、数字和 . _ ~ + / = -")
    return text


def mail_address(text: str) -> str:
    """A plain address, without a name."""
    if not re.fullmatch(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", text) or len(text) > 254:
        raise ValueError("不是邮箱地址")
    return text
