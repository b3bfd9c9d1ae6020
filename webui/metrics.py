"""Numbers for Prometheus: counts, durations in buckets, lengths of queues; never an id or a word.

They are given on a port of their own, on loopback, to whoever operates the machine.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, make_wsgi_app
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from archive.errors import WriteFailed
from archive.services.upkeep.gauges import gauges
from webui.desk import Desk
from webui.settings import LOOPBACK

_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)  # seconds
_ABSENT = "absent"  # the route of an address that is none


class Requests:
    """Counts what the web door answers, by route and class of status; a route has no id in it."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._answers = Counter(
            "strongroom_answers",
            "Answers of the pages and of the API.",
            ("route", "status"),
            registry=registry,
        )
        self._seconds = Histogram(
            "strongroom_answer_seconds",
            "Time until the answer was ready to be sent.",
            ("route",),
            buckets=_BUCKETS,
            registry=registry,
        )

    def watch(self, app: Flask) -> None:
        """Count every request of an app; call it before anything else is done to requests."""
        app.before_request_funcs.setdefault(None, []).insert(0, self._begin)
        app.after_request(self._answered)

    @staticmethod
    def _begin() -> None:
        g.begun = time.perf_counter()

    def _answered(self, response: Response) -> Response:
        route = request.endpoint or _ABSENT
        self._answers.labels(route, f"{response.status_code // 100}xx").inc()
        begun = g.get("begun")
        if begun is not None:
            self._seconds.labels(route).observe(time.perf_counter() - begun)
        return response


class State(Collector):
    """Reads what the archive is like at the moment that somebody asks."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def collect(self) -> Iterator[Metric]:
        """Yield the numbers."""
        now = gauges(self._desk.archive)
        kept = {"records": now.status.records, "released": now.status.released}
        kept |= {"ledger-entries": now.status.entries, "quarantined": now.status.quarantined}
        waits = {stage.value: count for stage, count in now.jobs.items()}
        waits["index"] = now.status.pending
        yield _gauge("strongroom_kept", "What the archive has.", "kind", kept)
        yield _gauge(
            "strongroom_waiting", "What waits, by the stage that it waits for.", "stage", waits
        )
        doors = {"pages": len(self._desk.sessions), "api": len(self._desk.bearers)}
        yield _gauge("strongroom_sessions", "Sessions of this process.", "door", doors)
        held = "Keyholders of the key agent, all doors together."
        yield GaugeMetricFamily("strongroom_keyholders", held, now.keyholders)
        sealed = "1 when no key is unlocked on this machine, else 0."
        yield GaugeMetricFamily("strongroom_sealed", sealed, int(now.sealed))
        tier = "1 for the tier in which readers of documents run."
        yield _gauge("strongroom_sandbox", tier, "tier", {now.tier: 1})


def _gauge(name: str, help_: str, label: str, values: dict[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, help_, labels=[label])
    for word, value in values.items():
        family.add_metric([word], value)
    return family


def measure(app: Flask, desk: Desk) -> CollectorRegistry:
    """Let an app and its archive be measured, and return where the numbers are."""
    registry = CollectorRegistry()
    Requests(registry).watch(app)
    registry.register(State(desk))
    return registry


class _Silent(WSGIRequestHandler):
    """Writes no log."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing is written."""


def _for_this_machine(inner: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Refuse requests that are addressed to another name (DNS rebinding)."""

    def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        host = urlsplit(f"//{environ.get('HTTP_HOST', '')}").hostname or ""
        if (f"[{host}]" if ":" in host else host) not in LOOPBACK:
            start("400 Bad Request", [("Content-Type", "text/plain")])
            return [b"This address is for this machine only.\n"]
        return inner(environ, start)

    return answer


@contextmanager
def told(registry: CollectorRegistry, port: int) -> Iterator[int]:
    """Give the numbers on a loopback port while the block runs; port 0 lets the system choose.

    Raises:
        WriteFailed: the port is in use or not permitted.
    """
    app = _for_this_machine(make_wsgi_app(registry))
    try:
        server = make_server("127.0.0.1", port, app, handler_class=_Silent)
    except OSError:
        raise WriteFailed(
            "That port cannot be listened on.", hint="Choose another one with --metrics-port."
        ) from None
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
