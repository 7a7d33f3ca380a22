"""A request around its body: size, transfer, method, address, sender; and what a callback says itself."""  # N16

import io
import json
import logging
from typing import Any

import pytest
from dash import Dash, Input, Output, html
from dash.exceptions import PreventUpdate
from flask import abort
from flask.testing import FlaskClient

from dashboard.web import request_checks as guard
from dashboard.web.request_checks import RequestRefused
from dashboard.web.static_files import UPDATED
from tests.dashboard.web.page_requests import sentence_of

PATH = "/_dash-update-component"
JSON = "application/json"


def small_app(prefix: str = "/") -> tuple[FlaskClient, list[Any]]:
    """Return the client of an app that answers, refuses or fails by address, and the list of what it was asked."""
    app = Dash("small", enable_mcp=False, url_base_pathname=prefix)
    app.layout = html.Div(id="title")
    asked: list[Any] = []

    @app.callback(Output("title", "children"), Input("location", "pathname"))
    def route(pathname: Any) -> Any:
        asked.append(pathname)
        match pathname:
            case "/nothing":
                raise PreventUpdate
            case "/locked":
                raise RequestRefused("Lock your prediction first.", code=403)
            case "/teapot":
                abort(418)
            case "/fault":
                raise ZeroDivisionError("the secret of the lab")
        return pathname

    guard.install(app)
    return app.server.test_client(), asked


def body(pathname: str = "/edge_guardian") -> dict[str, Any]:
    """Return what a page sends when the address changed."""
    return {
        "output": "title.children",
        "outputs": {"id": "title", "property": "children"},
        "inputs": [{"id": "location", "property": "pathname", "value": pathname}],
        "changedPropIds": ["location.pathname"],
        "parsedChangedPropsIds": ["location.pathname"],
    }


@pytest.fixture(scope="module")
def shared() -> tuple[FlaskClient, list[Any]]:
    return small_app()


@pytest.fixture
def asked(shared: tuple[FlaskClient, list[Any]]) -> list[Any]:
    shared[1].clear()
    return shared[1]


@pytest.fixture
def client(shared: tuple[FlaskClient, list[Any]]) -> FlaskClient:
    return shared[0]


def test_a_body_may_be_as_large_as_the_limit_and_no_larger(client: FlaskClient) -> None:
    data = json.dumps(body()).encode()
    assert client.post(PATH, content_type=JSON, data=data.ljust(guard.MAX_BODY)).status_code == 200
    assert client.post(PATH, content_type=JSON, data=data.ljust(guard.MAX_BODY + 1)).status_code == 413


# "text/plain" and forms are what a page of another site can send without asking.
@pytest.mark.parametrize(
    "kind", [None, "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/json", "json"]
)
def test_a_body_that_does_not_say_it_is_json_is_refused(
    client: FlaskClient, asked: list[Any], kind: str | None
) -> None:
    response = client.post(PATH, data=json.dumps(body()), content_type=kind)
    assert response.status_code == 415
    sentence_of(response)
    assert asked == []


def test_ten_megabytes_are_refused_and_their_sender_hears_it(client: FlaskClient, asked: list[Any]) -> None:
    """What is too large is taken, up to a bound, and forgotten: a server that hangs up before is not heard."""
    stream = io.BytesIO(json.dumps(body("x" * 10_000_000)).encode())
    size = len(stream.getbuffer())
    response = client.post(
        PATH, content_type=JSON, environ_overrides={"wsgi.input": stream, "CONTENT_LENGTH": str(size)}
    )
    assert response.status_code == 413
    assert "256 kB" in sentence_of(response)
    assert stream.tell() == size
    stream = io.BytesIO(b"x" * 20_000_000)
    response = client.post(
        PATH, content_type=JSON, environ_overrides={"wsgi.input": stream, "CONTENT_LENGTH": "99999999999"}
    )
    assert response.status_code == 413
    assert stream.tell() == 0  # nobody waits for that
    assert asked == []


