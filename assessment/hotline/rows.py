"""The hotline's accuracy as words: strings of the exchange table, the same for the API and for the file. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assessment.hotline.queries import Accuracy
from assessment.metrics import PERCENT, wilson

DECIMALS = 2


def percents(one: Accuracy) -> tuple[str, str, str]:
    """Rate, lower and upper end of its Wilson interval in percent; empty where nothing was dispatched."""
    if not one.dispatched:
        return "", "", ""
    low, high = wilson(one.rate)
    return one.rate.percent(DECIMALS), f"{low * PERCENT:.{DECIMALS}f}", f"{high * PERCENT:.{DECIMALS}f}"


def accuracy_rows(found: Sequence[Accuracy], _: Callable[[str], str]) -> tuple[list[str], list[list[str]]]:
    """One row per period, in the columns of the page."""
    interval = _("威尔逊区间")
    heads = [_("周期"), _("首派准确率") + "%", _("已派出"), _("曾退回"), _("待再派"), _("剔除")]
    heads += [f"{interval}% ≥", f"{interval}% ≤"]
    rows = []
    for one in found:
        rate, low, high = percents(one)
        numbers = (one.dispatched, one.returned, one.waiting, one.excluded)
        rows.append([one.period.name, rate, *map(str, numbers), low, high])
    return heads, rows
