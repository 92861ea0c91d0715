"""The floor under ``hotline desks``: an ASGI application that answers 204 to everything, under the very same settings."""

from __future__ import annotations

import os
from typing import Any

from dispatch.kernel.config import Config
from dispatch.unchanged.cli import serve


def create_app() -> Any:
    """Looks at nothing of what is asked."""

    async def nothing(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": [(b"cache-control", b"no-store")]})
        await send({"type": "http.response.body", "body": b""})

    return nothing


if __name__ == "__main__":
    serve(Config.from_environment(os.environ), "tests.bench.bare_loop:create_app")
