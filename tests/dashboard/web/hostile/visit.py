"""A student who does a whole bench, and every request that the pages on the way can send."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from werkzeug.test import TestResponse

from dashboard.web import ids
from tests.dashboard.web.hostile.renderer import PATH, Browser, canonical

BENCH = ids.bench_key("edge_guardian", "paradox")


class Lab:
    """The lab with one student who does a whole bench, and what every page on the way can send."""

    def __init__(self, browser: Browser, ledger: Path, *, text: str = "1000") -> None:
        """Do the bench; ``text`` is what the student writes."""
        self.browser, self.ledger, self.text = browser, ledger, text
        self.bodies: list[dict[str, Any]] = []
        for address in ("/", "/designer", "/edge_guardian", "/tiny_pioneer/paradox", "/edge_guardian/paradox"):
            self.browser.change(ids.LOCATION, "pathname", address)
            self.bodies += self.browser.bodies()
        while self.browser.kind("entry"):
            self.answer("entry", "review", "lock")
        self.answer("entry", "open")
        controls = {found["id"]["name"]: found["data"] for found in self.browser.kind("control")}
        self.browser.change(ids.slot(BENCH, "hint_asked"), "data", {"at": 1, "level": 2, "values": controls})
        self.do({"do": "record", "values": controls})
        self.browser.change(ids.slot(BENCH, "compare"), "data", [1])
        for found in self.browser.kind("writing"):
            self.browser.change(found["id"], "value", found["options"][0]["value"])
        self.do({"do": "observe"})
        asked = {"bench": "edge_guardian/convergence", "values": controls}
        self.bodies += [
            self.of_store(ids.OPINION, ids.OPINION_ASKED, {"do": "ask", **asked}),
            self.of_agreements("edge_guardian/convergence"),
        ]
        self.bodies.append(self.of_script("edge_guardian/convergence", controls))
        self.bodies.append(self.of_demonstration("edge_guardian/convergence", {"values": controls}))
        looked = {"state": controls, "values": {"round": 1}}
        self.bodies.append(self.of_demonstration("edge_guardian/convergence", looked, slot="run_view"))
        self.do({"do": "carry", "try": 1})
        self.answer("writing", "reflect")
        self.answer("writing", "mark")
        self.browser.change(ids.LOCATION, "pathname", ids.LEDGER_PATH)
        for name in ("timeline", "tries", "predictions"):
            self.browser.change(ids.LEDGER_TABS, "value", name)
            self.bodies += self.browser.bodies()
        self.bodies += self.of_ledger()

    def of_ledger(self) -> list[dict[str, Any]]:
        """Return what the ledger sends with two tracks, with two tries, and with a question that came back."""
        lock = f"{BENCH}/ratio"
        one, other, key = ids.LEDGER_TRY_ONE, ids.LEDGER_TRY_OTHER, ids.LEDGER_TRIES_BENCH
        pair = [{"id": name, "property": "value", "value": "1"} for name in (one, other)]
        asked: list[tuple[list[tuple[Any, str]], list[dict[str, Any]], list[dict[str, Any]]]] = [
            *[
                ([(place, "children")], [{"id": source, "property": "value", "value": BENCH.split("/")[0]}], [])
                for place, source in (
                    (ids.LEDGER_SUMMARY, ids.LEDGER_TRACK),
                    (ids.LEDGER_TIMELINE, ids.LEDGER_TIMELINE_TRACK),
                )
            ],
            *[
                (places, pair, [{"id": key, "property": "value", "value": BENCH}])
                for places in (
                    [(ids.LEDGER_WAYS, "children"), (ids.LEDGER_COMPARED, "children")],
                    [(ids.LEDGER_DRAWN, "children")],
                )
            ],
            (
                [(ids.review(lock, "result"), "children"), (ids.review(lock, "answer"), "disabled")],
                [{"id": ids.review(lock, "answer"), "property": "n_clicks", "value": 1}],
                [{"id": ids.review(lock, "value"), "property": "value", "value": "1"}],
            ),
        ]
        found = []
        for places, inputs, state in asked:
            outputs = [{"id": place, "property": prop} for place, prop in places]
            name = places[0][0] if isinstance(places[0][0], str) else '"kind":"review"'
            body = {
                "output": next(output for output in self.browser.app.callback_map if name in output),
                "outputs": outputs if len(outputs) > 1 else outputs[0],
                "inputs": inputs,
                "changedPropIds": [f"{canonical(inputs[0]['id'])}.{inputs[0]['property']}"],
            }
            found.append({**body, "state": state} if state else body)
        return found

    def answer(self, kind: str, *buttons: str) -> None:
        """Fill in all fields of a kind, then press the buttons; keep what could be sent at each step."""
        for found in self.browser.kind(kind):
            options = found.get("options")
            typed = self.text if kind == "writing" else "1000"
            self.browser.change(found["id"], "value", options[0]["value"] if options else typed)
        self.bodies += self.browser.bodies()
        for button in buttons:
            self.browser.change(ids.action(BENCH, button), "n_clicks", 1)
            self.bodies += self.browser.bodies()

    def of_agreements(self, bench: str) -> dict[str, Any]:
        """Return what the page sends while the second engine is asked about a try."""
        asked = ids.slot(bench, "agreements_asked")
        return {
            "output": next(output for output in self.browser.app.callback_map if '"name":"agreements"' in output),
            "outputs": {"id": ids.slot(bench, "agreements"), "property": "data"},
            "inputs": [{"id": asked, "property": "data", "value": 1}],
            "changedPropIds": [f"{ids.dom(asked)}.data"],
        }

    def of_store(self, output: str, store: str, value: Any) -> dict[str, Any]:
        """Return what the page's own script sends through one store."""
        return {
            "output": f"{output}.data",
            "outputs": {"id": output, "property": "data"},
            "inputs": [{"id": store, "property": "data", "value": value}],
            "changedPropIds": [f"{store}.data"],
        }

    def of_script(self, bench: str, controls: dict[str, Any]) -> dict[str, Any]:
        """Return what the button *Download as Python* of a bench sends."""
        button, place = ids.action(bench, "script"), ids.slot(bench, "script")
        return {
            "output": next(output for output in self.browser.app.callback_map if '"name":"script"' in output),
            "outputs": {"id": place, "property": "data"},
            "inputs": [{"id": button, "property": "n_clicks", "value": 1}],
            "changedPropIds": [f"{ids.dom(button)}.n_clicks"],
            "state": [
                [{"id": ids.control(bench, name), "property": "data", "value": controls[name]} for name in controls]
            ],
        }

    def of_demonstration(self, bench: str, asked: Any, *, slot: str = "demonstration") -> dict[str, Any]:
        """Return what a slider of the demonstration in a bench's Peek sends, or that of its look into a run."""
        places = [(slot, "figure"), (f"{slot}_summary", "children"), (f"{slot}_table", "children")]
        if slot == "run_view":
            places.append(("run_view_told", "data"))
        moved = ids.slot(bench, f"{slot}_values")
        return {
            "output": next(key for key in self.browser.app.callback_map if f'"name":"{slot}_summary"' in key),
            "outputs": [{"id": ids.slot(bench, name), "property": prop} for name, prop in places],
            "inputs": [{"id": moved, "property": "data", "value": asked}],
            "changedPropIds": [f"{ids.dom(moved)}.data"],
        }

    def do(self, action: dict[str, Any]) -> None:
        """Do what the page's own script asks for, and keep what could be sent then."""
        self.browser.change(ids.slot(BENCH, "action"), "data", action)
        self.bodies += self.browser.bodies()

    def send(self, data: bytes, **options: Any) -> TestResponse:
        """Send bytes with the student's cookie."""
        return self.browser.client.post(PATH, data=data, content_type="application/json", **options)

    def events(self) -> int:
        """Return how many events are in the ledger."""
        with closing(sqlite3.connect(self.ledger)) as connection:
            count: int = connection.execute("SELECT count(*) FROM events").fetchone()[0]
        return count
