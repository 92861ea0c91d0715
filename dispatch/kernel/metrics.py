"""Numbers for Prometheus: what the web processes count, and readings of the database taken when someone asks."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from flask import request
from prometheus_client import REGISTRY, CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from dispatch.kernel import outbox
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import Forbidden
from dispatch.kernel.periodic import PeriodicRun
from dispatch.kernel.person import current_person
from dispatch.kernel.seals import LEAVES_PER_SEAL, STREAMS, Seal

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
PERMISSION = "system.view"
READING_TIMEOUT = "2s"

DISPATCH_SECONDS = Histogram(
    "hotline_dispatch_seconds",
    "Seconds from the arrival of a complaint to the answer that says which unit has it.",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.15, 0.3, 0.5, 1, 2.5, 5, 10),
)

log = structlog.get_logger("metrics")


@dataclass(frozen=True)
class Reading:
    """One number as of now: a gauge's name, what it means, its value and labels."""

    name: str
    meaning: str
    value: float
    labels: dict[str, str] = field(default_factory=dict)


# (session, business instant, machine instant) → readings
Source = Callable[[Session, datetime, datetime], Iterable[Reading]]


def kernel_readings(session: Session, at: datetime, machine_at: datetime) -> Iterator[Reading]:
    """Outbox, seals and periodic jobs."""
    age = outbox.oldest_age_seconds(session, at=at)
    yield Reading("outbox_oldest_age_seconds", "Age of the oldest effect that still waits.", age)
    unsealed = select(STREAMS.c.ticket_id).where(text("sealed_count < event_count")).limit(LEAVES_PER_SEAL)
    waiting = session.scalar(select(func.count()).select_from(unsealed.subquery())) or 0
    yield Reading(
        "hotline_unsealed_tickets", "Tickets whose last events no seal covers yet (counted to 10,000).", waiting
    )
    sealed_at = session.scalar(select(Seal.at).order_by(Seal.seal_id.desc()).limit(1))
    if sealed_at is not None:
        lag = (at - sealed_at).total_seconds()
        yield Reading("hotline_last_seal_age_seconds", "Age of the last seal, in business time.", lag)
    for run in session.scalars(select(PeriodicRun).order_by(PeriodicRun.name)):
        labels = {"job": run.name}
        if run.finished_at is not None:
            since = (machine_at - run.finished_at).total_seconds()
            yield Reading("hotline_periodic_age_seconds", "Seconds since a periodic job last ended.", since, labels)
        failed = 1.0 if run.last_error else 0.0
        yield Reading("hotline_periodic_failed", "Whether a periodic job's last run failed.", failed, labels)


def require_reader() -> None:
    """Prometheus on this machine needs no token, from elsewhere one of scope ``metrics``. Raises 401, 403."""
    if not _is_local() and not current_person().may(PERMISSION):
        raise Forbidden


def _is_local() -> bool:
    """Asked from this machine itself, not through a proxy on it."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


class _Readings(Collector):
    """Readings as gauges; where the database does not answer in time, only ``hotline_database_up 0``."""

    def __init__(self, sources: Iterable[Source], at: datetime, machine_at: datetime) -> None:
        self.sources, self.at, self.machine_at = tuple(sources), at, machine_at

    def collect(self) -> Iterable[Metric]:
        gauges: dict[str, GaugeMetricFamily] = {}
        is_up = 1.0
        try:
            readings = self._read()
        except SQLAlchemyError as error:
            log.warning("readings failed", error=type(error).__name__)
            readings, is_up = [], 0.0
        readings.append(Reading("hotline_database_up", "Whether the database gave its readings.", is_up))
        for reading in readings:
            if reading.name not in gauges:
                gauges[reading.name] = GaugeMetricFamily(reading.name, reading.meaning, labels=list(reading.labels))
            gauges[reading.name].add_metric(list(reading.labels.values()), reading.value)
        return gauges.values()

    def _read(self) -> list[Reading]:
        with transaction() as session:
            session.execute(text(f"SET LOCAL statement_timeout = '{READING_TIMEOUT}'"))
            return [reading for source in self.sources for reading in source(session, self.at, self.machine_at)]


def exposition(sources: Iterable[Source], *, at: datetime, machine_at: datetime) -> bytes:
    """The page that Prometheus reads: counts of all web processes and the readings of ``sources``."""
    registry = CollectorRegistry()
    registry.register(_Readings(sources, at, machine_at))
    counted = REGISTRY
    if os.environ.get(FOLDER_VARIABLE):
        counted = CollectorRegistry()
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    return bytes(generate_latest(counted)) + bytes(generate_latest(registry))
