"""A student without a browser: the requests that the page would send, through Flask's test client."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dash import Dash
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboard.web import ids
from tracks.api.bench import Bench
from tracks.api.controls import Value
from tracks.api.teaching import Prediction
from tracks.loading.registry import Registry

UPDATE = "/_dash-update-component"
# A design that holds in the first act of Mobile Nomad's crisis.
HOLDS: Mapping[str, Value] = {"method": "lora", "batch": 8, "minutes": 10.0, "schedule": "charging"}


@dataclass
class Student:
    """One cookie jar and the requests made with it, with the headers that its page adds."""

    app: Dash
    registry: Registry
    client: FlaskClient
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, app: Dash, registry: Registry) -> Student:
        """A new student whose browser has opened the first page and so has an identity."""
        student = cls(app, registry, app.server.test_client())
        student.client.get("/")
        return student

    def post(self, body: Any) -> TestResponse:
        return self.client.post(UPDATE, json=body, headers=self.headers)

    def output(self, *parts: str) -> str:
        """The key of the callback whose output names all these parts."""
        return next(key for key in self.app.callback_map if all(part in key for part in parts))

    def page(self, path: str) -> TestResponse:
        """What routing answers for an address."""
        return self.post(
            {
                "output": f"{ids.PAGE}.children",
                "outputs": {"id": ids.PAGE, "property": "children"},
                "inputs": [{"id": ids.LOCATION, "property": "pathname", "value": path}],
                "changedPropIds": [f"{ids.LOCATION}.pathname"],
            }
        )

    def bench(self, key: str) -> Bench:
        return self.registry.bench(*ids.split_bench_key(key))

    def update(self, key: str, values: Mapping[str, Any], *, moved: str = "") -> TestResponse:
        """Send the controls' present values, as one slider change does."""
        return self.post(self.update_body(key, values, moved=moved))

    def update_body(
        self,
        key: str,
        values: Mapping[str, Any],
        *,
        moved: str = "",
        views: Mapping[str, Any] | None = None,
        compare: Sequence[Any] = (),
        opinion: Any = None,
        moving: Any = False,
    ) -> dict[str, Any]:
        bench = self.bench(key)
        drawn = self._drawn(key, views or {})
        figures = [{"id": ids.figure(key, panel.id), "property": "figure"} for panel in bench.panels]
        inputs = [{"id": ids.control(key, name), "property": "data", "value": value} for name, value in values.items()]
        return {
            "output": self.output('"kind":"figure"', '"name":"texts"'),
            "outputs": [figures, {"id": ids.slot(key, "texts"), "property": "data"}],
            "inputs": [
                inputs,
                drawn,
                {"id": ids.slot(key, "compare"), "property": "data", "value": list(compare)},
                {"id": ids.slot(key, "opinion"), "property": "data", "value": opinion},
            ],
            "changedPropIds": [ids.dom(ids.control(key, moved or next(iter(values), "none"))) + ".data"],
            "state": [{"id": ids.slot(key, "moving"), "property": "data", "value": moving}],
        }

    def seen(self, key: str, **changes: Value) -> tuple[dict[str, Any], dict[str, Any]]:
        """Figures by panel and the view, after some controls left their defaults."""
        answer = self.update(key, {**self.bench(key).defaults(), **changes})
        assert answer.status_code == 200, answer.get_data(as_text=True)[:500]
        response = answer.get_json()["response"]
        view = next(part["data"] for name, part in response.items() if '"name":"texts"' in name)
        figures = {panel.id: response[ids.dom(ids.figure(key, panel.id))]["figure"] for panel in self.bench(key).panels}
        return figures, view

    def press(
        self,
        key: str,
        action: str,
        *,
        entered: Mapping[str, Any] | None = None,
        prediction: str = "",
        draft: Any = None,
        clicks: Any = 1,
    ) -> TestResponse:
        """Press a button of the prediction card: review, edit or lock."""
        button = ids.action(key, action)
        entries = [
            {"id": ids.entry(key, prediction, name), "property": "value", "value": value}
            for name, value in (entered or {}).items()
        ]
        under_review = {"id": ids.draft(key, prediction or "any"), "property": "data", "value": draft}
        stores = [] if draft is None else [under_review]
        return self.post(
            {
                "output": self.output('"name":"predict"', '"name":"body"'),
                "outputs": [
                    {"id": ids.slot(key, "predict"), "property": "children"},
                    {"id": ids.slot(key, "body"), "property": "children"},
                ],
                "inputs": [[{"id": button, "property": "n_clicks", "value": clicks}]],
                "changedPropIds": [ids.dom(button) + ".n_clicks"],
                "state": [entries, stores],
            }
        )

    def lock(self, key: str, prediction: Prediction, **parts: Any) -> TestResponse:
        """Press Lock with a draft that is complete and confirmed unless ``parts`` says otherwise."""
        whole = {**an_answer(prediction), **parts}
        return self.press(key, "lock", draft={"prediction": prediction.id, "confirmed": whole["value"], **whole})

    def open(self, key: str) -> TestResponse:
        """Press *Open the instruments* under the reveal."""
        return self.press(key, "open")

    def lock_all(self, key: str) -> None:
        """Lock every question and open the instruments."""
        for prediction in self.bench(key).predictions:
            answer = self.lock(key, prediction)
            assert answer.status_code == 200, answer.get_data(as_text=True)[:500]
        if self.bench(key).predictions:
            assert self.open(key).status_code == 200

    def write(self, key: str, action: str, fields: Mapping[str, Any]) -> TestResponse:
        """Press a button of what is written: reflect or mark, defend or mark_defence."""
        button = ids.action(key, action)
        written = [{"id": ids.writing(key, n), "property": "value", "value": v} for n, v in fields.items()]
        return self.post(
            {
                "output": self.output('"name":"reflect"'),
                "outputs": [{"id": ids.slot(key, name), "property": "children"} for name in ("reflect", "defence")],
                "inputs": [[{"id": button, "property": "n_clicks", "value": 1}]],
                "changedPropIds": [ids.dom(button) + ".n_clicks"],
                "state": [written],
            }
        )

    def act(self, key: str, action: Any, *, written: Mapping[str, Any] | None = None) -> TestResponse:
        """Record a try, answer what it showed, choose what is carried, get more tries."""
        parts = dict.fromkeys(("tries", "acts", "after", "debrief"), "children") | {"progress_summary": "data"}
        outputs = [{"id": ids.slot(key, name), "property": part} for name, part in parts.items()]
        fields = [
            {"id": ids.writing(key, name), "property": "value", "value": value}
            for name, value in (written or {}).items()
        ]
        return self.post(
            {
                "output": self.output('"name":"tries"', '"name":"after"'),
                "outputs": outputs,
                "inputs": [{"id": ids.slot(key, "action"), "property": "data", "value": action}],
                "changedPropIds": [ids.dom(ids.slot(key, "action")) + ".data"],
                "state": [fields],
            }
        )

    def record(self, key: str, **changes: Value) -> TestResponse:
        """Record the defaults, or the state that differs from them in ``changes``."""
        return self.act(key, {"do": "record", "values": {**self.bench(key).defaults(), **changes}})

    def observe(self, key: str, answer: Any = None) -> TestResponse:
        """Answer what the figure showed: correctly, unless an answer is given."""
        question = self.bench(key).observation
        return self.act(key, {"do": "observe"}, written={"observation": answer or (question and question.answer)})

    def try_once(self, key: str, **changes: Value) -> None:
        """Record one try, of the defaults or what differs from them, and answer what it showed: reflecting opens."""
        assert self.record(key, **changes).status_code == 200
        if self.bench(key).observation is not None:
            assert self.observe(key).status_code == 200

    def ask_opinion(self, key: str, values: Any) -> TestResponse:
        """Press *Ask for a second opinion* in a state."""
        return self._opinion({"do": "ask", "bench": key, "values": values})

    def look_at_opinion(self, ticket: Any) -> TestResponse:
        """Look how far the second opinion of a ticket is, as the page does until it is there."""
        return self._opinion({"do": "look", "ticket": ticket})

    def stop_opinion(self, ticket: Any) -> TestResponse:
        """Press *Stop* beside the second opinion of a ticket."""
        return self._opinion({"do": "stop", "ticket": ticket})

    def _opinion(self, asked: Any) -> TestResponse:
        return self.post(
            {
                "output": f"{ids.OPINION}.data",
                "outputs": {"id": ids.OPINION, "property": "data"},
                "inputs": [{"id": ids.OPINION_ASKED, "property": "data", "value": asked}],
                "changedPropIds": [f"{ids.OPINION_ASKED}.data"],
            }
        )

    def look_at_agreements(self, key: str, asked: Any = 1) -> TestResponse:
        """Look what the second engine says of the tries that won, as the page does while one waits."""
        return self.post(
            {
                "output": self.output('"name":"agreements"'),
                "outputs": {"id": ids.slot(key, "agreements"), "property": "data"},
                "inputs": [{"id": ids.slot(key, "agreements_asked"), "property": "data", "value": asked}],
                "changedPropIds": [ids.dom(ids.slot(key, "agreements_asked")) + ".data"],
            }
        )

    def script(self, key: str, values: Mapping[str, Any], *, clicks: Any = 1) -> TestResponse:
        """Press *Download as Python* in a state."""
        button, place = ids.action(key, "script"), ids.slot(key, "script")
        controls = [
            {"id": ids.control(key, name), "property": "data", "value": value} for name, value in values.items()
        ]
        return self.post(
            {
                "output": self.output('"name":"script"'),
                "outputs": {"id": place, "property": "data"},
                "inputs": [{"id": button, "property": "n_clicks", "value": clicks}],
                "changedPropIds": [ids.dom(button) + ".n_clicks"],
                "state": [controls],
            }
        )

    def ask_hint(self, key: str, asked: Any) -> TestResponse:
        """Ask for a hint as the page does, or as no page would."""
        return self.post(
            {
                "output": self.output('"name":"hint"}'),
                "outputs": {"id": ids.slot(key, "hint"), "property": "data"},
                "inputs": [{"id": ids.slot(key, "hint_asked"), "property": "data", "value": asked}],
                "changedPropIds": [ids.dom(ids.slot(key, "hint_asked")) + ".data"],
            }
        )

    def hint(self, key: str, level: int, **changes: Value) -> dict[str, Any]:
        """The hint of a level on the defaults, or on the state that differs from them in ``changes``."""
        answer = self.ask_hint(key, {"at": 1, "level": level, "values": {**self.bench(key).defaults(), **changes}})
        assert answer.status_code == 200, answer.get_data(as_text=True)[:500]
        (told,) = (part["data"] for part in answer.get_json()["response"].values())
        return dict(told)

    def demonstrate(self, key: str, asked: Any) -> TestResponse:
        """Move a slider of the demonstration in Peek."""
        places = (
            ("demonstration", "figure"),
            ("demonstration_summary", "children"),
            ("demonstration_table", "children"),
        )
        return self.post(
            {
                "output": self.output('"name":"demonstration"'),
                "outputs": [{"id": ids.slot(key, name), "property": prop} for name, prop in places],
                "inputs": [{"id": ids.slot(key, "demonstration_values"), "property": "data", "value": asked}],
                "changedPropIds": [ids.dom(ids.slot(key, "demonstration_values")) + ".data"],
            }
        )

    def look_into_run(self, key: str, state: Any, number: Any) -> TestResponse:
        """Open the look into a run at a state, or move its round slider."""
        places = (
            ("run_view", "figure"),
            ("run_view_summary", "children"),
            ("run_view_table", "children"),
            ("run_view_told", "data"),
        )
        moved = ids.slot(key, "run_view_values")
        return self.post(
            {
                "output": self.output('"name":"run_view_summary"'),
                "outputs": [{"id": ids.slot(key, name), "property": prop} for name, prop in places],
                "inputs": [{"id": moved, "property": "data", "value": {"state": state, "values": {"round": number}}}],
                "changedPropIds": [ids.dom(moved) + ".data"],
            }
        )

    def _drawn(self, key: str, views: Mapping[str, Any]) -> list[dict[str, Any]]:
        panels = [panel.id for panel in self.bench(key).panels if panel.views]
        return [{"id": ids.drawn(key, panel), "property": "data", "value": views.get(panel, panel)} for panel in panels]

    def table(self, key: str, panel: str, *, views: Mapping[str, Any] | None = None) -> TestResponse:
        """Press a figure's Table button."""
        bench = self.bench(key)
        button = ids.action(key, f"table_{panel}")
        places = [{"id": ids.table(key, item.id), "property": "children"} for item in bench.panels]
        values = bench.defaults().items()
        return self.post(
            {
                "output": self.output('"kind":"table"'),
                "outputs": places,
                "inputs": [[{"id": button, "property": "n_clicks", "value": 1}]],
                "changedPropIds": [ids.dom(button) + ".n_clicks"],
                "state": [
                    [{"id": ids.control(key, name), "property": "data", "value": value} for name, value in values],
                    [{**place, "value": None} for place in places],
                    self._drawn(key, views or {}),
                ],
            }
        )

    def csv(self, key: str, panel: str, values: Mapping[str, Any], *, views: Mapping[str, Any] | None = None) -> str:
        """Press a figure's CSV button in a state and return the file's text."""
        answer = self.ask_csv(key, panel, values, views=views)
        assert answer.status_code == 200, answer.get_data(as_text=True)[:500]
        (given,) = answer.get_json()["response"].values()
        assert given["data"]["type"].startswith("text/csv")
        return str(given["data"]["content"])

    def ask_csv(
        self,
        key: str,
        panel: str,
        values: Mapping[str, Any],
        *,
        views: Mapping[str, Any] | None = None,
        clicks: Any = 1,
    ) -> TestResponse:
        """Press a figure's CSV button as the page does, or as no page would."""
        button, place = ids.csv_button(key, panel), ids.slot(key, "csv")
        controls = [
            {"id": ids.control(key, name), "property": "data", "value": value} for name, value in values.items()
        ]
        return self.post(
            {
                "output": self.output('"name":"csv"'),
                "outputs": {"id": place, "property": "data"},
                "inputs": [[{"id": button, "property": "n_clicks", "value": clicks}]],
                "changedPropIds": [ids.dom(button) + ".n_clicks"],
                "state": [controls, self._drawn(key, views or {})],
            }
        )


def an_answer(prediction: Prediction) -> dict[str, Any]:
    """A complete answer: the first option or the number 1, the first reason, a guess."""
    value = prediction.options[0].id if prediction.options else "1 B" if prediction.unit in ("B", "iB") else "1"
    return {"value": value, "mechanism": prediction.mechanisms[0].id, "confidence": "guess"}


def said(answer: TestResponse) -> str:
    """An answer's JSON as plain text, without the escapes of its transport."""
    return json.dumps(answer.get_json(), ensure_ascii=False)
