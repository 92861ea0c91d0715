"""One row of tickets.csv (design §9): what each column may hold, and which rows contradict themselves. Pure."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import Any, Final, NamedTuple

from dispatch.exchange.csvfile import Row
from dispatch.exchange.rejects import Reject
from dispatch.kernel.canonical import instant
from dispatch.kernel.errors import DomainError
from dispatch.limits.parse import parse_instant

KINDS: Final = ("consultation", "help", "complaint", "report", "suggestion", "praise")
CHANNELS: Final = ("phone", "web", "wechat", "app", "email", "letter", "walk_in", "transfer", "grid", "other")
SOLVED: Final = ("yes", "partly", "no")
SATISFACTION: Final = ("satisfied", "basically", "dissatisfied")
CLOCK_TOLERANCE: Final = timedelta(minutes=5)

# Characters. A number is a key, a category is a label; the words may be long, but no description is a book.
NUMBER_LIMIT: Final = 200
CATEGORY_LIMIT: Final = 200
LINE_LIMIT: Final = 2_000
TEXT_LIMIT: Final = 100_000
COUNT_LIMIT: Final = 32_767

# So far from the ends of the calendar that the business time zone can show the instant.
EARLIEST, LATEST = "0001-01-02", "9999-12-31T16"

_PLAIN_LENGTH: Final = len("2026-10-01T09:00:00+08:00")
_INSTANT_REASON: Final = "应为带时区偏移的 ISO 8601 时间，例如 2026-10-01T09:00:00+08:00"


class Facts(NamedTuple):
    """A sound row, its columns in the order of the file. Instants are canonical text (UTC, fixed width), so they compare as text."""

    ticket_no: str
    kind: str
    channel: str | None
    category: str | None
    received_at: str
    dispatched_at: str | None
    due_at: str | None
    unit_code: str | None
    acknowledged_at: str | None
    first_contact_at: str | None
    completed_at: str | None
    followed_up_at: str | None
    reached: bool | None
    contacted: bool | None
    solved: str | None
    satisfaction: str | None
    excluded: bool
    returns: int
    redos: int
    title: str | None
    text: str | None
    address: str | None
    explained: bool | None


OPTIONAL: Final = ("explained",)
REQUIRED: Final = tuple(name for name in Facts._fields if name not in OPTIONAL)
_DONE_AFTER_DISPATCH: Final = ("acknowledged_at", "first_contact_at", "completed_at", "followed_up_at")

Read = Callable[[str], Any]


class RowChecker:
    """Checks rows against the known units and against the clock: nothing but a due time lies in the future."""

    def __init__(self, unit_codes: Container[str], *, at: datetime) -> None:
        self._latest = instant(at + CLOCK_TOLERANCE)
        unit: tuple[Read, str] = partial(_known, unit_codes), "没有这个单位编码，请先导入单位目录"
        readers = {**_READERS, "unit_code": unit}
        self._readers = [(name, readers[name][0], readers[name][1]) for name in Facts._fields]

    def check(self, row: Row) -> Facts | list[Reject]:
        """The row's facts, or every fault in it: first of single columns, and where there is none, of columns together."""
        values: list[Any] = []
        faults: list[Reject] = []
        for (column, read, reason), cell in zip(self._readers, row.cells, strict=True):
            try:
                values.append(read(cell))
            except (KeyError, ValueError, OverflowError, DomainError):
                faults.append(Reject(row.line, column, reason))
        if faults:
            return faults
        facts = Facts(*values)
        faults = [Reject(row.line, column, reason) for column, reason in self._contradictions(facts)]
        return faults or facts

    def _contradictions(self, facts: Facts) -> Iterator[tuple[str, str]]:
        if facts.unit_code and not facts.dispatched_at:
            yield "dispatched_at", "填了 unit_code 就必须填 dispatched_at"
        if facts.dispatched_at and not facts.unit_code:
            yield "unit_code", "填了 dispatched_at 就必须填 unit_code"
        if facts.received_at > self._latest:
            yield "received_at", "晚于当前时间"
        yield from self._disorder(facts)
        if not facts.reached:
            for column in ("contacted", "solved", "satisfaction"):
                if getattr(facts, column) is not None:
                    yield column, "reached 不是 true 时应为空"

    def _disorder(self, facts: Facts) -> Iterator[tuple[str, str]]:
        start, name = facts.received_at, "received_at"
        if facts.dispatched_at:
            if facts.dispatched_at < start:
                yield "dispatched_at", "早于 received_at"
            if facts.dispatched_at > self._latest:
                yield "dispatched_at", "晚于当前时间"
            start, name = facts.dispatched_at, "dispatched_at"
        if facts.due_at and facts.due_at < start:
            yield "due_at", f"早于 {name}"
        for column in _DONE_AFTER_DISPATCH:
            done = getattr(facts, column)
            if done and done < start:
                yield column, f"早于 {name}"
            elif done and done > self._latest:
                yield column, "晚于当前时间"


