"""The built-in schemes of rules.md §8, typed in by hand, and the periods of §7. Imports nothing of the project."""

from datetime import datetime, timedelta, timezone
from fractions import Fraction

LOCAL = timezone(timedelta(hours=8))

Span = tuple[datetime, datetime]

JUDGED = ("help", "complaint", "report")
BEIJING_WEIGHTS = {"response": Fraction(10, 100), "resolution": Fraction(50, 100), "satisfaction": Fraction(40, 100)}
XINING_WEIGHTS = {"response": Fraction(2, 10), "resolution": Fraction(4, 10), "satisfaction": Fraction(4, 10)}
SHANGHAI_WEIGHTS = {
    "first_contact": Fraction(3, 10),
    "on_time": Fraction(2, 10),
    "actual_resolution": Fraction(1, 10),
    "satisfaction": Fraction(4, 10),
}
# rules.md §8: what places a ticket, weights, the credit of `basically`, minimum, first day of a month.
SCHEMES: dict[str, tuple[str, dict[str, Fraction], Fraction, int, int]] = {
    "beijing": ("received_at", BEIJING_WEIGHTS, Fraction(9, 10), 1, 19),
    "fair": ("due_at", BEIJING_WEIGHTS, Fraction(9, 10), 30, 19),
    "xining": ("followed_up_at", XINING_WEIGHTS, Fraction(6, 10), 1, 1),
    "shanghai": ("due_at", SHANGHAI_WEIGHTS, Fraction(8, 10), 1, 1),
    "deductions": ("due_at", BEIJING_WEIGHTS, Fraction(9, 10), 1, 1),
}


def slow_period(period: str, scheme: str) -> Span:
    """Half-open, local midnights: `2026-10` by the scheme's first day, `2026-W42` from its Monday."""
    year, rest = period.split("-")
    if rest.startswith("W"):
        begin = datetime.fromisocalendar(int(year), int(rest[1:]), 1).replace(tzinfo=LOCAL)
        return begin, begin + timedelta(days=7)
    *_, first_day = SCHEMES[scheme]
    return _month(int(year), int(rest), first_day)


def slow_previous(period: str, scheme: str) -> Span:
    """The period that ends where this one begins."""
    begin, _ = slow_period(period, scheme)
    if "W" in period:
        return begin - timedelta(days=7), begin
    year, month = (int(part) for part in period.split("-"))
    *_, first_day = SCHEMES[scheme]
    return _month(year - (month == 1), 12 if month == 1 else month - 1, first_day)


def _month(year: int, month: int, first_day: int) -> Span:
    def midnight(months: int) -> datetime:
        y, m = divmod(year * 12 + month - 1 + months, 12)
        return datetime(y, m + 1, first_day, tzinfo=LOCAL)

    return (midnight(0), midnight(1)) if first_day == 1 else (midnight(-1), midnight(0))
