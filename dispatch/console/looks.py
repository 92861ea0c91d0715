"""外观: dark or light, dense or comfortable, chosen for this browser and kept in cookies that say nothing else.

Who has not chosen follows the system: style sheets alone do that (base.html), so no page flashes and none needs a script.
"""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, current_app, redirect, request

from dispatch.access.views import safe_next
from dispatch.console.big_type import A_YEAR_SECONDS
from dispatch.kernel.route_rules import public

# Of each question the first answer holds where none was given, and needs no cookie.
LOOKS: Final = {"scheme": ("system", "light", "dark"), "density": ("comfortable", "dense")}

blueprint = Blueprint("console_looks", __name__)


@blueprint.post("/look")
@public("how a page looks is no secret, and the log-in page has the switch too")
def choose_look() -> Any:
    """Keep what was chosen in this browser, and go back to where one came from."""
    answer = redirect(safe_next(request.form.get("next")), 303)
    is_secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    for name, values in LOOKS.items():
        chosen = request.form.get(name, "")
        if chosen == values[0]:
            answer.delete_cookie(_cookie(name), httponly=True, secure=is_secure, samesite="Lax")
        elif chosen in values:
            answer.set_cookie(
                _cookie(name), chosen, max_age=A_YEAR_SECONDS, httponly=True, secure=is_secure, samesite="Lax"
            )
    return answer


def look(name: str) -> str:
    """What this browser chose of ``scheme`` or ``density``."""
    kept = request.cookies.get(_cookie(name), "")
    return kept if kept in LOOKS[name] else LOOKS[name][0]


def _cookie(name: str) -> str:
    return f"hotline_{name}"
