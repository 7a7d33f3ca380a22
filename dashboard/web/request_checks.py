"""What a callback request must look like before Dash sees it, and how a refusal is worded."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from dash import Dash
from dash.exceptions import DependencyException
from flask import Flask, request
from markupsafe import escape
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge
from werkzeug.wrappers import Response

from dashboard.web import ids
from dashboard.web.instrumentation import is_refused
from dashboard.web.static_files import UPDATED

MAX_BODY = 256 * 1024  # bytes; a slider sends 3,000, an open table 19,000
MAX_DISCARDED = 16 * 1024 * 1024  # bytes of a refused body that are still read
MAX_TEXT = 10_000  # characters of one text in a value; the longest that pages send is an address
MAX_VALUE = 64  # levels; a table in a page has 13
MAX_LIST = 200  # components behind one ALL
MAX_NAME = 200  # characters of one name in a pattern's id
MAX_WHOLE = 18  # digits that are read as a whole number; JavaScript itself is exact up to 15

_PARTS = frozenset({"output", "outputs", "inputs", "state", "changedPropIds", "parsedChangedPropsIds"})
_SURROGATE = re.compile("[\ud800-\udfff]")

_SENTENCES = {
    400: "The request is not HTTP as this server reads it.",
    404: "There is nothing at this address.",
    405: "This address does not take that method.",
    413: f"The request is larger than {MAX_BODY // 1024} kB, which is more than a page ever sends.",
    415: "The request must say Content-Type: application/json.",
    500: "This did not work because of a fault in the lab, which is in its log now; nothing you entered is wrong.",
}
_NOT_JSON = "The request is not JSON in UTF-8: a key twice, NaN and Infinity are none, nor is nesting without end."
_BROKEN = "The request broke off or was not cut into chunks as HTTP has it; send it again."
_FOREIGN = "Another site sent this request, or a proxy changed its Host header; open the lab at its own address."
_PAGE = '<!DOCTYPE html><html lang="en"><title>edgelab</title><body><p>{}</p></body></html>'
_RELOAD = "; reload the page."


class RequestRefused(HTTPException):
    """A request that cannot be answered, with one sentence that says why; nothing was changed.

    Args:
        reason: a fixed word under which it is counted; "" for the word of its code.
    """

    code = 422

    def __init__(self, sentence: str, *, code: int = 422, reason: str = "") -> None:
        super().__init__(description=sentence)
        self.code = code
        self.reason = reason


def install(app: Dash, *, is_current: Callable[[], bool] = lambda: True) -> None:
    """Check every callback request of an app before its callbacks run, and answer each refusal as JSON in one sentence.

    A request that the app's own page could not have sent is refused: 400 what is not JSON, 403 what another site
    sent, 405 another method than POST, 413 and 415 size and type, 422 what does not fit the callback it names. So
    callbacks may rely on the ids, properties and structure they registered, but on nothing about the values, except
    that they are JSON with finite numbers, text without NUL and lone surrogates, and at most 64 levels.
    ``allow_duplicate`` and ``allow_optional`` are not read: their requests are refused.

    An error in a callback stays a 500 and is logged by the server's logger, but its answer does not describe it. Where
    the files of the lab are others than those it was started from (``is_current``), it is a 503 that says so.
    """
    server: Flask = app.server
    endpoint = f"{app.config.routes_pathname_prefix}{ids.UPDATE}"  # Dash names endpoints by their paths

    @cache
    def read(output: str) -> _Contract:
        return _contract(app.callback_map[output])

    def contract_of(output: Any) -> _Contract | None:
        """Return what a callback of the server has registered; one that runs in the browser has no function here."""
        callback = app.callback_map.get(output) if type(output) is str else None
        return read(output) if callback and "callback" in callback else None

    @server.before_request
    def check() -> None:
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            _refuse_foreign()
        if request.endpoint == endpoint or request.path == endpoint:
            if request.method != "POST":
                raise MethodNotAllowed(["POST"])
            _read_body()
            request.json_module = _StrictJson
            _check_body(request.get_json(), contract_of)  # kept by the request: Dash reads the same object

    @server.errorhandler(HTTPException)
    def say(problem: HTTPException) -> Response:
        code = problem.code or 500
        if isinstance(problem, RequestRefused):
            is_refused(problem.reason)
        sentence = (
            problem.description if isinstance(problem, RequestRefused) else _SENTENCES.get(code, f"{problem.name}.")
        )
        response: Response = problem.get_response()  # with what belongs to its code: Allow, Content-Range, ...
        if code == 500 and not is_current():
            response.status_code, sentence = 503, UPDATED
        is_visit = request.method == "GET" and "text/html" in request.accept_mimetypes.values()
        if isinstance(problem, RequestRefused) and is_visit:  # a script takes anything, which is written otherwise
            _as_page(response, sentence or "")
        else:
            response.data = json.dumps({"error": sentence})
            response.content_type = "application/json"
        return response

    @server.errorhandler(DependencyException)
    def no_such_script(_: DependencyException) -> Response:
        """Dash raises this for a script that no component library has."""
        return say(NotFound())


def _as_page(response: Response, sentence: str) -> None:
    """Let a browser show a refusal in place of the page it went to, and ask again where it is to wait."""
    if "Retry-After" in response.headers:
        response.headers["Refresh"] = response.headers["Retry-After"]
    response.data = _PAGE.format(escape(sentence))
    response.content_type = "text/html; charset=utf-8"
    response.headers["Cache-Control"] = "no-store"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    """An output, input or state as registered: a component by its id, or those whose ids follow a pattern."""

    property: str
    id: str | None = None
    fixed: tuple[tuple[str, Any], ...] = ()
    match: tuple[str, ...] = ()
    free: tuple[str, ...] = ()  # the keys of ALL; where there are some, a request has a list in this place


@dataclass(frozen=True, kw_only=True, slots=True)
class _Contract:
    """The places of one callback; ``single`` when its output is not in a list."""

    outputs: tuple[_Place, ...]
    single: bool
    inputs: tuple[_Place, ...]
    state: tuple[_Place, ...]


class _Unfit(Exception):
    """What is wrong with one entry of a request, to be read after "Entry 2 of inputs"."""


def _contract(callback: Mapping[str, Any]) -> _Contract:
    outputs = callback["output"]
    single = not isinstance(outputs, (list, tuple))
    return _Contract(
        outputs=tuple(_place(output.to_dict()) for output in ([outputs] if single else outputs)),
        single=single,
        inputs=tuple(_place(spec) for spec in callback["inputs"]),
        state=tuple(_place(spec) for spec in callback["state"]),
    )


def _place(spec: Mapping[str, str]) -> _Place:
    if not spec["id"].startswith("{"):
        return _Place(property=spec["property"], id=spec["id"])
    parts = json.loads(spec["id"])
    match = tuple(key for key, value in parts.items() if value == ["MATCH"])
    free = tuple(key for key, value in parts.items() if value in (["ALL"], ["ALLSMALLER"]))
    fixed = tuple((key, value) for key, value in parts.items() if key not in match + free)
    return _Place(property=spec["property"], fixed=fixed, match=match, free=free)


def _refuse_foreign() -> None:
    """Refuse a request that a browser sent for a page of another origin; what is no browser has no cookies to abuse."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        foreign = site not in ("same-origin", "none")
    else:
        origin = request.headers.get("Origin")
        # With https where a proxy that terminates TLS does not say so; never with http where TLS is spoken.
        own = {f"{request.scheme}://{request.host}", f"https://{request.host}"}
        foreign = origin is not None and origin not in own
    if foreign:
        raise RequestRefused(_FOREIGN, code=403, reason="foreign_site")