def test_a_body_of_unknown_length_is_read_up_to_the_limit(client: FlaskClient, asked: list[Any]) -> None:
    """As gunicorn hands on a chunked body."""
    stream = io.BytesIO(json.dumps(body("x" * 10_000_000)).encode())
    chunked = {"wsgi.input": stream, "wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    response = client.post(PATH, content_type=JSON, environ_overrides=chunked)
    assert response.status_code == 400
    assert stream.tell() <= guard.MAX_BODY
    assert asked == []


class Broken(io.BytesIO):
    """A body whose chunks are not as HTTP has them, as gunicorn reads it."""

    def readinto(self, buffer: Any) -> int:
        raise RuntimeError("Invalid chunk size: b'zz'")


def test_a_transfer_that_breaks_is_no_fault_of_the_lab(
    client: FlaskClient, asked: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    chunked = {"wsgi.input": Broken(), "wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    response = client.post(PATH, content_type=JSON, environ_overrides=chunked)
    assert response.status_code == 400
    assert "broke off" in sentence_of(response)
    cut = {"wsgi.input": io.BytesIO(json.dumps(body()).encode()[:-9]), "CONTENT_LENGTH": "1000"}
    assert client.post(PATH, content_type=JSON, environ_overrides=cut).status_code == 400
    assert asked == []
    assert not caplog.records


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_another_method_is_refused(client: FlaskClient, asked: list[Any], method: str) -> None:
    response = client.open(PATH, method=method, data=json.dumps(body()), content_type=JSON)
    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"
    assert response.mimetype == JSON
    assert asked == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        # What only answers GET.
        *(("POST", path, 405) for path in ("/", "/edge_guardian/paradox", "/assets/icon.svg", f"{PATH}/")),
        *(("POST", f"/{name}", 405) for name in ("_dash-layout", "_dash-dependencies", "_reload-hash", "_favicon.ico")),
        ("DELETE", "/edge_guardian/paradox", 405),
        # Files that are not there, and ways out of their folder.
        *(("GET", f"/assets/{name}", 404) for name in ("no.js", "../guard.py", "%2e%2e/guard.py", "%00", "x" * 5_000)),
        # Scripts: no such library, no such file in one, a file of one that is no script, a module that is no library.
        ("GET", "/_dash-component-suites/no_such/x.js", 404),
        ("GET", "/_dash-component-suites/dash/no_such.js", 404),
        ("GET", "/_dash-component-suites/dash/dash.py", 404),
        ("GET", "/_dash-component-suites/os/path", 404),
        ("GET", "/_dash-component-suites/dash/..%2f..%2fx.v1m1.js", 404),
    ],
)
def test_the_other_addresses_refuse_the_same_way(client: FlaskClient, method: str, path: str, status: int) -> None:
    response = client.open(path, method=method, data=b"\xff", content_type=JSON)
    assert response.status_code == status
    sentence_of(response)


@pytest.mark.parametrize("path", ["/_dash-layout", "/_dash-dependencies", "/", "/edge_guardian/%00%ff"])
def test_what_answers_get_does_not_read_the_body(client: FlaskClient, path: str) -> None:
    assert client.get(path, data=b"\xff" * 1_000_000, content_type=JSON).status_code == 200


# A page of another origin cannot act for the student whose cookie the browser would add.


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},  # another host of the same university
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},  # the browser's own word counts first
        {"Sec-Fetch-Site": ""},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},  # a sandboxed frame, a file
        {"Origin": ""},
        {"Origin": "http://localhost:8051"},  # another server on the same machine
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://["},
        {"Origin": "http://localhost", "Host": "evil.example"},
        {"Origin": "http://localhost", "Host": "\\bad host\\"},
    ],
)
def test_another_site_is_refused(client: FlaskClient, asked: list[Any], headers: dict[str, str]) -> None:
    response = client.post(PATH, json=body(), headers=headers)
    assert response.status_code == 403
    assert "Host header" in sentence_of(response)  # what the one who runs the lab can do about it
    assert asked == []
    # Whatever else can be written to is behind the same door; what is only read is not.
    assert client.post("/elsewhere", headers=headers).status_code == 403
    assert client.get("/edge_guardian", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://lab.example"},  # a proxy changed the Host
        {"Origin": "http://localhost"},
        {"Origin": "https://localhost"},  # a proxy speaks TLS for the lab
        {"Origin": "http://lab.example:8050", "Host": "lab.example:8050"},
    ],
)
def test_the_lab_s_own_page_is_not_refused(client: FlaskClient, headers: dict[str, str]) -> None:
    assert client.post(PATH, json=body(), headers=headers).status_code == 200


def test_over_tls_the_same_host_without_it_is_another_site(client: FlaskClient) -> None:
    """Whoever sits on the line can answer http://localhost, and would send from there what the student did not."""
    for origin, status in (("http://localhost", 403), ("https://localhost", 200), ("https://localhost:8443", 403)):
        answer = client.post(PATH, json=body(), base_url="https://localhost", headers={"Origin": origin})
        assert answer.status_code == status, origin


# What a callback says itself.


def test_a_callback_that_changes_nothing_stays_dash_s_204(client: FlaskClient) -> None:
    assert client.post(PATH, json=body("/nothing")).status_code == 204


def test_a_callback_may_refuse_with_its_own_sentence_and_code(client: FlaskClient) -> None:
    response = client.post(PATH, json=body("/locked"))
    assert (response.status_code, sentence_of(response)) == (403, "Lock your prediction first.")
    response = client.post(PATH, json=body("/teapot"))
    assert (response.status_code, sentence_of(response)) == (418, "I'm a teapot.")


def test_a_fault_in_a_callback_is_a_500_that_tells_nothing_and_is_logged_once(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    response = client.post(PATH, json=body("/fault"))
    assert response.status_code == 500
    assert "fault in the lab" in sentence_of(response)
    assert b"secret" not in response.data
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], ZeroDivisionError)


def test_a_fault_of_a_lab_that_was_updated_under_its_feet_is_said_to_be_one() -> None:
    app = Dash("small", enable_mcp=False)
    app.layout = html.Div(id="title")
    app.callback(Output("title", "children"), Input("location", "pathname"))(lambda _: 1 // 0)
    guard.install(app, is_current=lambda: False)
    response = app.server.test_client().post(PATH, json=body("/fault"))
    assert (response.status_code, response.get_json()) == (503, {"error": UPDATED})


def test_under_a_prefix_the_same_door_stands_there() -> None:
    client, asked = small_app("/courses/edge/")
    address = f"/courses/edge{PATH}"
    assert client.post(address, data="[]", content_type=JSON).status_code == 422
    assert client.get(address).status_code == 405
    assert asked == []
    assert client.post(address, json=body()).status_code == 200
