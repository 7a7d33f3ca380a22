"""A request that no page of the app can have sent is refused in one sentence, and its callback never runs."""  # N16

import json
from typing import Any

import pytest
from dash import Input, Output

from dashboard.web import request_checks as guard
from tests.dashboard.web.page_requests import (
    BENCH,
    GONE,
    PATH,
    UPDATE,
    Door,
    changed,
    entry,
    list_body,
    piece,
    repeat_body,
    route_body,
    sentence_of,
    small_app,
    update_body,
)


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


def test_without_the_door_dash_answers_500() -> None:
    """Why the door is there: when Dash refuses all of this by itself, it may go."""
    app, _ = small_app(guarded=False)
    client = app.server.test_client()
    bodies = [changed(update_body(), where, value) for where, *values in UNLIKE for value in values]
    codes = [client.post(PATH, json=body).status_code for body in bodies]
    assert codes.count(500) > len(codes) / 3
    assert 422 not in codes
