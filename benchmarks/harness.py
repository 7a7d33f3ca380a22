"""What the benchmarks share: a lab on a throw-away ledger, requests as a browser sends them, figures as text."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dash
from dash import Input, Output, dcc, html
from flask.testing import FlaskClient

from dashboard import ids
from dashboard.app import create_app
from dashboard.ledger.migrations import upgrade
from dashboard.settings import Settings
from tracks.spec import Bench, Track


@contextmanager
def lab() -> Iterator[dash.Dash]:
    """A whole lab with its own empty ledger."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.from_environment({"EDGELAB_DATA_DIR": str(Path(folder) / "data")})
        upgrade(settings.database_url)
        yield create_app(settings)


def do_nothing() -> dash.Dash:
    """A Dash app whose only callback returns its input: the floor under every request."""
    app = dash.Dash("floor", add_log_handler=False)
    app.layout = html.Div([dcc.Store(id="in"), dcc.Store(id="out")])
    app.callback(Output("out", "data"), Input("in", "data"))(lambda data: data)
    app.server.test_client().get("/")
    return app


FLOOR_BODY = {
    "output": "out.data",
    "outputs": {"id": "out", "property": "data"},
    "inputs": [{"id": "in", "property": "data", "value": 1}],
    "changedPropIds": ["in.data"],
}


def update_body(track: Track, bench: Bench, values: dict[str, Any], changed: str) -> dict[str, Any]:
    """Return the request that the browser sends when one control of a bench moves."""
    key = ids.bench_key(track.id, bench.id)
    figures = [{"id": ids.figure(key, panel.id), "property": "figure"} for panel in bench.panels]
    view = {"id": ids.slot(key, "view"), "property": "data"}
    pattern = '..{"bench":["MATCH"],"kind":"figure","name":["ALL"]}.figure...{"bench":["MATCH"],"kind":"slot","name":"view"}.data..'
    inputs = [{"id": ids.control(key, name), "property": "data", "value": value} for name, value in values.items()]
    return {
        "output": pattern,
        "outputs": [figures, view],
        "inputs": [inputs],
        "changedPropIds": [ids.dom(ids.control(key, changed)) + ".data"],
        "parsedChangedPropsIds": [ids.control(key, changed)],
    }


def lock_everything(app: dash.Dash, client: FlaskClient, track: Track, bench: Bench) -> None:
    """Lock every prediction of a bench the way the card does."""
    key = ids.bench_key(track.id, bench.id)
    client.get(ids.bench_path(track.id, bench.id))
    pattern = next(name for name in app.callback_map if '"name":"predict"' in name and '"name":"body"' in name)
    for prediction in bench.predictions:
        value = prediction.options[0].id if prediction.options else "1"
        draft = {
            "prediction": prediction.id,
            "value": value,
            "mechanism": prediction.mechanisms[0].id,
            "confidence": "guess",
        }
        press = ids.action(key, "lock")
        body = {
            "output": pattern,
            "outputs": [
                {"id": ids.slot(key, "predict"), "property": "children"},
                {"id": ids.slot(key, "body"), "property": "children"},
            ],
            "inputs": [[{"id": press, "property": "n_clicks", "value": 1}]],
            "changedPropIds": [ids.dom(press) + ".n_clicks"],
            "parsedChangedPropsIds": [press],
            "state": [[], [{"id": ids.slot(key, "draft"), "property": "data", "value": draft}]],
        }
        answer = client.post("/_dash-update-component", json=body)
        assert answer.status_code == 200, answer.get_data(as_text=True)[:500]


def milliseconds(action: Callable[[], Any], *, repeats: int) -> list[float]:
    """Return the duration of each call in ms."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        times.append((time.perf_counter() - start) * 1e3)
    return times


def p50_p95(times: list[float]) -> tuple[float, float]:
    """Return the median and the 95th percentile."""
    return statistics.median(times), statistics.quantiles(times, n=20)[-1]


