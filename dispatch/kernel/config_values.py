"""What each kind of configuration value may look like. A check returns the value or raises ValueError in Chinese."""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal, TypeVar
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

T = TypeVar("T")
Check = Callable[[str], T]

KEY_BYTES = 32
MINIMUM_SECRET_CHARACTERS = 32
MAXIMUM_WORKERS = 64
LONGEST_SOCKET = 107  # bytes
MAXIMUM_EFFECTS = 500
MAXIMUM_STREAMS = 2000  # a thread each; who needs more runs a second process behind the proxy


class ConfigError(Exception):
    """A variable is wrong or missing; the message says which, what is wrong with it, and how it should look."""

    def __init__(self, variable: str, problem: str, example: str) -> None:
        super().__init__(f"配置错误：{variable} {problem}。例：{variable}={example}")
        self.variable = variable


def database_url(text: str) -> str:
    """A PostgreSQL address in SQLAlchemy's form with the psycopg 3 driver; the plain forms are completed."""
    scheme, separator, rest = text.partition("://")
    if not separator or scheme not in ("postgres", "postgresql", "postgresql+psycopg"):
        raise ValueError("须以 postgresql:// 开头(只支持 PostgreSQL)")
    path = _split(text).path
    if len(path) < 2:
        raise ValueError("缺少数据库名")
    return f"postgresql+psycopg://{rest}"


def redis_url(text: str) -> str:
    """A Redis address: TCP, TLS or Unix socket."""
    parts = _split(text)
    if parts.scheme not in ("redis", "rediss", "unix") or not (parts.netloc or parts.path):
        raise ValueError("须以 redis://、rediss:// 或 unix:// 开头")
    return text


def _split(text: str) -> SplitResult:
    """The parts of an address; its text, which may hold a password, is never repeated in the error."""
    try:
        parts = urlsplit(text)
        _ = parts.port  # read for its check
    except ValueError:
        raise ValueError("不是合法的地址") from None
    return parts


def secret_key(text: str) -> str:
    """The key that signs sessions."""
    if len(text) < MINIMUM_SECRET_CHARACTERS:
        raise ValueError(f"太短，至少 {MINIMUM_SECRET_CHARACTERS} 个字符")
    return text


def vault_keys(text: str) -> Mapping[str, bytes]:
    """``id:base64,…`` → keys by id in the given order; each 32 bytes. The first one encrypts."""
    return MappingProxyType(dict(_keys(text)))


def blind_index_keys(text: str) -> Mapping[int, bytes]:
    """``version:base64,…`` → keys by version, a whole number from 1; each 32 bytes."""
    pairs = _keys(text)
    if not all(re.fullmatch(r"[1-9][0-9]{0,8}", version) for version, _ in pairs):
        raise ValueError("的版本号须为正整数")
    return MappingProxyType({int(version): key for version, key in pairs})


def _keys(text: str) -> list[tuple[str, bytes]]:
    pairs = []
    for part in text.split(","):
        name, separator, encoded = part.strip().partition(":")
        if not separator or not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", name):
            raise ValueError("须为“标识:base64”，多个以英文逗号分隔")
        try:
            key = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            raise ValueError(f"中 {name} 的密钥不是合法的 base64") from None
        if len(key) != KEY_BYTES:
            raise ValueError(f"中 {name} 的密钥须为 {KEY_BYTES} 字节，实为 {len(key)} 字节")
        pairs.append((name, key))
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("中有重复的标识")
    return pairs


def time_zone(text: str) -> ZoneInfo:
    """The business time zone by its IANA name."""
    try:
        return ZoneInfo(text)
    except (OSError, ValueError, KeyError):  # unknown, a folder, or a name that leaves the data's folder
        raise ValueError(f"不认识时区“{text}”") from None


def clock(text: str) -> Literal["system", "database"]:
    """Whose time holds: the machine's, or the simulated one in the database."""
    match text:
        case "system" | "database":
            return text
    raise ValueError(f"须为 system 或 database,不是“{text}”")


def log_format(text: str) -> Literal["json", "console"]:
    """How log lines look: for machines or for people."""
    match text:
        case "json" | "console":
            return text
    raise ValueError(f"须为 json 或 console,不是“{text}”")


def log_level(text: str) -> str:
    """The least level that is logged, in upper case."""
    if text.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
        raise ValueError(f"须为 DEBUG、INFO、WARNING、ERROR、CRITICAL 之一，不是“{text}”")
    return text.upper()


def address(text: str) -> str:
    """``host:port`` to listen at; IPv6 hosts in brackets."""
    match = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[^\s:\[\]]+):([0-9]{1,5})", text)
    if match is None:
        raise ValueError(f"须为“主机：端口”，不是“{text}”")
    if not 1 <= int(match[2]) <= 65535:
        raise ValueError(f"的端口须在 1–65535 之间，不是 {match[2]}")
    return text


def socket(text: str) -> Path:
    """A Unix socket by its whole path, short enough for the system."""
    if not text.startswith("/") or text.endswith("/") or len(os.fsencode(text)) > LONGEST_SOCKET or "\0" in text:
        raise ValueError(f"须为不超过 {LONGEST_SOCKET} 字节的绝对路径，不是“{text}”")
    return Path(text)


def next_port(text: str) -> str:
    """The address beside this one: the next port, or the one before the last."""
    host, _, port = text.rpartition(":")
    return f"{host}:{int(port) + (1 if int(port) < 65535 else -1)}"


def streams(text: str) -> int:
    """How many desks may listen at once."""
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 1 <= int(text) <= MAXIMUM_STREAMS:
        raise ValueError(f"须为 1–{MAXIMUM_STREAMS} 的整数，不是“{text}”")
    return int(text)


def workers(text: str) -> int:
    """How many worker processes."""
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= MAXIMUM_WORKERS:
        raise ValueError(f"须为 1–{MAXIMUM_WORKERS} 的整数，不是“{text}”")
    return int(text)


def effects(text: str) -> int:
    """How many effects go together."""
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= MAXIMUM_EFFECTS:
        raise ValueError(f"须为 1–{MAXIMUM_EFFECTS} 的整数，不是“{text}”")
    return int(text)


def proxies(text: str) -> int:
    """How many proxies in front of us add to X-Forwarded-For."""
    if not re.fullmatch(r"[0-9]", text):
        raise ValueError(f"须为 0–9 的整数，不是“{text}”")
    return int(text)


def commit(text: str) -> str:
    """The revision a release was built from."""
    if not re.fullmatch(r"[0-9a-f]{7,64}", text):
        raise ValueError("须为 7–64 位十六进制的提交号")
    return text


def boolean(text: str) -> bool:
    """Yes or no, in the spellings people use."""
    lowered = text.lower()
    if lowered in ("true", "1", "yes", "on"):
        return True
    if lowered in ("false", "0", "no", "off"):
        return False
    raise ValueError(f"须为 true 或 false,不是“{text}”")


def memory(text: str) -> str:
    """An amount of memory as PostgreSQL writes it."""
    if not re.fullmatch(r"[1-9][0-9]{0,6}(kB|MB|GB)", text):
        raise ValueError(f"须为数字加 kB、MB 或 GB,不是“{text}”")
    return text
