"""Logs: structured, to stderr alone (stdout belongs to answers), with request and job ids, without personal data."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from contextlib import AbstractContextManager
from typing import Any, Protocol, TextIO

import structlog

from dispatch.kernel.privacy import describe_error, is_personal, scrub

OWN_KEYS = {"timestamp", "level", "logger", "request_id", "job_id", "frames", "error"}
QUIET = ("alembic", "urllib3", "asyncio")
"""Libraries that talk of every step at INFO."""


class LogSettings(Protocol):
    """What logging needs of the configuration."""

    @property
    def log_level(self) -> str:
        """The least level that is logged."""

    @property
    def log_format(self) -> str:
        """``json`` or ``console``."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was doubtful in the configuration."""


def configure_logging(config: LogSettings) -> None:
    """Send all logs, ours and the libraries', to stderr in one form; then tell the configuration's warnings. Repeatable."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.PositionalArgumentsFormatter(),
        explain_error,
        hide_personal_data,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = _StderrHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(config.log_format)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(config.log_level)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    for warning in config.warnings:
        get_logger("dispatch.kernel.config").warning("config.doubtful", problem=warning)


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger: ``log.info("relay.drained", count=3)``; events are past tense, facts are keywords."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def log_context(**ids: str) -> AbstractContextManager[None]:
    """Put ``request_id=…`` or ``job_id=…`` on every line logged inside the ``with`` block, in this thread alone."""
    return structlog.contextvars.bound_contextvars(**ids)


def explain_error(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace an exception by its class, a harmless first line, and where it came from; never values or parameters."""
    caught = event.pop("exc_info", None)
    error = caught[1] if isinstance(caught, tuple) else caught
    if error is True or error == 1:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        event["error"] = describe_error(error)
        event["frames"] = [
            f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
        ]
        cause = error.__cause__ or error.__context__
        if cause is not None:
            event["cause"] = describe_error(cause)
    return event


def hide_personal_data(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask what a key or a number gives away as a person's."""
    for key, value in event.items():
        if not key.startswith("_") and (key not in OWN_KEYS or is_personal(key)):
            event[key] = scrub(value, key)
    return event


def _renderer(log_format: str) -> structlog.types.Processor:
    if log_format == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0)


class _StderrHandler(logging.StreamHandler[TextIO]):
    """Asks for stderr at every line: whoever swaps it (tests, supervisors) is followed."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)

    @property
    def stream(self) -> TextIO:
        return sys.stderr

    @stream.setter
    def stream(self, value: TextIO) -> None:
        """Fixed by design."""
