"""The front page: everyone lands where their work is."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template

from dispatch.console.layout import nav_entries
from dispatch.kernel.route_rules import requires

blueprint = Blueprint("console_home", __name__)


@blueprint.get("/")
@requires()
def home() -> Any:
    """On to the first page of the person's navigation; a page that says so where there is none."""
    entries = nav_entries()
    if entries:
        return redirect(entries[0].url, 303)
    return render_template("console/nothing.html")
