"""An outage told once when it begins and once when it is over, instead of in every round of a loop."""

from __future__ import annotations

import time

from structlog.stdlib import BoundLogger

from dispatch.kernel.privacy import describe_error


class Trouble:
    """What ``name`` is kept from its work by."""

    def __init__(self, log: BoundLogger, name: str) -> None:
        self._log = log
        self._name = name
        self._kind: type[BaseException] | None = None
        self._since = 0.0

    def met(self, error: BaseException) -> None:
        """Log ``error`` unless one of its kind was met last."""
        if self._kind is None:
            self._since = time.monotonic()
        if self._kind is not type(error):
            self._kind = type(error)
            self._log.warning(f"{self._name}.waits", reason=describe_error(error))

    def over(self) -> None:
        """Work goes on."""
        if self._kind is not None:
            self._kind = None
            self._log.info(f"{self._name}.goes_on", seconds=round(time.monotonic() - self._since, 1))
