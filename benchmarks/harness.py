"""What the benchmarks share: a lab with a temporary ledger, an app that does nothing, and statistics of durations."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dash
from dash import Input, Output, dcc, html

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from dashboard.app import served_app
from dashboard.ledger.migrations import upgrade
from dashboard.settings import Settings

FLOOR_BODY = {
    "output": "out.data",
    "outputs": {"id": "out", "property": "data"},
    "inputs": [{"id": "in", "property": "data", "value": 1}],
    "changedPropIds": ["in.data"],
}


@contextmanager
def fresh_settings() -> Iterator[Settings]:
    """Settings of a lab with its own empty ledger that keeps no results on disk: what is timed is computed.

    One student sends more than a student may.
    """
    with tempfile.TemporaryDirectory() as folder:
        asked = {
            "EDGELAB_DATA_DIR": str(Path(folder) / "data"),
            "EDGELAB_CACHE_MB": "0",
            "EDGELAB_LIMITS_STORE": "none",
        }
        settings = Settings.from_environment(asked)
        upgrade(settings.database_url)
        yield settings


@contextmanager
def lab() -> Iterator[dash.Dash]:
    """A whole lab with its own empty ledger."""
    with fresh_settings() as settings:
        yield served_app(settings)


def do_nothing() -> dash.Dash:
    """A Dash app whose only callback returns its input: the shortest time a request can take."""
    app = dash.Dash("floor", add_log_handler=False)
    app.layout = html.Div([dcc.Store(id="in"), dcc.Store(id="out")])
    app.callback(Output("out", "data"), Input("in", "data"))(lambda data: data)
    app.server.test_client().get("/")
    return app


def interleaved(
    *actions: Callable[[], Any], rounds: int, clock: Callable[[], float] = time.perf_counter
) -> list[list[float]]:
    """Return each action's durations in ms, measured in turns so that other load slows all alike.

    With ``time.process_time`` as ``clock`` they are processor time, which other load hardly lengthens.
    """
    times: list[list[float]] = [[] for _ in actions]
    for _ in range(rounds):
        for action, durations in zip(actions, times, strict=True):
            start = clock()
            action()
            durations.append((clock() - start) * 1e3)
    return times


def quantiles(times: list[float]) -> tuple[float, float]:
    """Return the median and the 95th percentile."""
    return statistics.median(times), statistics.quantiles(times, n=20)[-1]
