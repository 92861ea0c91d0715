"""查询进展: the citizen's page, for everybody who knows a ticket's number and its code. No log-in, no script needed."""

from __future__ import annotations

import ipaddress
import math
import time
from typing import Any

from flask import Blueprint, render_template, request

from dispatch.console.timing import moment
from dispatch.kernel.application import runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.guessing import SharedFuse
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.route_rules import public
from dispatch.notices.codes import tidy
from dispatch.notices.progress import progress_of

LONGEST_NUMBER = 40
IPV6_HOUSEHOLD = 64  # bits: what one customer of a provider has

# Guessing: a code has 2^32 values. A number takes 10 tries and then one every 3 minutes; a whole office behind one address
# may ask 60 times and then once every 5 seconds.
by_number = SharedFuse("progress-number", per_second=1 / 180, burst=10)
by_address = SharedFuse("progress-address", per_second=1 / 5, burst=60)

blueprint = Blueprint("console_progress", __name__)


@blueprint.get("/progress")
@public("citizens have no account; the page asks for number and code")
def ask() -> Any:
    """The form; the number may come with the link."""
    return _form(tidy(request.args.get("number", ""))[:LONGEST_NUMBER])


@blueprint.post("/progress")
@public("the code, made from a key and told to the caller alone, stands for a log-in")
def show() -> Any:
    """How the matter stands. A wrong code and an unknown number are answered alike."""
    number = tidy(request.form.get("number", ""))[:LONGEST_NUMBER]
    wait = max(
        by_address.take(household(request.remote_addr), time.monotonic()), by_number.take(number, time.monotonic())
    )
    if wait:
        return _form(number, _("查询次数过多，请稍后再试，或拨打 12345。")), 429, {"Retry-After": str(math.ceil(wait))}
    with transaction() as session:
        found = progress_of(session, number, request.form.get("code", ""), vault=runtime().vault, at=moment())
    if found is None:
        return _form(number, _("工单号或查询码不正确，请对照收到的消息核对。")), 404
    return render_template("progress/ticket.html", found=found)


def _form(number: str, error: str | None = None) -> str:
    return render_template("progress/ask.html", number=number, error=error)


def household(sender: str | None) -> str:
    """Who asks, as far as counting goes: an IPv6 customer has more addresses than we remember."""
    try:
        address = ipaddress.ip_address(sender or "")
    except ValueError:
        return ""
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, IPV6_HOUSEHOLD), strict=False))
