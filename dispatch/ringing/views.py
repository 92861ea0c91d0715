"""``GET /desk/ringing``: a stream of server-sent events that carries no more than "ask for your call"."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

from flask import Blueprint, Flask, Response, current_app, request, session
from flask.ctx import AppContext
from sqlalchemy.exc import SQLAlchemyError

from dispatch.access import policy, queries
from dispatch.access.guard import LOGIN_KEY
from dispatch.access.rings import desk_of
from dispatch.access.services import digest
from dispatch.kernel.application import machine_now, runtime
from dispatch.kernel.config import Config
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import Forbidden
from dispatch.kernel.person import current_person
from dispatch.kernel.problems import answer, plain_problem
from dispatch.kernel.route_rules import requires
from dispatch.ringing.streams import Stream, Streams, Woken

PATH: Final = "/desk/ringing"
PERMISSION: Final = "ticket.accept"
EXTENSION: Final = "ringing"
BEAT: Final = "RINGING_BEAT_SECONDS"
BEAT_SECONDS: Final = 15.0
ASK, STILL_HERE, BYE = "event: call\ndata: ask\n\n", ": here\n\n", "event: bye\ndata: bye\n\n"

blueprint = Blueprint("ringing", __name__)


@blueprint.get(PATH)
@requires(PERMISSION)
def ringing() -> Any:
    """The stream of this person's desk; 204 in a process that has none, so that the page goes on asking."""
    streams: Streams | None = current_app.extensions.get(EXTENSION)
    token = session.get(LOGIN_KEY)
    if streams is None or token is None:
        return "", 204
    headers = _headers(runtime().config)
    stream = streams.open(desk_of(current_person().login))
    if stream is None:
        return answer(plain_problem(503, headers=headers))
    has_ended = partial(_has_ended, current_app.app_context, digest(token))
    words = _words(stream, current_app.config[BEAT], has_ended)
    made = Response(words, mimetype="text/event-stream", headers=headers)
    made.call_on_close(lambda: streams.close(stream))
    return made


def address_of(config: Config) -> str:
    """What the desk's page is to listen to."""
    return f"{config.ringing_url or ''}{PATH}"


def _headers(config: Config) -> dict[str, str]:
    """Those of the stream; it is given to the console's own pages alone. Raises 403 to those of others."""
    headers = {"X-Accel-Buffering": "no", "Vary": "Origin"}
    origin = request.headers.get("Origin")
    if origin is None or origin == request.host_url.rstrip("/"):
        return headers
    if origin != _console(config):
        raise Forbidden
    return headers | {"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true"}


def _console(config: Config) -> str:
    scheme, separator, rest = (config.public_url or f"http://{config.bind}").partition("://")
    return f"{scheme}{separator}{rest.partition('/')[0]}"


def _words(stream: Stream, beat_seconds: float, has_ended: Callable[[], bool]) -> Iterator[str]:
    """What the page is told. It asks at once: something may have rung between its own drawing and this stream."""
    yield ASK
    looked_at = time.monotonic()
    while True:
        woken = stream.sleep(max(0.0, looked_at + beat_seconds - time.monotonic()))
        if woken is Woken.END:
            yield BYE
            return
        if time.monotonic() - looked_at >= beat_seconds:
            if has_ended():
                return
            looked_at = time.monotonic()
        yield ASK if woken is Woken.CALL else STILL_HERE


def _has_ended(context: Callable[[], AppContext], token_digest: bytes) -> bool:
    """Whether the session no longer stands, or no longer may; also where that cannot be known."""
    try:
        with context(), transaction() as db_session:
            at = machine_now()
            found = queries.person_by_session(db_session, token_digest, at=at, idle=policy.IDLE, longest=policy.LONGEST)
    except SQLAlchemyError:
        return True
    return found is None or not found.person.may(PERMISSION)


def install(app: Flask) -> None:
    """The route; the process of the streams adds them."""
    app.config.setdefault(BEAT, BEAT_SECONDS)
    app.register_blueprint(blueprint)
