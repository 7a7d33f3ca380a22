"""The whole lab against requests that were tampered with: no fault, one sentence, nothing written."""  # N16

import copy
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from dash import Dash
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from dashboard.app import create_app
from dashboard.ledger import upgrade
from dashboard.ledger.identity import COOKIE
from dashboard.settings import Settings
from dashboard.web import ids

PATH = "/_dash-update-component"
BENCH = ids.bench_key("edge_guardian", "paradox")


class Browser:
    """As much of Dash's renderer as it takes to send what a page sends: it keeps the page and fills in the patterns."""

    def __init__(self, app: Dash) -> None:
        self.app = app
        self.client = app.server.test_client()
        self.client.get("/")  # for the cookie
        self.page: Any = self.client.get("/_dash-layout").get_json()

    def components(self) -> list[dict[str, Any]]:
        """Return the properties of every component on the page that has an id."""
        return list(components_of(self.page))

    def kind(self, kind: str) -> list[dict[str, Any]]:
        """Return the properties of the components of one kind."""
        return [found for found in self.components() if isinstance(found["id"], dict) and found["id"]["kind"] == kind]

    def bodies(self, trigger: str = "") -> Iterator[dict[str, Any]]:
        """Yield what the page can send: a request for each callback and each trigger, or only for one trigger."""
        page = self.components()
        for output, callback in self.app.callback_map.items():
            several = isinstance(callback["output"], list)
            outputs = [found.to_dict() for found in (callback["output"] if several else [callback["output"]])]
            for spec in callback["inputs"] if "callback" in callback else ():
                for component, names in matches(spec, {}, page):
                    changed = f"{canonical(component['id'])}.{spec['property']}"
                    if trigger not in ("", changed):
                        continue
                    try:
                        body = {
                            "output": output,
                            "outputs": [entries(out, names, page, valued=False) for out in outputs],
                            "inputs": [entries(inp, names, page, pressed=changed) for inp in callback["inputs"]],
                            "changedPropIds": [changed],
                            "parsedChangedPropsIds": [component["id"]],
                            "state": [entries(state, names, page) for state in callback["state"]],
                        }
                    except LookupError:
                        continue  # a component is missing: the renderer sends nothing either
                    if not several:
                        body["outputs"] = body["outputs"][0]
                    if not callback["state"]:
                        del body["state"]
                    yield copy.deepcopy(body)

    def change(self, component_id: Any, prop: str, value: Any) -> None:
        """Change a property as a hand does, send what that triggers, and bring the page up to date."""
        components = {canonical(found["id"]): found for found in self.components()}
        components[canonical(component_id)][prop] = value
        for body in self.bodies(f"{canonical(component_id)}.{prop}"):
            response = self.client.post(PATH, json=body)
            assert response.status_code in (200, 204), response.data
            answer = response.get_json()["response"] if response.status_code == 200 else {}
            for target, properties in answer.items():
                components[target].update(properties)


def components_of(tree: Any) -> Iterator[dict[str, Any]]:
    """Yield the properties of every component with an id, as Dash writes components in JSON."""
    if isinstance(tree, dict) and "namespace" in tree and "id" in tree["props"]:
        yield tree["props"]
    for inner in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from components_of(inner)


def canonical(component_id: Any) -> str:
    """Return an id as the renderer writes it."""
    return component_id if isinstance(component_id, str) else ids.dom(component_id)


