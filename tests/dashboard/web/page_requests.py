"""A small app behind its request checks, and the bodies that its page sends."""

import copy
import json
from dataclasses import dataclass
from typing import Any

from dash import ALL, MATCH, Dash, Input, Output, State, ctx, html
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboard.web import request_checks as guard

PATH = "/_dash-update-component"
JSON = "application/json"
BENCH = "edge_guardian/paradox"
UPDATE = (
    '..{"bench":["MATCH"],"kind":"figure","name":["ALL"]}.figure...'
    '{"bench":["MATCH"],"kind":"slot","name":"view"}.data..'
)


def piece(kind: Any, bench: Any, name: Any) -> dict[str, Any]:
    """Return an id of the kind that the lab uses."""
    return {"kind": kind, "bench": bench, "name": name}


def small_app(*, guarded: bool = True) -> tuple[Dash, list[str]]:
    """Return an app with the lab's kinds of patterns, and the list of what its callbacks were asked for."""
    app = Dash("small", suppress_callback_exceptions=True, enable_mcp=False)
    app.layout = html.Div(id="page")
    calls: list[str] = []
    draft = piece("draft", MATCH, MATCH)

    @app.callback(
        Output(piece("figure", MATCH, ALL), "figure"),
        Output(piece("slot", MATCH, "view"), "data"),
        Input(piece("control", MATCH, ALL), "data"),
        Input("screen", "data"),
        State(piece("note", MATCH, "own"), "value"),
        State("student", "data"),
    )
    def update(values: list[Any], screen: Any, note: Any, student: Any) -> tuple[list[Any], Any]:
        calls.append("update")
        return [{"data": values} for _ in ctx.outputs_list[0]], [ctx.triggered_id, screen, note, student]

    @app.callback(Output(draft, "children"), Input(draft, "value"))
    def repeat(text: Any) -> Any:
        calls.append("repeat")
        return text

    @app.callback(Output(piece("list", MATCH, ALL), "children"), Input("count", "data"))
    def lists(count: Any) -> list[Any]:
        calls.append("lists")
        return [count for _ in ctx.outputs_list]

    @app.callback(Output("title", "children"), Input("location", "pathname"))
    def route(pathname: Any) -> Any:
        calls.append("route")
        return pathname

    app.clientside_callback("x => x", Output("mirror", "data"), Input("screen", "data"))
    if guarded:
        guard.install(app)
    return app, calls


def entry(component: Any, prop: str, *value: Any) -> dict[str, Any]:
    """Return what a page sends of one component; without a value where its property is not set."""
    return {"id": component, "property": prop} | ({"value": value[0]} if value else {})


def update_body() -> dict[str, Any]:
    """Return what a page sends when a slider moved: two outputs, one of them a list, and two states."""
    return {
        "output": UPDATE,
        "outputs": [
            [entry(piece("figure", BENCH, name), "figure") for name in ("ratio", "bytes")],
            entry(piece("slot", BENCH, "view"), "data"),
        ],
        "inputs": [
            [entry(piece("control", BENCH, name), "data", 0.5) for name in ("epochs", "share", "model_bytes")],
            entry("screen", "data", {"dark": True, "width": 1440, "seen": ["a", "é", None]}),
        ],
        "state": [entry(piece("note", BENCH, "own"), "value"), entry("student", "data", None)],
        "changedPropIds": ['{"bench":"edge_guardian/paradox","kind":"control","name":"share"}.data'],
        "parsedChangedPropsIds": [piece("control", BENCH, "share")],
    }


def route_body(pathname: Any = "/edge_guardian") -> dict[str, Any]:
    """Return what a page sends when the address changed: one output, no state."""
    return {
        "output": "title.children",
        "outputs": entry("title", "children"),
        "inputs": [entry("location", "pathname", pathname)],
        "changedPropIds": ["location.pathname"],
        "parsedChangedPropsIds": ["location.pathname"],
    }


def repeat_body(text: Any = "2 GB") -> dict[str, Any]:
    """Return what a page sends of a field with two MATCH in its id."""
    field = piece("draft", BENCH, "ratio")
    return {
        "output": '{"bench":["MATCH"],"kind":"draft","name":["MATCH"]}.children',
        "outputs": entry(field, "children"),
        "inputs": [entry(field, "value", text)],
        "changedPropIds": [f'{{"bench":"{BENCH}","kind":"draft","name":"ratio"}}.value'],
    }


def list_body() -> dict[str, Any]:
    """Return what a page sends where the only output is a list."""
    return {
        "output": '{"bench":["MATCH"],"kind":"list","name":["ALL"]}.children',
        "outputs": [entry(piece("list", BENCH, name), "children") for name in "ab"],
        "inputs": [entry("count", "data", 2)],
        "changedPropIds": [],
    }


GONE = "gone"  # as a value: the part is left out


def changed(body: dict[str, Any], where: str, value: Any) -> dict[str, Any]:
    """Return the body with the part at ``inputs/0/0/id`` replaced, added or left out."""
    at: Any = body
    *way, last = [int(step) if step.isdigit() else step for step in where.split("/")]
    for step in way:
        at = at[step]
    if value is GONE:
        del at[last]
    else:
        at[last] = copy.deepcopy(value)
    return body


@dataclass
class Door:
    """A small app behind its guard, and what its callbacks were asked for."""

    client: FlaskClient
    calls: list[str]

    def post(self, body: Any, **options: Any) -> TestResponse:
        """Send a body as the page would: an object as JSON, bytes and text as they are."""
        data = body if isinstance(body, (bytes, str)) else json.dumps(body)
        return self.client.post(PATH, data=data, **{"content_type": JSON, **options})


def sentence_of(response: TestResponse) -> str:
    """Return the sentence of a refusal; it is all that its body holds."""
    assert response.mimetype == JSON
    said = json.loads(response.data)
    assert list(said) == ["error"]
    sentence: str = said["error"]
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) < 200
    return sentence