def _read_body() -> None:
    """Read the body, which Flask keeps, or refuse one that is too large or that does not arrive as it should."""
    _drop_if_larger(MAX_BODY, read_until=MAX_DISCARDED)
    try:
        request.get_data()
    except HTTPException:
        raise
    except Exception:  # each server has its own for a transfer that breaks
        raise RequestRefused(_BROKEN, code=400, reason="broken_body") from None


def read_upload(largest: int, too_large: str) -> None:
    """Read the files and fields of a form, which Flask keeps.

    Args:
        largest: bytes of the whole request. too_large: the sentence for one that is larger.

    Raises:
        RequestRefused: it is too large, breaks off, or is no form.
    """
    _drop_if_larger(largest, read_until=4 * largest)
    try:
        request.files  # noqa: B018 - reads the form
    except RequestEntityTooLarge:
        raise RequestRefused(too_large, code=413) from None
    except Exception:  # of werkzeug, or of the server for a transfer that breaks
        raise RequestRefused(_BROKEN, code=400, reason="broken_body") from None


def _drop_if_larger(largest: int, *, read_until: int) -> None:
    """Set the limit of the current request, and read and drop a body that is over it, unless it is over ``read_until``.

    A client that still writes does not read the answer.
    """
    request.max_content_length = largest
    size = request.content_length or 0
    left = size if largest < size <= read_until else 0
    try:
        while left > 0 and (taken := request.environ["wsgi.input"].read(min(left, 65_536))):
            left -= len(taken)
    except Exception:  # each server has its own for a transfer that breaks
        raise RequestRefused(_BROKEN, code=400, reason="broken_body") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _whole(digits: str) -> float:
    """Read a whole number as the browser that wrote it has it: a long one is a float, 10^20 flops say."""
    return int(digits) if len(digits) <= MAX_WHOLE else float(digits)


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=_whole, parse_constant=_no_constant)