def matches(
    spec: dict[str, str], names: dict[str, Any], page: list[dict[str, Any]]
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield the components of a registered input, output or state, each with what every MATCH stands for."""
    pattern = json.loads(spec["id"]) if spec["id"].startswith("{") else spec["id"]
    for found in page:
        if isinstance(pattern, str) or isinstance(found["id"], str):
            if found["id"] == pattern:
                yield found, names
        elif found["id"].keys() == pattern.keys():
            wanted = {key: value if isinstance(value, str) else None for key, value in pattern.items()} | names
            matched = {key: found["id"][key] for key, value in pattern.items() if value == ["MATCH"]}
            if all(wanted[key] in (None, value) for key, value in found["id"].items()):
                yield found, names | matched


def entries(
    spec: dict[str, str], names: dict[str, Any], page: list[dict[str, Any]], *, valued: bool = True, pressed: str = ""
) -> Any:
    """Return what a request holds for a registered input, output or state; a pressed button was pressed once."""
    found = []
    for component, _ in matches(spec, names, page):
        entry = {"id": component["id"], "property": spec["property"]}
        if valued and spec["property"] in component:
            is_press = pressed == f"{canonical(component['id'])}.n_clicks"
            entry["value"] = 1 if is_press else component[spec["property"]]
        found.append(entry)
    return found if '["ALL"]' in spec["id"] else found[0]


class Lab:
    """The lab with one student who does a whole bench, and what every page on the way can send."""

    def __init__(self, folder: Path) -> None:
        settings = Settings.from_environment({"EDGELAB_DATA_DIR": str(folder)})
        upgrade(settings.database_url)
        self.ledger = folder / "ledger.sqlite3"
        self.browser = Browser(create_app(settings))
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
            self.browser.change(found["id"], "value", options[0]["value"] if options else "1000")
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


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return Lab(tmp_path_factory.mktemp("ledger"))


def check_refusal(response: TestResponse) -> None:
    """Fail unless a refusal is one sentence and nothing else."""
    assert response.status_code < 500, response.data
    said = response.get_json()
    assert list(said) == ["error"]
    assert isinstance(said["error"], str)
    assert said["error"].strip()
    assert "\n" not in said["error"]
    assert "Traceback" not in said["error"]


def test_every_callback_can_be_reached(lab: Lab) -> None:
    """What is tampered with below covers the lab: each callback of the server has a valid request among them."""
    callbacks = {output for output, callback in lab.browser.app.callback_map.items() if "callback" in callback}
    assert callbacks == {body["output"] for body in lab.bodies}
    assert lab.events() == 7  # a lock, the opening, a try, what it showed, what is carried, a reflection, its marks


def test_what_pages_send_passes_the_door(lab: Lab) -> None:
    """Nobody is refused by a door made against others: what a page sends is answered, or refused by the lab's rules."""
    for body in lab.bodies:
        response = lab.send(json.dumps(body).encode())
        assert response.status_code in (200, 204, 403), (body, response.data)
        if response.status_code == 403:
            assert re.search("Lock your prediction first|Record a try|no such question", response.get_json()["error"])


FORGED = [
    None,
    "",
    "x",
    "\x00\xff",
    "0" * 5_000,
    "'; DROP TABLE events; --",
    "../../secret_key",
    "0" * 32,
    f"{'0' * 32}.awL3AA.{'A' * 64}",  # the right shape, signed by nobody
]


@pytest.mark.parametrize("cookie", FORGED)
def test_nobody_is_another_student(lab: Lab, cookie: str | None) -> None:
    """Without the student's own cookie the locked bench stays closed, and nothing is written."""
    client = lab.browser.app.server.test_client()
    headers = {} if cookie is None else {"Cookie": f"{COOKIE}={cookie}"}
    events, refused = lab.events(), 0
    for body in lab.bodies:
        response = client.post(PATH, json=body, headers=headers)
        assert response.status_code == 403 or '"figure"' not in body["output"]
        if response.status_code not in (200, 204):
            check_refusal(response)
            refused += 1
    assert refused > 0
    assert lab.events() == events


NUMBERS = [0, -1, 1, 0.5, 2**53, -(2**63), 10**25, 10**309, 5e-324, 1e308, float("nan"), float("inf"), True, None]
TEXTS = ["", " ", "1e400", "NaN", "10^-5", "10^9999", "9" * 500, "1,5 GB", "٣", "𝟙", "\0", "\ud800", "<b>", "__class__"]
WORDS = [
    "ALL",
    "review",
    "lock",
    "mark",
    "table_traffic",
    "draft",
    BENCH,
    "tiny_pioneer/paradox",
    "no/such",
    "/",
    "{}.x",
]
ATOMS = st.sampled_from([*NUMBERS, *TEXTS, *WORDS])
JUNK = st.recursive(
    ATOMS | st.text(max_size=6) | st.integers() | st.floats(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "property", "value", "mechanism", "prediction"]), inner, max_size=3)
    ),
    max_leaves=4,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of everything within a value."""
    for step, inner in value.items() if isinstance(value, dict) else enumerate(value) if type(value) is list else ():
        yield (*path, step)
        yield from places(inner, (*path, step))


@st.composite
def tampered(draw: Any, bodies: list[dict[str, Any]]) -> bytes:
    """Return a valid request with one to three of its parts replaced, left out, doubled or swapped with others.

    Half of them only in their values, which is what the door lets through to the callbacks.
    """
    output = draw(st.sampled_from(sorted({body["output"] for body in bodies})))  # each callback as often as another
    body = copy.deepcopy(draw(st.sampled_from([body for body in bodies if body["output"] == output])))
    only_values = draw(st.booleans())
    for _ in range(draw(st.integers(1, 3))):
        everywhere = [path for path in places(body) if not only_values or "value" in path]
        if not everywhere:
            break
        path = draw(st.sampled_from(everywhere))
        at: Any = body
        for step in path[:-1]:
            at = at[step]
        action = "replace" if only_values else draw(st.sampled_from(["replace", "leave out", "double", "swap"]))
        if action == "replace":
            at[path[-1]] = draw(JUNK)
        elif action == "leave out":
            del at[path[-1]]
        elif action == "double" and isinstance(at, list):
            at.insert(path[-1], copy.deepcopy(at[path[-1]]))
        else:
            there: Any = body
            for step in draw(st.sampled_from(everywhere)):
                there = there[step]
            at[path[-1]] = copy.deepcopy(there)
    return json.dumps(body).encode()


@settings(max_examples=2_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_tampered_request_is_a_fault_or_writes_when_it_is_refused(lab: Lab, data: st.DataObject) -> None:
    sent = data.draw(tampered(lab.bodies))
    events = lab.events()
    response = lab.send(sent)
    if response.status_code not in (200, 204):
        check_refusal(response)
        assert lab.events() == events
