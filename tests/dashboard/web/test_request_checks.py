"""A request that no page of the app can have sent is refused in one sentence, and its callback never runs."""  # N16

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from dash import ALL, MATCH, Dash, Input, Output, State, ctx, html
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
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


@pytest.fixture(scope="module")
def shared_door() -> Door:
    app, calls = small_app()
    return Door(app.server.test_client(), calls)


@pytest.fixture
def door(shared_door: Door) -> Door:
    shared_door.calls.clear()
    return shared_door


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


# What the page itself sends passes, and the callback gets the very values.


def test_a_slider_s_request_reaches_its_callback_whole(door: Door) -> None:
    answer = door.post(update_body()).get_json()["response"]
    assert door.calls == ["update"]
    assert answer['{"bench":"edge_guardian/paradox","kind":"figure","name":"bytes"}']["figure"]["data"] == [0.5] * 3
    trigger, screen, note, student = answer['{"bench":"edge_guardian/paradox","kind":"slot","name":"view"}']["data"]
    assert trigger == piece("control", BENCH, "share")
    assert screen == {"dark": True, "width": 1440, "seen": ["a", "é", None]}
    assert (note, student) == (None, None)


CONTROLS = [entry(piece("control", BENCH, f"control_{n}"), "data", n) for n in range(guard.MAX_LIST)]
PASSES = [
    update_body(),
    route_body(),
    repeat_body(),
    list_body(),
    # The first request of a page, which nothing triggered; an older renderer, which sends less.
    changed(update_body(), "changedPropIds", []),
    changed(changed(update_body(), "changedPropIds", GONE), "parsedChangedPropsIds", GONE),
    # ALL of none: a bench without panels, without controls, a list without rows.
    changed(update_body(), "outputs/0", []),
    changed(update_body(), "inputs/0", []),
    changed(list_body(), "outputs", []),
    # A control that left the page between its change and the request.
    changed(update_body(), "inputs/0/1", GONE),
    # Up to the limits, each.
    changed(update_body(), "inputs/0", CONTROLS),
    changed(update_body(), "inputs/1/value", "é" * guard.MAX_TEXT),
    changed(update_body(), "inputs/1/value", [1.7e308, 5e-324, -(10**300)]),
    # Text that only looks like what is refused: a typed backslash, a character of two halves, quotes and braces.
    changed(update_body(), "inputs/1/value", "\\u0000 \\ud800 \U0001f600 \"}{'"),
    *(repeat_body(value) for value in (None, True, 0, -1.5, "", [], {})),
]


@pytest.mark.parametrize("body", PASSES)
def test_what_a_page_can_send_passes(door: Door, body: dict[str, Any]) -> None:
    response = door.post(body)
    assert response.status_code == 200, response.data
    assert len(door.calls) == 1


def test_a_whole_number_is_read_as_the_browser_has_it(door: Door) -> None:
    """JavaScript writes 1e20 with all its digits; an integer of more than 64 bits is no JSON to what writes answers."""
    for sent, read in ((3, 3), (-(10**17) + 1, -(10**17) + 1), (10**20, 1e20), (-(10**20), -1e20)):
        answer = door.post(repeat_body(sent)).get_json()["response"]
        ((found,),) = (component.values() for component in answer.values())
        assert (found, type(found)) == (read, type(read))


def test_a_value_may_be_as_deep_as_the_limit_and_no_deeper(door: Door) -> None:
    deepest: Any = 0
    for _ in range(guard.MAX_VALUE):
        deepest = {"a": deepest}
    assert door.post(repeat_body(deepest)).status_code == 200
    assert door.post(repeat_body([deepest])).status_code == 422


# What no page can send, one by one: where in a valid request, and what stands there instead.

