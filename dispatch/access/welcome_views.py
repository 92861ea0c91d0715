"""``/welcome/<token>``: a person sets the own password by the link that was handed over. Looking at it spends nothing."""

from __future__ import annotations

import math
import time
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request

from dispatch.access import invites, passwords
from dispatch.access.guard import public
from dispatch.kernel.application import machine_now
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.guessing import SharedFuse
from dispatch.kernel.i18n import gettext as _

# Links cannot be guessed; this keeps one address from keeping the processor busy with hashing.
by_address = SharedFuse("welcome", per_second=1 / 5, burst=30)

blueprint = Blueprint("welcome", __name__, template_folder="templates")


@blueprint.get(f"{invites.PATH}<token>")
@public("the link, handed to the person alone, stands for a log-in")
def look(token: str) -> Any:
    """Room for a password; what opens links by itself changes nothing."""
    return _page(token)


@blueprint.post(f"{invites.PATH}<token>")
@public("the link, handed to the person alone, stands for a log-in")
def set_password(token: str) -> Any:
    """Keep the password, once; then on to the log-in."""
    if wait := by_address.take(request.remote_addr or "", time.monotonic()):
        error = _("提交次数过多，请稍后再试。")
        return _show(error=error), 429, {"Retry-After": str(math.ceil(wait))}
    password = request.form.get("password", "")[: passwords.LONGEST + 1]
    if password != request.form.get("again", "")[: passwords.LONGEST + 1]:
        return _page(token, _("两次输入的口令不一样。"))
    try:
        with transaction() as session:
            invites.accept(session, token, password, at=machine_now())
    except DomainError as error:
        return _page(token, _(error.message))
    flash(_("口令已设好，请登录。"), "good")
    return redirect("/login", 303)


def _page(token: str, fault: str | None = None) -> Any:
    try:
        with transaction() as session:
            account = invites.invited(session, token, at=machine_now())
            page = _show(login=account.login, name=account.name, fault=fault)
    except DomainError as error:
        return _show(error=_(error.message)), error.status
    return page if fault is None else (page, 422)


def _show(
    *, login: str | None = None, name: str | None = None, fault: str | None = None, error: str | None = None
) -> str:
    return render_template("access/welcome.html", login=login, name=name, fault=fault, error=error)