def read_instant(text: str) -> str:
    """ISO 8601 with offset as :func:`canonical.instant` writes it. Raises ValueError, OverflowError or DomainError."""
    minute = _MINUTES.get(text[13:19])
    if minute is not None and len(text) == _PLAIN_LENGTH and text.endswith(":00"):  # whole hours apart from UTC
        stamp = _utc_hour(text[:13], text[19:]) + minute
    else:
        stamp = instant(parse_instant(text))
    if not EARLIEST < stamp < LATEST:
        raise ValueError("it could not be shown")
    return stamp


@lru_cache(maxsize=1 << 16)
def _utc_hour(hour: str, offset: str) -> str:
    """``2026-10-01T09`` with its offset, in UTC. A few thousand of them make up the instants of a million rows."""
    return instant(parse_instant(f"{hour}:00:00{offset}"))[:13]


# What stays as it is where a time zone is whole hours apart: minutes and seconds, as ``canonical.instant`` writes them.
_MINUTES: Final = {
    f":{rest // 60:02}:{rest % 60:02}": f":{rest // 60:02}:{rest % 60:02}.000000Z" for rest in range(3600)
}


def _maybe_instant(text: str) -> str | None:
    return read_instant(text) if text else None


def _known(codes: Container[str], text: str) -> str | None:
    if text and text not in codes:
        raise KeyError
    return text or None


def _count(text: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdecimal() and len(text) <= 5) or int(text) > COUNT_LIMIT:
        raise ValueError
    return int(text)


def _number(text: str) -> str:
    if len(text) > NUMBER_LIMIT or not text.strip():
        raise ValueError
    return text


def _words(limit: int) -> tuple[Read, str]:
    def read(text: str) -> str | None:
        if len(text) > limit:
            raise ValueError
        return text or None

    return read, f"超过 {limit} 个字符"


def _choice(names: tuple[str, ...], **extra: Any) -> tuple[Read, str]:
    """One of ``names``; ``empty`` (if given) is what an empty cell means."""
    allowed: Mapping[str, Any] = {name: name for name in names} | ({"": extra["empty"]} if extra else {})
    return allowed.__getitem__, f"应为 {'、'.join(names)} 之一{',可为空' if extra else ',不能为空'}"


def _boolean(*, empty: bool | None) -> tuple[Read, str]:
    allowed: Mapping[str, Any] = {"true": True, "false": False, "": empty}
    return allowed.__getitem__, "应为 true 或 false,可为空"


_MAYBE_INSTANT: Final = (_maybe_instant, f"{_INSTANT_REASON},可为空")
_COUNT: Final = (_count, f"应为 0 到 {COUNT_LIMIT} 的整数，可为空")
_READERS: Final[Mapping[str, tuple[Read, str]]] = {
    "ticket_no": (_number, f"不能为空，不超过 {NUMBER_LIMIT} 个字符"),
    "kind": _choice(KINDS),
    "channel": _choice(CHANNELS, empty=None),
    "category": _words(CATEGORY_LIMIT),
    "received_at": (read_instant, f"{_INSTANT_REASON},不能为空"),
    "dispatched_at": _MAYBE_INSTANT,
    "due_at": _MAYBE_INSTANT,
    "acknowledged_at": _MAYBE_INSTANT,
    "first_contact_at": _MAYBE_INSTANT,
    "completed_at": _MAYBE_INSTANT,
    "followed_up_at": _MAYBE_INSTANT,
    "reached": _boolean(empty=None),
    "contacted": _boolean(empty=None),
    "solved": _choice(SOLVED, empty=None),
    "satisfaction": _choice(SATISFACTION, empty=None),
    "excluded": _boolean(empty=False),
    "returns": _COUNT,
    "redos": _COUNT,
    "title": _words(LINE_LIMIT),
    "text": _words(TEXT_LIMIT),
    "address": _words(LINE_LIMIT),
    "explained": _boolean(empty=None),
}