NONSENSE = (None, 7, "text", {})
SCREEN, SHARE = entry("screen", "data", 1), entry(piece("control", BENCH, "share"), "data", 1)
FIGURE, SLOT = entry(piece("figure", BENCH, "ratio"), "figure"), entry(piece("slot", BENCH, "view"), "data")
NO_NAME = (
    GONE,
    None,
    7,
    0.5,
    True,
    [],
    ["ALL"],
    ["MATCH"],
    {},
    "",
    "x" * (guard.MAX_NAME + 1),
    "a\nb",
    "a\0b",
    "\ud800",
    "\u202eb",
)
UNLIKE = [
    # The callback: none, no text, unknown, almost, its pattern filled in, and one that the rest does not fit.
    ("output", GONE, None, 7, True, [UPDATE], {UPDATE: 1}, "", ".", "..", "....", "no.such", "title", UPDATE + "."),
    ("output", UPDATE.replace('["MATCH"]', f'"{BENCH}"'), "title.children", "mirror.data", "__class__"),
    # A part that no page sends, or that belongs into the address.
    ("callback", "update"),
    ("cacheKey", "x"),
    # Parts of another kind.
    ("outputs", *NONSENSE),
    ("inputs", *NONSENSE),
    ("state", *NONSENSE),
    ("changedPropIds", *NONSENSE),
    ("parsedChangedPropsIds", *NONSENSE),
    # Lists of another length than registered: spoofed outputs, inputs and states.
    ("outputs", GONE, [], [[FIGURE]], [SLOT], [[FIGURE], SLOT, SLOT], [[FIGURE], SLOT, [FIGURE], SLOT]),
    ("inputs", GONE, [], [[SHARE]], [SCREEN], [[SHARE], SCREEN, SCREEN], [SCREEN, [SHARE]]),
    ("state", GONE, [], [entry("student", "data")], [SLOT, SLOT, SLOT]),
    # One component where a list belongs, a list where one belongs, a list in a list.
    ("outputs/0", None, FIGURE, SLOT),
    ("outputs/1", None, [], [SLOT]),
    ("inputs/0", None, SHARE, {"0": SHARE}),
    ("inputs/0/0", [SHARE], []),
    ("inputs/1", [SCREEN], []),
    # One component twice, and more than any bench has: an answer grows with each.
    ("outputs/0", [FIGURE, FIGURE]),
    ("inputs/0", [SHARE, {**SHARE, "value": 2}], [*CONTROLS, SHARE]),
    # An entry that is none: its keys are id, property and, but for outputs, value.
    ("inputs/0/0", *NONSENSE, {"id": SHARE["id"]}, {"property": "data"}, {"id": SHARE["id"], "value": 1}),
    ("inputs/0/0/label", 1),
    ("inputs/0/0", {"id": SHARE["id"], "property": "data", "label": 1}),
    ("outputs/1/value", 1),
    # Another property, or no text.
    ("outputs/0/0/property", "data", "", None, 7, ["figure"], {}, "figure@1", "__class__"),
    ("inputs/0/0/property", "figure", "", None, 7, ["data"], {}, "data ", "__class__"),
    ("state/1/property", "children", None),
    # A single component's id: another one, no text, a pattern's.
    ("inputs/1/id", GONE, "student", "", None, 7, True, ["screen"], {}, {"screen": 1}, SHARE["id"], "screen.data"),
    # A pattern's id: no object, a key less, a key more, another key, its JSON as text.
    ("inputs/0/0/id", GONE, None, 7, "screen", json.dumps(SHARE["id"]), [], {}, {"kind": "control", "bench": BENCH}),
    (
        "inputs/0/0/id",
        {**piece("control", BENCH, "epochs"), "row": 1},
        {"kind": "control", "bench": BENCH, "row": "share"},
    ),
    # Its fixed part.
    ("inputs/0/0/id/kind", "figure", "", None, 7, ["control"], {}),
    ("outputs/1/id/name", "command", None, ["view"]),
    # Its wildcards: no text, empty, long, a wildcard itself, what cannot be printed.
    ("inputs/0/0/id/bench", *NO_NAME),
    ("inputs/0/0/id/name", *NO_NAME),
    ("outputs/0/0/id/name", *NO_NAME),
    # MATCH is one name in the whole request: within a list, between outputs, inputs and state.
    ("inputs/0/2/id/bench", "tiny_pioneer/paradox"),
    ("outputs/0/1/id/bench", "tiny_pioneer/paradox"),
    ("outputs/1/id/bench", "tiny_pioneer/paradox"),
    ("state/0/id/bench", "tiny_pioneer/paradox"),
    # A trigger: no text, no component, another property, no input, another bench, broken, doubled or deep JSON.
    ("changedPropIds/0", None, 7, [], {}, "", ".", "screen", ".data", "screen.value", "student.data", "no_such.data"),
    ("changedPropIds/0", "{.data", "{}.data", "{}}.data", "null.data", json.dumps(SHARE["id"])),
    ("changedPropIds/0", '{"bench":"edge_guardian/paradox","kind":"control","name":"share"}.figure'),
    ("changedPropIds/0", '{"bench":"edge_guardian/paradox","kind":"control","name":["ALL"]}.data'),
    ("changedPropIds/0", '{"bench":"edge_guardian/paradox","kind":"control","name":"\ud800"}.data'),
    ("changedPropIds/0", '{"bench":"edge_guardian/paradox","kind":"figure","name":"ratio"}.data'),
    ("changedPropIds/0", '{"bench":"tiny_pioneer/paradox","kind":"control","name":"share"}.data'),
    ("changedPropIds/0", '{"bench":"edge_guardian/paradox","kind":"control","name":"a","name":"b"}.data'),
    ("changedPropIds/0", '{"kind":' + "[" * 50_000 + ".data", "[" * 50_000 + ".data"),
    ("changedPropIds", ["screen.data"] * (guard.MAX_LIST + 1)),
    # A value that is JSON but breaks an encoder or a database later.
    ("inputs/1/value", 10**400, -(10**400), 10**4_000, "a\0b", "\ud83d", "\udc00\ud83d", {"\udc00": 1}, {"a\0": 1}),
    (
        "inputs/1/value",
        "x" * (guard.MAX_TEXT + 1),
        {"x" * (guard.MAX_TEXT + 1): 1},
        [["x" * (guard.MAX_TEXT + 1)]],
    ),
]
UNLIKE_PARTS = [
    pytest.param(where, value, id=f"{where}-{number}-{ascii(value)[:24]}")
    for number, (where, *values) in enumerate(UNLIKE)
    for value in values
]
UNLIKE_WHOLES = [
    # A body of another kind than an object of the parts.
    *(None, [], [update_body()], '""', '"text"', 7, -0.5, True, False, {}, {"output": {}}, {"output": UPDATE}),
    # What is registered, but runs in the browser.
    {"output": "mirror.data", "outputs": entry("mirror", "data"), "inputs": [SCREEN], "changedPropIds": []},
    # Where the only output is one component, and where it is a list.
    *(changed(route_body(), "outputs", value) for value in (GONE, None, [], [entry("title", "children")])),
    *(changed(list_body(), "outputs", value) for value in (GONE, None, entry(piece("list", BENCH, "a"), "children"))),
    # State of a callback without.
    *(changed(route_body(), "state", value) for value in (None, {}, [SLOT])),
    # The second MATCH of one id.
    changed(repeat_body(), "outputs/id/name", "other"),
    # Numbers without bounds, which JSON has and floats do not.
    json.dumps(repeat_body(0.5)).replace("0.5", "1e400"),
    json.dumps(repeat_body([{"a": 0.5}])).replace("0.5", "-1e999"),
    json.dumps(repeat_body(0.5)).replace("0.5", "9" * 5_000),
]
NOT_JSON = [
    # Nothing, blanks, half of it, two of it.
    *(b"", b" \n", json.dumps(update_body()).encode()[:-1], json.dumps(update_body()).encode() * 2),
    # What Python reads and JSON does not have.
    *(json.dumps(repeat_body(value)).encode() for value in (float("nan"), float("inf"), [float("-inf")])),
    # A key twice: which one counts is anybody's guess.
    b'{"output":"mirror.data",' + json.dumps(route_body()).encode()[1:],
    json.dumps(repeat_body({"a": 1})).replace('"a": 1', '"a": 1, "a": 2').encode(),
    # Bytes that are no UTF-8: stray, overlong, half a character; other encodings; a mark in front.
    *(json.dumps(repeat_body()).encode().replace(b"2 GB", odd) for odd in (b"\xff", b"\xc0\xaf", b"\xed\xa0\x80")),
    *(json.dumps(repeat_body("é"), ensure_ascii=False).encode(name) for name in ("latin-1", "utf-16", "utf-32")),
    json.dumps(update_body()).encode("utf-8-sig"),
    b"[" * 10_000,
    # What is no JSON at all.
    *(b"output=title.children", b"<a/>", b"{'output': 'title.children'}", b'{"output": "a\nb"}', b"\x1f\x8b\x08\x00"),
]