class _StrictJson:
    """What Flask reads a callback request's JSON with, in place of Python's reader, which takes more than JSON."""

    @staticmethod
    def loads(data: bytes) -> Any:
        try:
            return _DECODER.decode(data.decode("utf-8"))
        except (ValueError, RecursionError):
            raise RequestRefused(_NOT_JSON, code=400, reason="not_json") from None


def _check_body(body: Any, contract_of: Callable[[Any], _Contract | None]) -> None:
    """Refuse a body that does not fit the callback it names.

    Raises:
        RequestRefused: with the part that does not fit and what would.
    """
    if type(body) is not dict:
        raise RequestRefused("A callback request must be a JSON object.")
    if not body.keys() <= _PARTS:
        raise RequestRefused(f"A callback request has no parts but {', '.join(sorted(_PARTS))}.")
    contract = contract_of(body.get("output"))
    if contract is None:
        raise RequestRefused("The page asks for something that this server does not compute" + _RELOAD)
    names: dict[str, str] = {}  # what every MATCH of this request stands for
    outputs = [body.get("outputs")] if contract.single else body.get("outputs", [])
    _check_entries("outputs", outputs, contract.outputs, names, valued=False)
    _check_entries("inputs", body.get("inputs", []), contract.inputs, names, valued=True)
    _check_entries("state", body.get("state", []), contract.state, names, valued=True)
    _check_changed(body.get("changedPropIds", []), contract.inputs, names)
    if type(body.get("parsedChangedPropsIds", [])) is not list:  # nothing reads it
        raise RequestRefused("parsedChangedPropsIds must be a list.")


def _check_entries(part: str, entries: Any, places: Sequence[_Place], names: dict[str, str], *, valued: bool) -> None:
    if type(entries) is not list or len(entries) != len(places):
        raise RequestRefused(f"{part} must be a list of {len(places)}, as the callback has it" + _RELOAD)
    for number, (place, entry) in enumerate(zip(places, entries, strict=True), 1):
        try:
            if place.free:
                _check_many(place, entry, names, valued=valued)
            else:
                _check_one(place, entry, names, valued=valued)
        except _Unfit as problem:
            raise RequestRefused(f"Entry {number} of {part} {problem}" + _RELOAD) from None


