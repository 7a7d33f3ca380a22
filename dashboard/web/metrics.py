"""What a host can measure: counters and histograms of requests, solves, the cache and the ledger, for Prometheus.

No label says who a student is or what one did, and each has few values: kinds of addresses, ids of benches, words.

Several processes of one server write their numbers into a folder, from which whichever is asked adds them up
(``PROMETHEUS_MULTIPROC_DIR``, which must be set before prometheus_client is imported).
"""

from __future__ import annotations

import hmac
import ipaddress
import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask, Response, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from dashboard.web.instrumentation import Record

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
REFUSED = (
    "Metrics are answered on this host itself, not through a proxy, or with the token of EDGELAB_METRICS_TOKEN "
    "(Authorization: Bearer ...)."
)
GONE = "The folder in which this lab counts is gone; restart the lab."
WORKERS = ("edgelab_workers", "Processes that answer requests.")
_LOG = logging.getLogger(__name__)
_REQUEST_S = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_SOLVE_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
# What each kind of proxy says of whom it speaks for.
_FORWARDED = (
    "Forwarded",
    "Via",
    "X-Real-IP",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Prefix",
    "X-Forwarded-Proto",
)


class Metrics:
    """The numbers of one lab, of all its processes where a folder for them is set."""

    def __init__(self) -> None:
        self.started = time.time()
        self._folder = os.environ.get(FOLDER)
        self._is_counting = True
        self._children: dict[tuple[Histogram | str | int, ...], Histogram] = {}
        self._own = own = CollectorRegistry()
        self._requests = Histogram(
            "edgelab_request_seconds", "Time to an answer.", ("route", "status"), registry=own, buckets=_REQUEST_S
        )
        self._solves = Histogram(
            "edgelab_solve_seconds", "Time to solve one state of a bench.", ("track", "bench"),
            registry=own, buckets=_SOLVE_S,
        )  # fmt: skip
        self._lookups = Counter(
            "edgelab_cache_lookups_total", "Looks for a kept result, found (hit) or computed (miss).", ("result",),
            registry=own,
        )  # fmt: skip
        self._answers = Counter(
            "edgelab_answer_lookups_total", "Slider answers that were kept (hit) or made (miss).",
            ("result",), registry=own,
        )  # fmt: skip
        self._writes = Counter(
            "edgelab_ledger_writes_total", "Events, erasures and restored ledgers that were committed.", ("kind",),
            registry=own,
        )  # fmt: skip
        self._refusals = Counter(
            "edgelab_refusals_total", "Requests that were not done, by reason.", ("reason",), registry=own
        )

    def count_request(self, record: Record) -> None:
        """Count a request that was answered."""
        self._or_stop(partial(self._count_request, record))

    def count_write(self, kind: str) -> None:
        """Count what the ledger has committed."""
        self._or_stop(lambda: self._writes.labels(kind).inc())

    def _or_stop(self, count: Callable[[], None]) -> None:
        """Count, and no more once that fails: a folder that is gone costs numbers, and no answer."""
        if not self._is_counting:
            return
        try:
            count()
        except OSError as problem:
            self._is_counting = False
            _LOG.warning("this process counts no more for /_metrics (%s)", problem)

    def _child(self, histogram: Histogram, *labels: str | int) -> Histogram:
        """Return the part of a histogram that has these labels, without looking for it again at every request."""
        key = (histogram, *labels)
        found = self._children.get(key)
        if found is None:
            found = self._children[key] = histogram.labels(*labels)
        return found

    def _count_request(self, record: Record) -> None:
        self._child(self._requests, record.route, record.status).observe(record.seconds)
        for track, bench, seconds in record.solved:
            self._child(self._solves, track, bench).observe(seconds)
        if record.hits:
            self._lookups.labels("hit").inc(record.hits)
        if record.misses:
            self._lookups.labels("miss").inc(record.misses)
        if record.kept:
            self._answers.labels(record.kept).inc()
        if record.is_refused:
            self._refusals.labels(record.reason).inc()

    def text(self, now: Collector) -> bytes:
        """Return all numbers as Prometheus reads them, those of ``now`` included.

        Raises:
            FileNotFoundError: the folder of the numbers is gone.
        """
        registry = self._own
        if self._folder:
            if not Path(self._folder).is_dir():
                raise FileNotFoundError(self._folder)
            MultiProcessCollector(registry := CollectorRegistry())  # type: ignore[no-untyped-call]
        return generate_latest(registry) + generate_latest(_only(now))

    @property
    def is_shared(self) -> bool:
        """Whether other processes write beside this one, and say themselves that they are there."""
        return bool(self._folder)


def worker_began() -> None:
    """Let this process be counted among the workers until its end is marked."""
    if os.environ.get(FOLDER):
        Gauge(*WORKERS, multiprocess_mode="livesum", registry=None).set(1)


class Now(Collector):
    """What is looked up when the numbers are asked for.

    Args:
        metrics: whose start and workers are told. info: labels of the version. lengths: returns numbers by stage of
            second opinions, none where they cannot be read. plugins: how many were used and how many left out.
    """

    def __init__(
        self,
        metrics: Metrics,
        *,
        info: Mapping[str, str],
        lengths: Callable[[], Mapping[str, int]],
        plugins: Mapping[str, int],
    ) -> None:
        self._metrics, self._info, self._lengths, self._plugins = metrics, info, lengths, plugins

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield them."""
        told = GaugeMetricFamily("edgelab_info", "The version that runs.", labels=tuple(self._info))
        told.add_metric(tuple(self._info.values()), 1)
        yield told
        start = "When the lab was made, in seconds since 1970."
        yield GaugeMetricFamily("edgelab_start_time_seconds", start, value=self._metrics.started)
        if not self._metrics.is_shared:
            yield GaugeMetricFamily(*WORKERS, value=1)
        for name, text, label, numbers in (
            ("edgelab_second_opinions", "Second opinions that wait or run on this host.", "stage", self._lengths()),
            ("edgelab_plugins", "Plugins that are used, and that were left out.", "state", self._plugins),
        ):
            family = GaugeMetricFamily(name, text, labels=(label,))
            for value, number in numbers.items():
                family.add_metric((value,), number)
            yield family


def _only(collector: Collector) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(collector)
    return registry


def install(server: Flask, metrics: Metrics, now: Collector, *, prefix: str, token: str) -> None:
    """Answer ``/_metrics``: on the host itself, or to whoever has the token, where there is one."""

    @server.get(f"{prefix}_metrics")
    def numbers() -> Response | tuple[Response, int]:
        """Say what was counted, or with a 403 who is told."""
        if not (has_token(token) or is_of_this_host()):
            return jsonify(error=REFUSED), 403
        try:
            response = Response(metrics.text(now), content_type=CONTENT_TYPE_LATEST)
        except FileNotFoundError:
            return jsonify(error=GONE), 503
        response.headers["Cache-Control"] = "no-store"
        return response


def has_token(token: str) -> bool:
    """Whether the current request has the token; none has an empty one."""
    given = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
    return bool(token) and hmac.compare_digest(given, f"Bearer {token}".encode())


def is_of_this_host() -> bool:
    """Whether the current request was sent by a process of this host that speaks for nobody else.

    A proxy on this host connects from the loopback address too. It gives itself away by its headers, or by the name
    that its client asked for; one that sends neither is not told from a local process.
    """
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        host = urlsplit(f"//{request.host}").hostname or ""
    except ValueError:
        return False
    return _is_loopback(request.remote_addr or "") and (host == "localhost" or _is_loopback(host))


def _is_loopback(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return (getattr(found, "ipv4_mapped", None) or found).is_loopback