# Nesting that ends a recursive reader.
NESTED = [
    *(b"[" * 10_000 + b"]" * 10_000, b'{"a":' * 20_000 + b"0" + b"}" * 20_000),
    json.dumps(repeat_body(0.5)).encode().replace(b"0.5", b"[" * 5_000 + b"]" * 5_000),
]


@pytest.mark.parametrize(("where", "value"), UNLIKE_PARTS)
def test_a_part_that_no_page_sends_is_refused(
    door: Door, where: str, value: Any, caplog: pytest.LogCaptureFixture
) -> None:
    response = door.post(changed(update_body(), where, value))
    assert response.status_code == 422
    sentence_of(response)
    assert door.calls == []
    assert not caplog.records


@pytest.mark.parametrize("part", ["inputs/0", "outputs/0", "changedPropIds"])
def test_two_hundred_components_are_a_page_and_one_more_is_an_attack(door: Door, part: str) -> None:
    """The course's largest bench has 12 controls. Each entry costs time: a list without end would hold the server."""
    kind, name = ("figure", "figure") if part == "outputs/0" else ("control", "data")
    entries: list[Any] = [entry(piece(kind, BENCH, f"{kind}_{number}"), name, 1) for number in range(201)]
    if part == "outputs/0":
        entries = [entry(piece(kind, BENCH, f"{kind}_{number}"), name) for number in range(201)]
    if part == "changedPropIds":
        entries = ["screen.data"] * 201
    assert door.post(changed(update_body(), part, entries[:200])).status_code == 200
    assert door.post(changed(update_body(), part, entries)).status_code == 422
    assert door.calls == ["update"]