def _check_many(place: _Place, entries: Any, names: dict[str, str], *, valued: bool) -> None:
    if type(entries) is not list or len(entries) > MAX_LIST:
        raise _Unfit(f"must be a list of at most {MAX_LIST} components")
    found = {_check_one(place, entry, names, valued=valued) for entry in entries}
    if len(found) != len(entries):
        raise _Unfit("names a component twice")


def _check_one(place: _Place, entry: Any, names: dict[str, str], *, valued: bool) -> tuple[str, ...]:
    """Check one component's entry and return its names under ALL."""
    if type(entry) is not dict or len(entry) != 2 + (valued and "value" in entry):
        raise _Unfit(f"must be an object of id, property{' and value' if valued else ''}")
    if entry.get("property") != place.property:
        raise _Unfit(f"must be about the property '{place.property}'")
    if valued:
        _check_value(entry.get("value"))
    return _check_id(place, entry.get("id"), names)


def _check_id(place: _Place, found: Any, names: dict[str, str]) -> tuple[str, ...]:
    if place.id is not None:
        if found != place.id:
            raise _Unfit(f"must be about '{place.id}'")
        return ()
    if type(found) is not dict or len(found) != len(place.fixed) + len(place.match) + len(place.free):
        raise _Unfit("has an id with other keys than the callback's")
    for key, value in place.fixed:
        if found.get(key) != value:
            raise _Unfit(f"has an id whose {key} must be '{value}'")
    for key in place.match:
        if names.setdefault(key, _name(found, key)) != found[key]:
            raise _Unfit(f"has another {key} in its id than the rest of the request")
    return tuple([_name(found, key) for key in place.free])


def _name(found: Mapping[str, Any], key: str) -> str:
    name = found.get(key)
    if type(name) is not str or not 0 < len(name) <= MAX_NAME or not name.isprintable():
        raise _Unfit(f"has an id whose {key} must be a name of at most {MAX_NAME} characters")
    return name


def _check_value(value: Any, depth: int = 0) -> None:
    """Refuse a value that is JSON but breaks what it meets later: encoders, databases, floats."""
    kind = type(value)
    if kind is float:
        if not math.isfinite(value):
            raise _Unfit("has a number beyond all bounds")
    elif kind is str:
        _check_text(value)
    elif kind is dict or kind is list:
        if depth == MAX_VALUE:
            raise _Unfit(f"has a value nested deeper than {MAX_VALUE} levels")
        for item in value:
            if kind is dict:
                _check_text(item)
                _check_value(value[item], depth + 1)
            else:
                _check_value(item, depth + 1)


def _check_text(text: str) -> None:
    if len(text) > MAX_TEXT:
        raise _Unfit(f"has a text of more than {MAX_TEXT:,} characters")
    if "\0" in text or not (text.isascii() or _SURROGATE.search(text) is None):
        raise _Unfit("has a character that is no text")


def _check_changed(changed: Any, inputs: Sequence[_Place], names: Mapping[str, str]) -> None:
    """Refuse a trigger that is no input of the callback: Dash reads its id as JSON, callbacks trust it."""
    if type(changed) is not list or len(changed) > MAX_LIST:
        raise RequestRefused(f"changedPropIds must be a list of at most {MAX_LIST}.")
    for trigger in changed:
        if type(trigger) is not str or not any(_triggers(place, trigger, names) for place in inputs):
            raise RequestRefused("changedPropIds names what is no input of the callback" + _RELOAD)


def _triggers(place: _Place, trigger: str, names: Mapping[str, str]) -> bool:
    component, _, changed_property = trigger.rpartition(".")
    if changed_property != place.property:
        return False
    try:
        found = _StrictJson.loads(component.encode()) if component.startswith("{") else component
        _check_id(place, found, dict(names))
    except (_Unfit, RequestRefused, UnicodeEncodeError):
        return False
    return True
