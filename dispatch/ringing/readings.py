"""``/metrics`` and readiness of the ringing process: does it hear, who listens, what it could not promise."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, Flask, Response, current_app
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from dispatch.kernel.health import NEEDED
from dispatch.kernel.metrics import CONTENT_TYPE, require_reader
from dispatch.kernel.route_rules import public
from dispatch.ringing.streams import Streams
from dispatch.ringing.views import EXTENSION

blueprint = Blueprint("ringing_readings", __name__)


class _Readings(Collector):
    def __init__(self, streams: Streams) -> None:
        self._streams = streams

    def collect(self) -> Iterable[Metric]:
        streams = self._streams
        return (
            GaugeMetricFamily("hotline_ringing_hears", "Whether the database tells of calls.", streams.is_hearing),
            GaugeMetricFamily("hotline_ringing_streams", "Desks' pages that listen.", streams.count()),
            CounterMetricFamily("hotline_ringing_woken", "Pages told to ask for their call.", streams.woken),
            CounterMetricFamily("hotline_ringing_refused", "Pages told to ask by themselves.", streams.refused),
        )


@blueprint.get("/metrics")
@public("as /metrics of the web role: no token from this machine, the permission from elsewhere")
def metrics() -> Response:
    """What Prometheus should know of this process; no question to the database."""
    require_reader()
    registry = CollectorRegistry()
    registry.register(_Readings(current_app.extensions[EXTENSION]))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE)


def install(app: Flask) -> None:
    """The route, and that this process is ready only while it hears."""
    app.register_blueprint(blueprint)
    app.extensions[NEEDED] = {"ringing": lambda: "ok" if app.extensions[EXTENSION].is_hearing else "deaf"}