@pytest.mark.parametrize("body", UNLIKE_WHOLES)
def test_a_body_that_no_page_sends_is_refused(door: Door, body: Any) -> None:
    response = door.post(body)
    assert response.status_code == 422
    sentence_of(response)
    assert door.calls == []


@pytest.mark.parametrize("body", NOT_JSON)
def test_what_is_not_json_is_refused(door: Door, body: bytes) -> None:
    response = door.post(body)
    assert response.status_code == 400
    sentence_of(response)
    assert door.calls == []


@pytest.mark.parametrize("body", NESTED, ids=("lists", "objects", "a value"))
def test_nesting_without_end_is_refused(door: Door, body: bytes) -> None:
    """Python up to 3.13 gives up reading it; later ones read it, and then it is not what a page sends."""
    response = door.post(body)
    assert response.status_code in (400, 422)
    sentence_of(response)
    assert door.calls == []


def test_the_sentence_names_the_part_and_what_would_be_right(door: Door) -> None:
    said = sentence_of(door.post(changed(update_body(), "inputs/0/0/property", "children")))
    assert said == "Entry 1 of inputs must be about the property 'data'; reload the page."
    said = sentence_of(door.post(changed(update_body(), "inputs", [])))
    assert said == "inputs must be a list of 2, as the callback has it; reload the page."


def test_what_was_sent_is_not_sent_back(door: Door) -> None:
    """Nothing to reflect into a page, and no answer that grows with the question."""
    for where in ("x" + "y" * 90, "output", "inputs/1/id", "inputs/0/0/id/name", "inputs/1/value", "changedPropIds/0"):
        assert "yy" not in sentence_of(door.post(changed(update_body(), where, "y" * 11_000)))


def test_a_callback_that_is_registered_after_the_door_is_known_too() -> None:
    """Dash adds some of its own at the first request, for cancelling a background job say."""
    app, _ = small_app()
    app.callback(Output("late", "children"), Input("location", "pathname"))(lambda pathname: pathname)
    body = {**route_body(), "output": "late.children", "outputs": entry("late", "children")}
    assert app.server.test_client().post(PATH, json=body).status_code == 200


# What a fuzzer makes of a valid request.

ATOMS = [None, True, 0, -1, 2**63, 10**25, 1e308, float("nan"), "", "\0", "\ud800", "ALL", "data", "{}.data", BENCH]
JUNK = st.recursive(
    st.sampled_from(ATOMS) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=4,
)


def parts_of(value: Any, where: str = "") -> Iterator[str]:
    """Yield the address of everything within a value."""
    for step, inner in value.items() if isinstance(value, dict) else enumerate(value) if type(value) is list else ():
        yield f"{where}{step}"
        yield from parts_of(inner, f"{where}{step}/")


VALID = [update_body(), route_body(), repeat_body(), list_body()]
PARTS = [(number, where) for number, body in enumerate(VALID) for where in parts_of(body)]


@settings(max_examples=2_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(part=st.sampled_from(PARTS), junk=st.just(GONE) | JUNK, cut=st.none() | st.binary(max_size=2), at=st.integers(0))
def test_no_mutated_request_is_a_fault(
    shared_door: Door, part: tuple[int, str], junk: Any, cut: bytes | None, at: int
) -> None:
    shared_door.calls.clear()
    number, where = part
    data = json.dumps(changed(copy.deepcopy(VALID[number]), where, junk)).encode()
    if cut is not None:
        at %= len(data)
        data = data[:at] + cut + data[at + 1 :]
    response = shared_door.post(data)
    if response.status_code in (200, 204):
        assert len(shared_door.calls) == 1
    else:
        assert response.status_code in (400, 422), response.data
        sentence_of(response)
        assert shared_door.calls == []


def test_without_the_door_dash_answers_500() -> None:
    """Why the door is there: when Dash refuses all of this by itself, it may go."""
    app, _ = small_app(guarded=False)
    client = app.server.test_client()
    bodies = [changed(update_body(), where, value) for where, *values in UNLIKE for value in values]
    codes = [client.post(PATH, json=body).status_code for body in bodies]
    assert codes.count(500) > len(codes) / 3
    assert 422 not in codes
